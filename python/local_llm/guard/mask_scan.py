"""Secrets that stand within one line, and lines that begin something longer: one pass over many.

The lines are joined and each pattern runs over all of them at once, in RE2, whose time is linear in
the text whatever it holds. No pattern matches a line's end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from local_llm.guard.mask_formats import NO_GROUPS, Pattern, compiled
from local_llm.guard.mask_joined import Joined
from local_llm.guard.mask_named import named
from local_llm.guard.mask_patterns import MARKS, Mark
from local_llm.guard.mask_value import is_obvious
from local_llm.guard.secret_format import Format
from local_llm.guard.secret_places import ALL_PLACES
from local_llm.guard.vault import PLACEHOLDER

Spans = tuple[tuple[int, int, str], ...]
Placed = tuple[int, int, int, str]  # row, start, end, kind


class Facts(msgspec.Struct, frozen=True):
    """What is known of a line on its own: `spans` are (start, end, kind) in characters."""

    spans: Spans = ()
    mark: int = Mark.NONE


# Of a line that nothing is known of. False in C, for there are many and a key has no time.
CLEAN: Final = ()
Known = Facts | tuple[()]
_NOT_A_PASSWORD = re.compile(r"^(?:\$|%|\{|<|\*+$|x+$|\.+$|:)|\}$", re.IGNORECASE)


class Scanner:
    """Finds what one line tells.

    Args:
        formats: What secrets look like on their own.
        more: What is masked wherever it stands, whatever it looks like.

    """

    def __init__(self, formats: Sequence[Format], more: Sequence[Format] = ()) -> None:
        self._formats = Pattern(formats)
        self._more = Pattern(more) if more else None
        self._places = [Pattern(places) for places in ALL_PLACES]
        self._marks = [(mark, compiled(p, NO_GROUPS)) for mark, p in MARKS]
        self._any_mark = compiled("|".join(f"(?:{pattern})" for _, pattern in MARKS), NO_GROUPS)

    def scan(self, lines: Sequence[str]) -> list[Known]:
        """Return what is known of each line; a line holds no line end."""
        joined = Joined(lines)
        facts: list[Known] = [CLEAN] * len(lines)
        spans: dict[int, list[tuple[int, int, str]]] = {}
        for start, end, kind in self._found(joined):
            row, first, last = joined.place(start, end)
            spans.setdefault(row, []).append((first, last, kind))
        marks = self._marked(joined)
        for row in spans.keys() | marks.keys():
            facts[row] = Facts(merged(spans.get(row, [])), marks.get(row, Mark.NONE))
        return facts

    def loose(self, text: str) -> Spans:
        """Return the secrets in a text that is no line, as one that was put together."""
        joined = Joined([text.replace("\n", " ")])
        return _spans(joined, self._found(joined))

    def formed(self, text: str) -> Spans:
        """Return of such a text only what has the form of a token."""
        joined = Joined([text.replace("\n", " ")])
        return () if is_obvious(text) else _spans(joined, self._formats.find(joined.data))

    def _marked(self, joined: Joined) -> dict[int, int]:
        """Return what lines may be part of, by row."""
        rows = list(joined.rows_with(self._any_mark))
        some = Joined([joined.lines[row] for row in rows])
        marks: dict[int, int] = {}
        for mark, regexp in self._marks:
            for at in some.rows_with(regexp):
                marks[rows[at]] = marks.get(rows[at], Mark.NONE) | mark
        return marks

    def _found(self, joined: Joined) -> Iterator[tuple[int, int, str]]:
        for start, end, kind in self._formats.find(joined.data):
            if not is_obvious(joined.text(start, end)):
                yield start, end, kind
        for places in self._places:
            for start, end, kind in places.find(joined.data):
                if not _is_no_password(joined.text(start, end)):
                    yield start, end, kind
        if self._more:
            yield from self._more.find(joined.data)
        yield from named(joined)


def merged(spans: Sequence[tuple[int, int, str]]) -> Spans:
    """Return spans in order, with those that overlap made one; the longer gives the kind."""
    found: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
        if end <= start:
            continue
        if found and start < found[-1][1]:
            first, last, name = found[-1]
            found[-1] = (first, max(last, end), name)
        else:
            found.append((start, end, kind))
    return tuple(found)


def _spans(joined: Joined, found: Iterable[tuple[int, int, str]]) -> Spans:
    """Return what was found in a single line, in its characters."""
    return merged([(*joined.place(start, end)[1:], kind) for start, end, kind in found])


def _is_no_password(text: str) -> bool:
    return bool(_NOT_A_PASSWORD.search(text) or PLACEHOLDER.search(text))
