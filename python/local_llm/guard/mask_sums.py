"""Secrets that were split over several literals: `"abc" + "def"`, on one line or on many.

The literals of a sum are put together, and what is found in that is masked in each of them. Of a
list that nobody is known to put together, only what has the form of a token counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache

from local_llm.guard.mask_patterns import CODE, PLUS, Mark
from local_llm.guard.mask_scan import Placed, Spans

Loose = Callable[[str], Spans]
FoundIn = Callable[[str, str, str], Sequence[Placed]]

_AFTER = 40  # characters of the line below: `].join(` stands there

_MOST_LINES = 40
_MOST_WRAPPED = 12  # lines
_LITERAL = re.compile(rf"(?<![A-Za-z0-9_]){CODE}([\"'`])((?:\\.|(?!\1).)*)\1")
_SIGN = r"(?:_?[ \t]*\n[+\-]?[ \t]*)?"  # the next line, of a diff maybe; `_` goes on in Basic
_BETWEEN = re.compile(
    rf"\s*(?:{PLUS}\s*)?(?:\\[ \t]*)?{_SIGN}(?:{PLUS}\s*)?"
    r"|\)?\s*\.(?:append|concat)\(\s*"
    r"|\s*;?\s*\n[+\-]?\s*[\w.$@]+\s*[+.]=\s*"
)
# A shell's way to go on: NAME="abc" and NAME="${NAME}def" below it.
_ONCE_MORE = re.compile(r"\s*;?\s*\n[+\-]?\s*(?:export[ \t]+)?(\w+)=")
_ITSELF = re.compile(r"\$(?:\{(\w+)\}|(\w+)(?!\w))")
_LISTED = re.compile(r"\s*,\s*(?:\n[+\-]?\s*)?\[?\s*")
_CALL = re.compile(r"(?i)(?:concat|join|paste0?|format|sprintf)!?[ \t]*\(|%[ \t]*\(|\]\.join\(")
_NAMED = re.compile(r"([^=:]*(?:=|:=|:|<-))")
_GOES_ON = re.compile(rf"[\"'`][ \t]*{PLUS}?[ \t]*(?:\\|&?[ \t]*_|,|;)?[ \t]*$|[(\[][ \t]*$")
_CONTINUES = re.compile(
    rf"^[+\-]?[ \t]*(?:(?:[\w.$@]+[ \t]*[+.]=[ \t]*)?{PLUS}?[ \t]*{CODE}[\"'`]"
    r"|(?:export[ \t]+)?(\w+)=\"\$\{\1\})"
)


def sums(lines: Sequence[str], marks: Mapping[int, int], found_in: FoundIn) -> list[Placed]:
    """Return what is secret of sums of literals.

    Args:
        lines: All of them.
        marks: What some of them may be part of, by row, in order.
        found_in: `in_sum`, which may remember what it has been asked.

    """
    found: list[Placed] = []
    done = -1
    for row, mark in marks.items():
        if row <= done or not mark & (Mark.LITERAL | Mark.SUM):
            continue
        first, last = _extent(lines, row)
        if first < last or mark & Mark.SUM:
            is_below = first > 0 and marks.get(first - 1, Mark.NONE) & Mark.OPEN
            above = lines[first - 1] if is_below else ""
            after = lines[last + 1][:_AFTER] if last + 1 < len(lines) else ""
            parts = found_in("\n".join(lines[first : last + 1]), above, after)
            found += [(first + at, start, end, kind) for at, start, end, kind in parts]
            done = last
    return found


def in_sum(text: str, above: str, after: str, loose: Loose, formats: Loose) -> tuple[Placed, ...]:
    """Return what is secret of some lines of literals; rows count from their first.

    Args:
        text: The lines.
        above: The line above where that holds the name, else "".
        after: How the line below begins.
        loose: Finds secrets in a text of its own.
        formats: Finds only those that have a form.

    """
    return tuple(_Sum(text, above, after).found(loose, formats))


def wrapped(lines: Sequence[str], row: int, loose: Loose) -> list[Placed]:
    """Return what is secret of a literal that goes on on the next lines, behind backslashes."""
    if row > 0 and lines[row - 1].endswith("\\"):  # found from its first line
        return []
    parts = _wrapped_parts(lines, row)
    text = "".join(lines[at][start:end] for at, start, end in parts)
    found: list[Placed] = []
    for first, last, kind in loose(text):
        begin = 0
        for at, start, end in parts:
            shift = start - begin
            low, high = max(first, begin) + shift, min(last, begin + end - start) + shift
            if low < high:
                found.append((at, low, high, kind))
            begin += end - start
    return found


def _wrapped_parts(lines: Sequence[str], row: int) -> list[tuple[int, int, int]]:
    """Return row, start and end of each line's part, without indents and signs of a diff."""
    sign = lines[row][:1] if lines[row][:1] in {"+", "-"} else ""
    parts = [(row, 0, len(lines[row]) - 1)]
    for at in range(row + 1, min(len(lines), row + _MOST_WRAPPED)):
        line = lines[at]
        start = len(sign) if sign and line.startswith(sign) else 0
        start += len(line[start:]) - len(line[start:].lstrip())
        goes_on = line.endswith("\\")
        parts.append((at, start, len(line) - goes_on))
        if not goes_on:
            break
    return parts


