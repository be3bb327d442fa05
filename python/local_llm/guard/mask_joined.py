"""Lines as one text in bytes, and the way back to their characters."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any


class Joined:
    """Lines as one text in bytes, and the way back."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.data = "\n".join(lines).encode("utf-8", "replace")
        sizes = map(len, self.data.split(b"\n"))
        self._starts = [0, *accumulate(size + 1 for size in sizes)]

    def row(self, at: int) -> int:
        """Return the row that a byte is in."""
        return bisect_right(self._starts, at) - 1

    def rows_with(self, regexp: Any) -> Iterator[int]:
        """Yield the rows in which a pattern matches."""
        at = 0
        while at < len(self.data) and (match := regexp.search(self.data, at)):
            row = self.row(match.start())
            yield row
            at = self._starts[row + 1]

    def text(self, start: int, end: int) -> str:
        """Return what stands between two bytes."""
        return self.data[start:end].decode("utf-8", "ignore")

    def place(self, start: int, end: int) -> tuple[int, int, int]:
        """Return the row, and the characters of that line."""
        row = self.row(start)
        base = self._starts[row]
        if self.lines[row].isascii():
            return row, start - base, end - base
        first = len(self.data[base:start].decode("utf-8", "ignore"))
        return row, first, first + len(self.data[start:end].decode("utf-8", "ignore"))

    def bytes_at(self, row: int, char: int) -> int:
        """Return the byte of a line's character."""
        line = self.lines[row]
        before = char if line.isascii() else len(line[:char].encode("utf-8", "replace"))
        return self._starts[row] + before
