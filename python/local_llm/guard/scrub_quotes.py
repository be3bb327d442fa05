"""Finds what stands between quotes in a message: '...', "...", `...`, `...' and typographic ones.

    an apostrophe    between two letters, behind a word or before a Rust lifetime opens nothing
    a prefix         of a string (b'...') goes with it
    without its end  a quote reaches to the end of the line: a tool cut it, or the text is broken

Linear: a quote that is looked for in vain is not looked for again.
"""

# ruff: noqa: RUF001 - quotes that look alike are what this file is about
from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

# What opens, and what closes it.
_PAIRS = {"“": "”“", "”": "”", "„": "“”", "‘": "’‘", "’": "’", "‚": "‘’"}
_PAIRS |= {"«": "»", "»": "«»", "‹": "›", "›": "‹›", "「": "」", "『": "』"}
_PAIRS |= {'"': '"', "'": "'", "`": "`"}
QUOTES = frozenset("".join(_PAIRS) + "".join(_PAIRS.values()))
_ANY = re.compile("[" + "".join(sorted(QUOTES)) + "]")
_PREFIX = re.compile(r"(?<!\w)(?:[bBrRfFuU]|[rR][bB]|[bB][rR]|[fF][rR]|[rR][fF])$")
_STOPS = re.compile(r"[.,;:?!)]+(?=\s|$)")  # of the sentence, right behind quotes
_LIFETIME = re.compile(r"(?<=&)'(?:static|_|[a-z])(?= )|(?<=<)'(?:static|_|[a-z])(?=[,>])")


class Part(NamedTuple):
    """A part of a line: plain text, what stands between quotes, or what is a string for sure."""

    kind: Literal["plain", "quoted", "string"]
    text: str


def parts(line: str) -> Iterator[Part]:
    """Take a line apart; a quote that neither opens nor closes is a blank in plain text."""
    absent: set[str] = set()
    plain: list[str] = []
    at = 0
    while (found := _ANY.search(line, at)) is not None:
        start = found.start()
        plain.append(line[at:start])
        if _is_apostrophe(line, start):
            plain.append("'")
            at = start + 1
        elif not _opens(line, start):
            plain.append("" if _LIFETIME.match(line, start) else " ")
            at = start + 1
        else:
            end = _close(line, start, absent)
            before = _without_prefix("".join(plain), line[start])
            sure = end is None or _has_prefix(line, start)
            yield Part("plain", before)
            yield Part("string" if sure else "quoted", line[start + 1 : end])
            plain = [" "]
            at = len(line) if end is None else _behind(line, end)
    yield Part("plain", "".join(plain) + line[at:])


def _behind(line: str, end: int) -> int:
    """Return where the text goes on behind the quote at `end`."""
    stops = _STOPS.match(line, end + 1)
    return stops.end() if stops else end + 1


def _opens(line: str, at: int) -> bool:
    """Tell whether the quote at `at` may begin something."""
    if line[at] not in _PAIRS or _LIFETIME.match(line, at):
        return False
    if _is_word(line[at - 1 : at] if at else "") and not _follows_word(line, at):
        return False
    # Before a blank it closes what was never opened, unless its pair follows.
    return line[at + 1 : at + 2].strip() != "" or line.find(_PAIRS[line[at]][0], at + 1) != -1


def _follows_word(line: str, at: int) -> bool:
    """Tell whether a quote may open right after a word: `x"..."`, but not `users'` or `5"`."""
    if line[at] == '"':
        return not line[at - 1].isdigit() or line[max(0, at - 2) : at] == "u8"
    return line[at] in "“‘„‚«「『" or _has_prefix(line, at)


def _has_prefix(line: str, at: int) -> bool:
    return line[at] in "'\"" and _PREFIX.search(line[max(0, at - 3) : at]) is not None


def _without_prefix(plain: str, quote: str) -> str:
    """Take the `b` of b"..." off the text before it."""
    return _PREFIX.sub("", plain) if quote in "'\"" else plain


def _is_apostrophe(line: str, at: int) -> bool:
    if line[at] not in "'’":
        return False
    around = line[at - 1 : at] if at else "", line[at + 1 : at + 2]
    return all(char.isalpha() for char in around) and not _has_prefix(line, at)


def _close(line: str, start: int, absent: set[str]) -> int | None:
    """Return where the quote at `start` ends; `absent` are those that do not follow any more."""
    opener = line[start]
    if opener in absent:
        return None
    end = _find(line, start, opener)
    if end is None:
        absent.add(opener)
    return end


def _find(line: str, start: int, opener: str) -> int | None:
    spare = None
    for found in _ANY.finditer(line, start + 1):
        at = found.start()
        if line[at] in _PAIRS[opener] and not _is_escaped(line, at):
            if opener == "`" and _opens_again(line, at):
                break  # `this' is how old tools quote
            if not _is_apostrophe(line, at):
                return at
            spare = at if spare is None else spare
    if opener == "`" and spare is None:
        return _old_close(line, start)
    return spare


def _opens_again(line: str, at: int) -> bool:
    return line[at - 1 : at] in (" ", "(", "[") and _is_word(line[at + 1 : at + 2])


def _old_close(line: str, start: int) -> int | None:
    for found in re.finditer("['’]", line[start + 1 :]):
        at = start + 1 + found.start()
        if not _is_word(line[at + 1 : at + 2]):
            return at
    return None


def _is_escaped(line: str, at: int) -> bool:
    before = line[max(0, at - 32) : at]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"