def _extent(lines: Sequence[str], row: int) -> tuple[int, int]:
    """Return the rows of the sum that a line belongs to."""
    first = last = row
    while first > 0 and row - first < _MOST_LINES and _goes_on(lines[first - 1], lines[first]):
        first -= 1
    below = min(len(lines) - 1, row + _MOST_LINES)
    while last < below and _goes_on(lines[last], lines[last + 1]):
        last += 1
    return first, last


@lru_cache(maxsize=16_384)
def _goes_on(line: str, below: str) -> bool:
    """Tell whether a literal at the end of a line may be put together with the next line's."""
    return bool(_CONTINUES.match(below) and _GOES_ON.search(line))


class _Sum:
    """Some rows of literals; see `in_sum`."""

    def __init__(self, text: str, above: str, after: str) -> None:
        self._above = above
        self._text = text
        self._after = after

    @cached_property
    def _is_called(self) -> bool:
        return bool(_CALL.search(f"{self._text}\n{self._after.lstrip()}"))

    def found(self, loose: Loose, formats: Loose) -> list[Placed]:
        """Return what is secret."""
        found: list[Placed] = []
        for group, listed in self._groups():
            way = formats if listed and not self._is_called else loose
            for start, end, kind in self._in_group(group, way):
                row = self._text.count("\n", 0, start)
                begin = self._text.rfind("\n", 0, start) + 1
                found.append((row, start - begin, end - begin, kind))
        return found

    def _groups(self) -> list[tuple[list[tuple[int, int]], bool]]:
        """Return the contents of literals that stand in a row, and whether commas are between."""
        groups: list[tuple[list[tuple[int, int]], bool]] = []
        before = -1
        for match in _LITERAL.finditer(self._text):
            if before >= 0 and _BETWEEN.fullmatch(self._text, before, match.start()):
                groups[-1][0].append(match.span(2))
            elif before >= 0 and (start := self._after_itself(before, match.span(2))):
                groups[-1][0].append((start, match.end(2)))
            elif before >= 0 and _LISTED.fullmatch(self._text, before, match.start()):
                groups[-1] = ([*groups[-1][0], match.span(2)], True)
            else:
                groups.append(([match.span(2)], False))
            before = match.end()
        return [group for group in groups if len(group[0]) > 1]

    def _after_itself(self, before: int, span: tuple[int, int]) -> int | None:
        """Return where a literal goes on that begins with the variable that it is put into."""
        name = _ONCE_MORE.fullmatch(self._text, before, span[0] - 1)
        itself = _ITSELF.match(self._text, *span)
        same = name and itself and name[1] == (itself[1] or itself[2])
        return itself.end() if itself and same else None

    def _in_group(self, group: Sequence[tuple[int, int]], way: Loose) -> list[tuple[int, int, str]]:
        """Return the parts of the literals that make a secret together."""
        head = self._head(group[0][0])
        quote = self._text[group[0][0] - 1]
        parts = [self._text[start:end] for start, end in group]
        found = []
        for start, end, kind in way(f"{head}{''.join(parts)}{quote}"):
            at = len(head)
            for first, last in group:
                begin, stop = max(start, at), min(end, at + last - first)
                if begin < stop:
                    found.append((first + begin - at, first + stop - at, kind))
                at += last - first
        return found

    def _head(self, start: int) -> str:
        """Return what stands before the first literal, its name if it has one; with its quote."""
        line = self._text.rfind("\n", 0, start) + 1
        head = self._text[line:start]
        if head[:-1].strip(" \t+-") == "":
            above = self._text[: max(0, line - 1)].rpartition("\n")[2] or self._above
            head = above.rstrip() + head.lstrip("+- \t")
        named = _NAMED.match(head) if self._is_called else None
        return f"{named[1]} {self._text[start - 1]}" if named else head
