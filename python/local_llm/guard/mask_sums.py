"""Secrets that were split over several literals: `"abc" + "def"`, on one line or on many.

The literals of a sum are put together, and what is found in that is masked in each of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from local_llm.guard.mask_scan import Mark, Spans

Placed = tuple[int, int, int, str]  # row, start, end, kind
Loose = Callable[[str], Spans]

_MOST_LINES = 40
_LITERAL = re.compile(r"[rbufRBUFL]{0,2}([\"'`])((?:\\.|(?!\1).)*)\1")
_OPERATOR = r"(?:\+|\.\.?|&|<>|\|\||~|\\)"
_BETWEEN = re.compile(rf"\s*{_OPERATOR}?\s*")
_LISTED = re.compile(r"\s*,\s*\[?\s*")  # in a call that puts together what it is given
_CALL = re.compile(r"(?:concat|join)!?[ \t]*\([ \t]*\[?[ \t]*$", re.IGNORECASE)
_GOES_ON = re.compile(rf"[\"'`][ \t]*{_OPERATOR}?[ \t]*$")
_CONTINUES = re.compile(rf"^[+\-]?[ \t]*{_OPERATOR}?[ \t]*[rbufRBUFL]{{0,2}}[\"'`]")


def sums(lines: Sequence[str], marks: Mapping[int, Mark], loose: Loose) -> list[Placed]:
    """Return what is secret of sums of literals.

    Args:
        lines: All of them.
        marks: What some of them may be part of, by row, in order.
        loose: Finds secrets in a text of its own.

    """
    found: list[Placed] = []
    done = -1
    for row, mark in marks.items():
        if row <= done or not mark & (Mark.LITERAL | Mark.SUM):
            continue
        first, last = _extent(lines, row) if Mark.LITERAL in mark else (row, row)
        if first < last or Mark.SUM in mark:
            is_below = first > 0 and Mark.OPEN in marks.get(first - 1, Mark.NONE)
            found += _of(lines, first, last, lines[first - 1] if is_below else "", loose)
            done = last
    return found


def _extent(lines: Sequence[str], row: int) -> tuple[int, int]:
    """Return the rows of the sum that a line of nothing but a literal belongs to."""
    first = last = row
    while first > 0 and row - first < _MOST_LINES and _GOES_ON.search(lines[first - 1]):
        first -= 1
        if not _CONTINUES.match(lines[first]):
            break
    while (
        last + 1 < len(lines)
        and last - row < _MOST_LINES
        and _GOES_ON.search(lines[last])
        and _CONTINUES.match(lines[last + 1])
    ):
        last += 1
    return first, last


def _of(lines: Sequence[str], first: int, last: int, above: str, loose: Loose) -> list[Placed]:
    """Return what is secret of the sums on some rows, whose name may stand `above`."""
    text = "\n".join(lines[first : last + 1])
    starts = [0]
    for line in lines[first:last]:
        starts.append(starts[-1] + len(line) + 1)
    found: list[Placed] = []
    for group in _groups(text):
        for start, end, kind in _in_group(text, group, above, loose):
            row = max(at for at, begin in enumerate(starts) if begin <= start)
            found.append((first + row, start - starts[row], end - starts[row], kind))
    return found


def _groups(text: str) -> list[list[tuple[int, int]]]:
    """Return the contents of literals that stand in a row, at least two."""
    groups: list[list[tuple[int, int]]] = []
    before, between = -1, _BETWEEN
    for match in _LITERAL.finditer(text):
        if before >= 0 and between.fullmatch(text, before, match.start()):
            groups[-1].append(match.span(2))
        else:
            groups.append([match.span(2)])
            called = _CALL.search(text, max(0, match.start() - 20), match.start())
            between = _LISTED if called else _BETWEEN
        before = match.end()
    return [group for group in groups if len(group) > 1]


def _in_group(
    text: str, group: Sequence[tuple[int, int]], above: str, loose: Loose
) -> list[tuple[int, int, str]]:
    """Return the parts of the literals that make a secret together."""
    line = text.rfind("\n", 0, group[0][0]) + 1
    head = text[line : group[0][0]]
    if head[:-1].strip() in {"", "+", "-"}:
        head = above.rstrip() + head.lstrip("+- \t")
    joined = head + "".join(text[start:end] for start, end in group) + text[group[0][0] - 1]
    found = []
    for start, end, kind in loose(joined):
        at = len(head)
        for first, last in group:
            begin, stop = max(start, at), min(end, at + last - first)
            if begin < stop:
                found.append((first + begin - at, first + stop - at, kind))
            at += last - first
    return found
