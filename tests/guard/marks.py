"""Marks in a text under construction: what is a secret, what only looks like one.

A template is filled, indented, prefixed with `+` and joined with others as ordinary text; the marks
travel along, and `read` takes them out at the end and says where the values stand. Marks are made
of private-use characters, which no template has, and none reaches over the end of a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_OPEN, _THEN, _CLOSE, _FIELD = "\ue000", "\ue001", "\ue002", "\ue003"
_MARK = re.compile(f"{_OPEN}([^{_THEN}]*){_THEN}|{_CLOSE}")
SECRET, LOOKALIKE, OUTER = "secret", "lookalike", "outer"


@dataclass(frozen=True)
class Found:
    """A marked value: its ranges in the text, several where it is written in pieces."""

    what: str
    kind: str
    label: str
    ranges: tuple[tuple[int, int], ...]


def secret(kind: str, label: str, text: str) -> str:
    """Mark `text` as (a piece of) a secret; the pieces of one secret share a label."""
    return _mark(SECRET, kind, label, text)


def lookalike(kind: str, label: str, text: str) -> str:
    """Mark `text` as something that only looks like a secret."""
    return _mark(LOOKALIKE, kind, label, text)


def outer(kind: str, label: str, text: str) -> str:
    """Mark text around a secret that may be masked with it, such as the first line of a key."""
    return _mark(OUTER, kind, label, text)


def bare(marked: str) -> str:
    """Give the text without its marks."""
    return _MARK.sub("", marked)


def read(marked: str) -> tuple[str, list[Found]]:
    """Take the marks out; return the text and what was marked, in the order of its first piece."""
    text, spans = bare(marked), list(_spans(marked))
    ranges: dict[tuple[str, str, str], list[tuple[int, int]]] = {}
    for name, start, end in sorted(spans, key=lambda span: span[1]):
        ranges.setdefault(name, []).append((start, end))
    return text, [Found(*name, tuple(places)) for name, places in ranges.items()]


def _mark(what: str, kind: str, label: str, text: str) -> str:
    return f"{_OPEN}{what}{_FIELD}{kind}{_FIELD}{label}{_THEN}{text}{_CLOSE}" if text else ""


def _spans(marked: str) -> Iterator[tuple[tuple[str, str, str], int, int]]:
    """Yield every marked range; marks may nest."""
    opened: list[tuple[tuple[str, str, str], int]] = []
    taken = 0
    for mark in _MARK.finditer(marked):
        place = mark.start() - taken
        taken += len(mark.group())
        if mark.group() == _CLOSE:
            name, start = opened.pop()
            yield name, start, place
        else:
            what, kind, label = mark.group(1).split(_FIELD)
            opened.append(((what, kind, label), place))
