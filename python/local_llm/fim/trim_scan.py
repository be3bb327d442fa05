"""Reading brackets out of a line of nobody knows which language: those in strings do not count.

There is no grammar here, and none is wanted: a line is read in microseconds, in any language, also
while it is half written. What looks like a quote but is none is told by its neighbours: the
apostrophe of a word, the lifetime of a reference, a quote that nothing on the line closes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

OPENER = {")": "(", "]": "[", "}": "{"}
_TOKEN = re.compile(r"\\.|\"\"\"|'''|[\"'`()\[\]{}]")
_BRACKET = re.compile(r"[()\[\]{}]")
_QUOTES = frozenset({'"""', "'''", '"', "'", "`"})
_STRING_PREFIX = re.compile(r"(?<!\w)[fFrRbBuU]{1,2}\Z")
_LIFETIME = re.compile(r"'[A-Za-z_]\w*+(?!')")


# Before the bracket of a list item or a shell pattern: `1)`, `- a)`, `*.c | *.h)`.
_LABEL = re.compile(r"\s*(?:[-*+>#]+\s+)?[^\s()[\]{}|]+(?:\s*\|\s*[^\s()[\]{}|]+)*")


class Scan(NamedTuple):
    """Brackets outside strings as (column, character), and the quote open at the end or ""."""

    brackets: list[tuple[int, str]]
    quote: str


def scan(text: str, quote: str = "", *, unfinished: bool = False) -> Scan:
    """Read a line.

    Args:
        text: The line, or what follows of it.
        quote: Open before it.
        unfinished: The line goes on after `text`, so a quote need not be closed in it.

    """
    if not quote and not unfinished and not _BRACKET.search(text):
        return Scan([], "")
    brackets = []
    for token in _TOKEN.finditer(text):
        found = token[0]
        if quote:
            quote = "" if found == quote else quote
        elif found in _QUOTES:
            quote = found if _opens(text, token.start(), found, unfinished) else ""
        elif found[0] != "\\":
            brackets.append((token.start(), found))
    return Scan(brackets, quote)


def quotes(text: str, quote: str) -> list[int]:
    """Return the columns of a quote, the escaped ones apart."""
    return [token.start() for token in _TOKEN.finditer(text) if token[0] == quote]


def shared_quote(left: str, right: str) -> str:
    """Return the quote of the string that `left` leaves open if `right` ends it, else "".

    An even number of them in `right` are strings of its own.
    """
    quote = scan(left, unfinished=True).quote
    return quote if quote and len(quotes(right, quote)) % 2 else ""


def is_label(head: str) -> bool:
    """Tell whether a `)` after `head` is one that never had another."""
    return _LABEL.fullmatch(head) is not None


def close(stack: list[str], opener: str) -> bool:
    """Take an opener off the stack, with what was never closed above it; False without one."""
    if opener not in stack:
        return False
    while stack.pop() != opener:
        pass
    return True


def is_loose(stack: list[str], char: str) -> bool:
    """Take a bracket; tell whether it closes one that is not on the stack."""
    if char not in OPENER:
        stack.append(char)
        return False
    return not close(stack, OPENER[char])


def loose(brackets: Iterable[tuple[int, str]]) -> list[int]:
    """Return the columns of the closing brackets that close none of these."""
    stack: list[str] = []
    return [at for at, char in brackets if is_loose(stack, char)]


def _opens(text: str, at: int, quote: str, unfinished: bool) -> bool:
    closed = text.find(quote, at + len(quote)) >= 0
    if quote == "'" and not _opens_single(text, at, closed):
        return False
    return closed or unfinished


def _opens_single(text: str, at: int, closed: bool) -> bool:
    before = text[at - 1 : at]
    if before.isalnum() and not _STRING_PREFIX.search(text[max(0, at - 3) : at]):
        return False
    lifetime = _LIFETIME.match(text, at)
    if lifetime and (before in ("<", "&") or text[lifetime.end() : lifetime.end() + 1] == ">"):
        return False
    return closed or text[at + 1 : at + 2] != "("  # a quoted list in a Lisp
