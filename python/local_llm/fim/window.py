"""The part of a file that goes into a prompt, in tokens: whole lines, starting on a coarse grid.

A start that slid with every line would change the first bytes of every prompt, and a server's
cache of evaluated tokens is good only up to the first difference. So the start is a multiple of
GRID rows: a cursor that moves a few lines meets the same beginning.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

GRID = 16  # rows
SUFFIX_SHARE = 0.25
_LONGEST_LINE = 4  # bytes a token at most, where one line is larger than the whole window

Count = Callable[[str], int]


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """What was cut out. prefix: ends at the anchor; first_row: of its first line, 0-based."""

    prefix: str
    suffix: str
    first_row: int

    def __repr__(self) -> str:
        return f"Window(from row {self.first_row}, {len(self.prefix)}+{len(self.suffix)})"


def cut_window(before: str, after: str, first_row: int, tokens: int, count: Count) -> Window:
    """Cut a window of at most `tokens`, a quarter of them for what follows.

    What one side does not need the other may use.

    Args:
        before: From the start of `first_row` to the anchor, which is the start of a line.
        after: From the cursor on.
        first_row: Row of the first line of `before`.
        tokens: Room for both sides.
        count: Tokens of a text; exact, or on the high side.

    """
    kept_after = cut_suffix(after, int(tokens * SUFFIX_SHARE), count)
    room = tokens - count(kept_after)
    prefix, row = cut_prefix(before, first_row, room, count)
    if row == first_row and len(kept_after) < len(after):
        kept_after = cut_suffix(after, tokens - count(prefix), count)
    return Window(prefix=prefix, suffix=kept_after, first_row=row)


def cut_prefix(before: str, first_row: int, tokens: int, count: Count) -> tuple[str, int]:
    """Return the end of `before` that fits, and the row it starts at.

    The start is on the grid where a block of the grid fits, else at a line, else inside one.
    """
    lines = before.splitlines(keepends=True)
    start, left = len(lines), tokens
    while start > 0:
        above = _grid_start(start, first_row)
        cost = count("".join(lines[above:start]))
        if cost > left:
            break
        start, left = above, left - cost
    if start == len(lines):
        start = _single_lines(lines, start, tokens, count)
    if start == len(lines) and lines and tokens > 0:
        return lines[-1][-tokens * _LONGEST_LINE :] if count(lines[-1]) else "", first_row + start
    return "".join(lines[start:]), first_row + start


def _grid_start(start: int, first_row: int) -> int:
    """Return the index of the next start above `start` on the grid (or the first line)."""
    row = first_row + start - 1
    return max(0, row - row % GRID - first_row)


def _single_lines(lines: list[str], start: int, tokens: int, count: Count) -> int:
    left = tokens
    while start > 0 and (cost := count(lines[start - 1])) <= left:
        start, left = start - 1, left - cost
    return start


def cut_suffix(after: str, tokens: int, count: Count) -> str:
    """Return the beginning of `after` that fits: whole lines, the rest of the cursor's first."""
    lines = after.splitlines(keepends=True)
    end, left = 0, tokens
    while end < len(lines) and (cost := count("".join(lines[end : end + 4]))) <= left:
        end, left = end + 4, left - cost
    while end < len(lines) and (cost := count(lines[end])) <= left:
        end, left = end + 1, left - cost
    return "".join(lines[:end])
