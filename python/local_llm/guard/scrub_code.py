"""Whether what a tool put between quotes is code, such as a name or a type, or somebody's text.

It is code where all of this holds; else it is a string:
- It has at most LONGEST characters, words, numbers and signs of code alone: no quotes, no slash.
- In a row of words with nothing but blanks between them, all but one are keywords of some
  language: `unsigned long size` and `not in`, but not `open the door`.
- No blank parts a bracket from a word beside it, unless that is a keyword: `def f(x)`, but not
  `dear {name}`.
- Outside of brackets there is no comma, semicolon or single colon (but behind a type's bracket or
  its parameter: `T: Copy`), no lone dash, and no full stop at the end: `{ a: string; b?: T }` and
  `std::map<K, V>`, but not `failed: timeout`.
- Signs without any word are an operator, of at most three signs.
"""

from __future__ import annotations

import re

from local_llm.guard.scrub_lists import KEYWORDS

LONGEST = 80
_MOST_WORDS = 6  # in a row
_MOST_SIGNS = 3

_TOKEN = re.compile(
    r"(?P<blank> +)|(?P<word>-{0,2}[^\W\d]\w*(?:-\w+)*)|(?P<number>\d[\w.]*)|(?P<scope>::)"
    r"|(?P<arrow>[-=]>)|(?P<sign>[\[\](){}<>|&*+=!?.,:;^%~@#$-])"
)
_ESCAPE = re.compile(r"\\(?:[^\s\w]|\w|[ux][0-9A-Fa-f]{2,8})")
_BOUND = frozenset(">)]")
_OPENS, _CLOSES = frozenset("([{<"), frozenset(")]}>")


def looks_like_code(content: str) -> bool:
    """Tell whether the content of quotes, without blanks at its ends, is code."""
    if len(content) > LONGEST:
        return False
    if _ESCAPE.fullmatch(content):
        return True
    if not re.search(r"\w", content):
        return len(content) <= _MOST_SIGNS and " " not in content
    tokens = _tokens(content)
    return tokens is not None and _rows_are_code(tokens) and _signs_are_code(tokens)


def _tokens(content: str) -> list[tuple[str, str]] | None:
    """Return kinds and texts, None where something is no code at all."""
    found = []
    at = 0
    while at < len(content):
        match = _TOKEN.match(content, at)
        if match is None:
            return None
        found.append((match.lastgroup or "", match[0]))
        at = match.end()
    return found


def _rows_are_code(tokens: list[tuple[str, str]]) -> bool:
    row: list[str] = []
    for kind, text in [*tokens, ("sign", "")]:
        if kind in ("word", "number"):
            row.append(text)
        elif kind != "blank":
            if not _row_is_code(row):
                return False
            row = []
    return True


def _row_is_code(row: list[str]) -> bool:
    return len(row) <= _MOST_WORDS and sum(not _is_keyword(word) for word in row) <= 1


def _is_keyword(word: str) -> bool:
    return word.lower() in KEYWORDS


def _signs_are_code(tokens: list[tuple[str, str]]) -> bool:
    depth = 0
    for number, (kind, text) in enumerate(tokens):
        if kind != "sign":
            continue
        if _is_parted(tokens, number, text):
            return False
        if text in _OPENS:
            depth += 1
        elif text in _CLOSES:
            depth = max(0, depth - 1)
        elif depth == 0 and _is_prose(tokens, number, text):
            return False
    return True


def _is_parted(tokens: list[tuple[str, str]], number: int, text: str) -> bool:
    """Tell whether a blank parts a bracket from a word that is no keyword."""
    step = -1 if text in "([{" else 1 if text in ")]}" else 0
    blank, word = number + step, number + 2 * step
    if step == 0 or min(blank, word) < 0 or max(blank, word) >= len(tokens):
        return False
    parted = tokens[blank][0] == "blank" and tokens[word][0] == "word"
    return parted and not _is_keyword(tokens[word][1])


def _is_prose(tokens: list[tuple[str, str]], number: int, text: str) -> bool:
    """Tell whether a sign outside of brackets stands as it does in a sentence."""
    before = tokens[number - 1][0] if number else "blank"
    after = tokens[number + 1][0] if number + 1 < len(tokens) else "blank"
    if text == ":" and number:
        return tokens[number - 1][1] not in _BOUND and not _is_parameter(tokens[number - 1][1])
    if text in ",;:":
        return True
    if text == ".":
        return after == "blank" and before != "sign"
    return text == "-" and after == "blank"


def _is_parameter(word: str) -> bool:
    return len(word) == 1 and word.isupper()
