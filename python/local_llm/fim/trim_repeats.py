"""Repeats: of the lines below, of lines above, and of the answer's own.

A line that could be the start of a repeat is kept back while the answer is arriving. The first
line is not, because it is to be seen at once; should the answer turn out to repeat from there on,
nothing of it stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from math import inf

from local_llm.fim.trim_blocks import ended_indent, ends_block, ends_own_block
from local_llm.fim.trim_place import Draft, Place, bare, blank, full_lines

_COPIED_LINES = 3
_LOOP_LINES = 8  # longest block that is looked for
_LETTERS = 3  # of a line that says something
_HALF_LINE = 6  # characters of an unfinished line that are enough to know it by
_WORDS = frozenset(
    {"begin", "break", "continue", "default", "done", "else", "end", "esac", "finally", "none"}
    | {"null", "pass", "return", "then", "try"}
)
_ENDED_CODE = tuple(")]};:\"'")


def cut_at_following(draft: Draft, place: Place) -> Draft:
    """End the draft where it goes on with the first line below."""
    below, lines = full_lines(place.below), draft.standing(place)
    if not below:
        return draft
    if _says_next(draft, place, lines, below[0]):
        return draft.cut(0)
    for row, line in enumerate(lines):
        if bare(line) == bare(below[0]):
            decided = _at_equal(draft, place, lines, row, below)
            if decided is not None:
                return decided
    return draft


def _says_next(draft: Draft, place: Place, lines: list[str], following: str) -> bool:
    """Tell whether the first line is half of the next one, or the next one stuck to this one."""
    row = draft.first()
    if row == len(lines) or not _says(following):
        return False
    if row == 0 and bare(draft.lines[0]) == bare(following) and not blank(place.left):
        end = place.left[-1]
        return end.isalnum() or end in _ENDED_CODE
    half = bare(lines[row])
    last = draft.torn and row == len(lines) - 1
    return last and len(half) >= _HALF_LINE and bare(following).startswith(half)


def _at_equal(
    draft: Draft, place: Place, lines: list[str], row: int, below: Sequence[str]
) -> Draft | None:
    """Decide about a line equal to the next one; None = it only looks like it."""
    line, first = lines[row], row == draft.first()
    if line.lstrip()[0] in ")]}" or ends_own_block(lines, row, place):
        return None  # brackets are for those who count them
    same, ends = place.indent(line) == place.indent(below[0]), ends_block(line)
    if same and (ends or _says(line)):
        return draft.cut(row)
    if ends:
        ours = ended_indent(line, place) == place.indent(below[0])
        return draft.cut(row) if first and ours else None
    if not same and not _says(line):
        return None
    return _at_doubt(draft, lines, row, below, alone=same or first)


def _at_doubt(
    draft: Draft, lines: list[str], row: int, below: Sequence[str], *, alone: bool
) -> Draft | None:
    """Decide by the line after, where the line itself may stand in many places.

    Args:
        draft, lines: As they are, and as they stand.
        row: Of the line.
        below: The line's equal, and what follows that.
        alone: Whether the line is a repeat if it is the answer's last.

    """
    after = next((line for line in lines[row + 1 :] if not blank(line)), None)
    if after is not None:
        repeats = len(below) > 1 and bare(after) == bare(below[1])
        return draft.cut(row) if repeats else None
    if draft.live:
        return draft.hold(row)
    return draft.cut(row) if alone else None


def cut_copies(draft: Draft, place: Place) -> Draft:
    """End the draft where it copies three lines from above, or from anywhere below."""
    above = full_lines(place.above)[::-1]
    draft = _without_copy(draft, place, above, str.rstrip)
    return _without_copy(draft, place, full_lines(place.below), bare)


def _without_copy(
    draft: Draft, place: Place, source: Sequence[str], key: Callable[[str], str]
) -> Draft:
    if len(draft.lines) < _COPIED_LINES - 1:
        return draft
    at: dict[str, list[int]] = {}
    for index, line in enumerate(source):
        at.setdefault(key(line), []).append(index)
    runs: dict[int, tuple[int, int]] = {}  # last line in the source: first row, lines that say much
    for row, line in enumerate(draft.standing(place)):
        if blank(line):
            continue
        before, runs = runs, {}
        for index in at.get(key(line), ()):
            start, count = before.get(index - 1, (row, 0))
            runs[index] = (start if count else row, count + _says(line))
            if runs[index][1] >= _COPIED_LINES:
                return draft.cut(runs[index][0])
    starts = [start for start, count in runs.values() if count and start > draft.first()]
    return draft.hold(min(starts)) if draft.live and starts else draft


def cut_loops(draft: Draft, place: Place) -> Draft:
    """Keep one of a line or block that comes again and again, none if it stands above already."""
    if len(draft.lines) <= 1:
        return draft
    lines = [line.rstrip() for line in draft.standing(place)]
    runs = dict.fromkeys(range(1, _LOOP_LINES + 1), 0)
    for row, line in enumerate(lines):
        for size, run in runs.items():
            runs[size] = run + 1 if row >= size and line == lines[row - size] else 0
            if runs[size] >= size and runs[size] >= _again(lines[row - size + 1 : row + 1]):
                return _one_of_loop(draft, place, lines, row - runs[size] + 1, size)
    starts = [len(lines) - run for run in runs.values() if any(lines[len(lines) - run :])]
    return draft.hold(min(starts)) if draft.live and starts else draft


def _again(block: list[str]) -> float:
    """Return how many lines must be said again: the block twice, a long one only once."""
    if not any(block):
        return inf
    return len(block) if sum(map(_says, block)) >= _COPIED_LINES else 2 * len(block)


def _one_of_loop(draft: Draft, place: Place, lines: list[str], again: int, size: int) -> Draft:
    start = again - size
    above = [line.rstrip() for line in islice(place.above, size)][::-1]
    known = start <= draft.first() and above == lines[start:again]
    return draft.cut(start if known else again)


def _says(line: str) -> bool:
    """Tell whether a line is more than brackets and a word that stands everywhere."""
    return (
        sum(map(str.isalnum, line)) >= _LETTERS
        and bare(line).strip(":;,(){}[]").lower() not in _WORDS
    )
