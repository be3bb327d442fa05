"""Which lines of Markdown are surely code: fences, with the lists and quotes that they stand in.

Told line by line, from the beginning of each. Where a renderer could see no code (a fence in a list
item ends with the item, one that is indented by four is none), the answer is no: then too much is
made harmless rather than too little. Source: https://spec.commonmark.org/0.31.2/, 4.5, 5.1, 5.2.
"""

from __future__ import annotations

import re
from typing import NamedTuple

LONGEST_HEAD = 200  # characters before the text of a line; more is no line that people write
_QUOTES = re.compile(r"[ \t]*(?:>[ \t]*)*")
_MARKER = re.compile(r"([-+*]|([0-9]{1,9})[.)])([ \t]+)(?=[^ \t\n])")
_UNCLEAR = re.compile(r"(?:[+]|[0-9]{1,9}[.)]?)?[ \t]*|[-*][-* \t]*|`{1,2}|~{1,2}|(?:```|~~~).*")
_FENCE = re.compile(r"(`{3,}|~{3,})([^\n]*)")
_RULE = re.compile(r"(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}")
_FRONT_BEGUN = re.compile(r"(?:-{0,3}|\+{0,3}|\.{0,3})[ \t]*")
_FRONT = re.compile(r"(---|\+\+\+)[ \t]*")
_FRONT_END = re.compile(r"(?:---|\+\+\+|\.\.\.)[ \t]*")
_TAB = 4
_DEEP = 4  # columns: that far in, a line is code of another kind or goes on with a paragraph


class _Fence(NamedTuple):
    """What was opened, and how far in each of its lines has to stand."""

    sign: str  # as often as it stands there
    quotes: int
    before: int
    indent: int


class _Head(NamedTuple):
    """A line's beginning. before, indent: Columns before the first quote sign, and behind all."""

    quotes: int
    before: int
    indent: int
    end: int


class Blocks:
    """Follows the lines of a text."""

    def __init__(self) -> None:
        self._fence: _Fence | None = None
        self._items: list[int] = []  # columns where the text of open list items begins
        self._after_blank = True
        self._first = True
        self._in_front = False
        self._in_doubt = False  # what may be a fence or not was seen: what follows may be inside

    def needs(self, line: str) -> bool:
        """Tell whether more of a line must be known before `is_code` can be asked.

        Args:
            line: From its beginning, without its end.

        """
        if len(line) >= LONGEST_HEAD:
            return False
        if (self._first or self._in_front) and _FRONT_BEGUN.fullmatch(line):
            return True
        head = _QUOTES.match(line)
        rest = line[head.end() :] if head else line
        while (marker := _MARKER.match(rest)) is not None:
            rest = rest[marker.end() :]
        return _UNCLEAR.fullmatch(rest) is not None

    def is_code(self, line: str) -> bool:
        """Tell whether a line is code or opens or closes it; to be asked once for each line.

        Args:
            line: Whole, or as much as `needs` wants; without its end.

        """
        line = line[:LONGEST_HEAD]
        first, self._first = self._first, False
        if first and _FRONT.fullmatch(line):
            self._in_front = True
            return False
        if self._in_front:
            self._in_front = not _FRONT_END.fullmatch(line)
            self._in_doubt |= "```" in line or "~~~" in line
            return False
        if self._in_doubt:
            return False
        head = _head(line)
        if self._fence is not None and self._stays(self._fence, head, line):
            return True
        self._fence = None
        return self._outside(head, line)

    def is_blank(self, line: str) -> bool:
        """Tell whether a line ends a paragraph."""
        return len(line) < LONGEST_HEAD and _head(line).end == len(line)

    def _stays(self, fence: _Fence, head: _Head, line: str) -> bool:
        """Tell whether a line belongs to an open fence, and note its end."""
        blank = head.end == len(line)
        if head.quotes < fence.quotes or (fence.quotes and head.before < fence.before):
            return False
        # In a fence of a quote, further signs are code.
        inner = _head_of_quotes(line, fence.quotes)
        text = line[inner.end :]
        if not blank and inner.indent < fence.indent:
            return False
        found = _FENCE.fullmatch(text)
        if found and found[1].startswith(fence.sign) and not found[2].strip(" \t"):
            self._fence = None
        return True

    def _outside(self, head: _Head, line: str) -> bool:
        text = line[head.end :]
        if not text or len(line) >= LONGEST_HEAD:
            self._after_blank = not text and len(line) < LONGEST_HEAD
            self._in_doubt |= "```" in line or "~~~" in line
            return False
        if head.quotes:
            self._items.clear()
        column, start, sure = self._items_of(head, text)
        self._after_blank = False
        found = _FENCE.fullmatch(text[start:])
        if found is None or (found[1][0] == "`" and "`" in found[2]):
            return False
        # With a bar in it some renderers take the line for the head of a table.
        if not sure or "|" in found[2]:
            self._in_doubt = True
            return False
        self._fence = _Fence(found[1], head.quotes, head.before, column)
        return True

    def _items_of(self, head: _Head, text: str) -> tuple[int, int, bool]:
        """Follow the list items that a line closes and opens.

        Returns: The column where its text begins, the same in characters of `text`, and whether a
            fence there would surely be one.
        """
        known = len(self._items)
        while self._items and self._items[-1] > head.indent:
            self._items.pop()
        interrupts = self._after_blank or len(self._items) < known
        column, start = head.indent, 0
        if _RULE.fullmatch(text):
            return column, start, False
        while (marker := _MARKER.match(text, start)) is not None:
            wide = _columns(marker[3], column + len(marker[1])) - column - len(marker[1])
            certain = interrupts or marker[2] in (None, "1") or start > 0
            if not certain or not self._is_near(column) or wide > _DEEP:
                return column, start, False
            column += len(marker[1]) + wide
            start = marker.end()
            if not head.quotes:
                self._items.append(column)
        quoted = not head.quotes or head.before < _DEEP
        return column, start, quoted and (start > 0 or self._is_near(column))

    def _is_near(self, column: int) -> bool:
        """Tell whether something that begins in a column belongs to an open item, or to none."""
        return column - (self._items[-1] if self._items else 0) < _DEEP


def _head(line: str) -> _Head:
    found = _QUOTES.match(line)
    text = found[0] if found else ""
    return _head_of_quotes(line, text.count(">"))


def _head_of_quotes(line: str, quotes: int) -> _Head:
    """Read a line's beginning up to so many quote signs and the blanks behind them."""
    at = before = column = 0
    for count in range(quotes + 1):
        blanks = 0
        while line[at : at + 1] in (" ", "\t"):
            column, at, blanks = _columns(line[at], column), at + 1, blanks + 1
        before = column if count == 0 else before
        if count < quotes:
            column, at = column + 1, at + 1
            mark = column
    if not quotes:
        return _Head(0, column, column, at)
    indent = column - mark
    return _Head(quotes, before, max(0, indent - 1), at)


def _columns(blanks: str, column: int) -> int:
    """Return the column behind blanks that begin in `column`."""
    for blank in blanks:
        column += _TAB - column % _TAB if blank == "\t" else 1
    return column
