"""What stands around the cursor, and the draft that the steps of trimming hand on to each other."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import msgspec

LINE_CHARS = 1000  # of a line around the cursor or of an answer, no more is looked at or shown
_MARGIN = re.compile(r"[ \t]*")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The text around the cursor, as far as it decides what of an answer is shown.

    left, right: The line's text before and after the cursor.
    above, below: The lines before and after the cursor's, the nearest first; some 64 are enough.
    expandtab, shiftwidth, tabstop: How the buffer is indented; widths in columns.
    """

    left: str = ""
    right: str = ""
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    expandtab: bool = True
    shiftwidth: int = 4
    tabstop: int = 8

    def __repr__(self) -> str:
        around = f"{len(self.above)} lines above, {len(self.below)} below"
        return f"Place({len(self.left)}+{len(self.right)} characters, {around})"

    def indent(self, line: str) -> int:
        """Return the columns of blanks that `line` begins with."""
        return len(margin(line).expandtabs(self.tab))

    @property
    def tab(self) -> int:
        """Columns of a tab; at least one, whatever the editor says."""
        return max(1, self.tabstop)

    @property
    def level(self) -> int:
        """Columns of a level of indentation, at least one."""
        return max(1, self.shiftwidth)


class Draft(NamedTuple):
    """The lines of an answer that are left, the first of them to stand at the cursor.

    lines: Complete, but for the last one of a torn draft.
    live: More lines may come. Every step promises: what it makes of fewer lines of a live draft
        is the beginning of what it makes of more.
    torn: The last line ended in its middle, by a limit or a fault.
    """

    lines: list[str]
    live: bool = False
    torn: bool = False

    def cut(self, row: int, col: int = 0) -> Draft:
        """End the answer before a row, or inside it unless only blanks would be left of it."""
        head = self.lines[row][:col]
        return Draft([*self.lines[:row], *([] if blank(head) else [head])])

    def hold(self, row: int) -> Draft:
        """Keep rows back until more of the answer tells what they are."""
        return self._replace(lines=self.lines[:row])

    def standing(self, place: Place) -> list[str]:
        """Return the lines as they will stand in the buffer, the rest of the last one apart."""
        return [place.left[-LINE_CHARS:] + line for line in self.lines[:1]] + self.lines[1:]

    def first(self) -> int:
        """Return the row of the first line with anything on it; the number of lines for none."""
        rows = (row for row, line in enumerate(self.lines) if not blank(line))
        return next(rows, len(self.lines))


def blank(text: str) -> bool:
    """Tell whether nothing but white space is there."""
    return not text or text.isspace()


def margin(line: str) -> str:
    """Return the spaces and tabs that `line` begins with."""
    found = _MARGIN.match(line)
    return found[0] if found else ""


def bare(line: str) -> str:
    """Return `line` without white space, for comparisons."""
    return "".join(line.split())


@lru_cache(maxsize=4)
def full_lines(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return those with anything on them, shortened to what is looked at."""
    return tuple(line[:LINE_CHARS] for line in lines if not blank(line))
