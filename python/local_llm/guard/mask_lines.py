"""What is known of the lines of texts: a line is looked at once, a changed text by its change.

Between two keys one line of a thousand changes. What is equal at both ends of a text is found by
comparing halves, and only the lines between are split off and looked up.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import msgspec

from local_llm.guard.mask_scan import Facts, Known, Scanner

_MOST_LINES = 100_000  # that are remembered
_MOST_CHARS = 32 << 20
_MOST_TEXTS = 16


class Read(msgspec.Struct, eq=False):
    """A text, its lines, and what is known of those that anything is known of, by row."""

    text: str
    lines: list[str]
    facts: dict[int, Facts]

    def __repr__(self) -> str:
        return f"Read({len(self.lines)} lines)"


class Lines:
    """Reads texts.

    Args:
        scanner: Looks at lines that are new.

    """

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._known: dict[str, Known] = {}
        self._chars = 0
        self._texts: OrderedDict[str, Read] = OrderedDict()

    def read(self, text: str, of: str = "") -> Read:
        """Return what is known of a text.

        Args:
            text: All of it.
            of: What it is a newer state of, any name; "" = of nothing.

        """
        before = self._texts.get(of) if of else None
        if before is None:
            lines = text.split("\n")
            read = Read(text, lines, self._flagged(lines, 0))
        else:
            read = self._changed(before, text)
        if of:
            self._texts[of] = read
            self._texts.move_to_end(of)
            while len(self._texts) > _MOST_TEXTS:
                self._texts.popitem(last=False)
        return read

    def _changed(self, before: Read, text: str) -> Read:
        """Read the lines that differ from those of `before`, whose list becomes the new one's."""
        old = before.text
        if old == text:
            return before
        start = _equal(old, text)
        tail = _equal_ends(old, text, start)
        first = text.rfind("\n", 0, start) + 1
        stop = text.find("\n", len(text) - tail)
        stop = len(text) if stop < 0 else stop
        row, below = text.count("\n", 0, first), text.count("\n", stop)
        new = text[first:stop].split("\n")
        lines, last = before.lines, len(before.lines) - below
        lines[row:last] = new
        shift = len(new) - (last - row)
        facts = {at: one for at, one in before.facts.items() if at < row}
        facts.update(self._flagged(new, row))
        facts.update({at + shift: one for at, one in before.facts.items() if at >= last})
        return Read(text, lines, facts)

    def _flagged(self, lines: Sequence[str], row: int) -> dict[int, Facts]:
        found = list(map(self._known.get, lines))
        if None in found:
            self._look_at([line for line in dict.fromkeys(lines) if line not in self._known])
            found = list(map(self._known.get, lines))
        return {at: one for at, one in enumerate(found, row) if one}

    def _look_at(self, lines: Sequence[str]) -> None:
        size = sum(map(len, lines))
        if len(self._known) + len(lines) > _MOST_LINES or self._chars + size > _MOST_CHARS:
            self._known.clear()
            self._chars = 0
        self._chars += size
        self._known.update(zip(lines, self._scanner.scan(lines), strict=True))


def _equal(one: str, two: str) -> int:
    """Return how many characters are equal at the start."""
    low, high = 0, min(len(one), len(two))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == two[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _equal_ends(one: str, two: str, start: int) -> int:
    """Return how many characters behind `start` are equal at the end."""
    low, high = 0, min(len(one), len(two)) - start
    ends = len(one), len(two)
    while low < high:
        middle = (low + high + 1) // 2
        if one[ends[0] - middle : ends[0] - low] == two[ends[1] - middle : ends[1] - low]:
            low = middle
        else:
            high = middle - 1
    return low
