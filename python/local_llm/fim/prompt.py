"""Anchored prompts as a sequence of markers and user text, in the order a family was trained for.

Markers and text are kept apart to the end: as token ids the text cannot turn into a marker, and as
one string its marker-like parts are split first (`plain`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from local_llm.fim.anchor import Anchor
from local_llm.fim.families import FAMILIES, Family


class Part(NamedTuple):
    """A marker (`special`), or text that must not act as one."""

    text: str
    special: bool = False


class Extra(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of another file, shown before the current one."""

    path: str
    text: str

    def __repr__(self) -> str:
        return f"Extra({self.path!r}, {len(self.text)} characters)"


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What project and file are called, and how the file's language writes a comment (`# %s`)."""

    repo: str = ""
    path: str = ""
    comment: str = ""
    filetype: str = ""


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt: `head`, what was typed since the anchor, `tail`. Only the middle part grows."""

    head: tuple[Part, ...]
    tail: tuple[Part, ...] = ()

    def __repr__(self) -> str:
        return f"Layout({len(self.head)}+{len(self.tail)} parts)"


def layout(family: Family, anchor: Anchor, names: Names, extras: Sequence[Extra] = ()) -> Layout:
    """Lay out an anchored prompt, the parts that change least first."""
    marks = family.marks
    before = [Part(marks.prefix, special=True), Part(anchor.prefix)]
    behind = [Part(marks.suffix, special=True), Part(anchor.suffix)]
    middle = [Part(marks.middle, special=True)] if marks.middle else []
    head = _context(family, names, extras)
    if family.order == "psm":
        return Layout(head=(*head, *before, *behind, *middle))
    return Layout(head=(*head, *behind, *before), tail=tuple(middle))


def plain(text: str) -> str:
    """Split whatever in `text` a server would take for a marker, by a blank in it."""
    return _MARKERS.sub(lambda match: f"{match[0][0]} {match[0][1:]}", text)


def as_text(parts: Sequence[Part]) -> str:
    """Return the parts as one string, for servers that take no token ids."""
    return "".join(part.text if part.special else plain(part.text) for part in parts)


def _context(family: Family, names: Names, extras: Sequence[Extra]) -> list[Part]:
    """Return the other files, each under its header, and the header of the current one."""
    if not family.file:
        return [Part(_commented(extra, names.comment)) for extra in extras]
    if not extras and not family.names_file:
        return []
    parts = _header(family.repo, names.repo) if extras and names.repo else []
    for extra in extras:
        parts += [*_header(family.file, extra.path), Part(_ended(extra.text))]
    return [*parts, *_header(family.file, names.path)]


def _header(template: str, name: str) -> list[Part]:
    """Return a header such as `<|file_sep|>path`: its marker, the name, the line's end."""
    marker, holder, rest = re.split(r"(\{\w+\}|$)", template, maxsplit=1)
    return [Part(marker, special=True), Part(name + rest if holder else rest)]


def _commented(extra: Extra, comment: str) -> str:
    before, holder, behind = comment.partition("%s")
    header = f"{before.strip()} {extra.path} {behind.strip()}".strip() if holder else ""
    return f"{header}\n{_ended(extra.text)}\n" if header else f"{_ended(extra.text)}\n"


def _ended(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"


_WORDS = sorted({word for family in FAMILIES for word in family.reserved()}, key=len)[::-1]
_MARKERS = re.compile("|".join([*map(re.escape, _WORDS), r"<\|[^\s<>|]{1,40}\|>"]))
