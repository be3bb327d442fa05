"""What the editor gathered about diagnostics (lua/local_llm/gather.lua).

Rows are 0-based. All of it is other people's text: of the file, of tools, of servers.
"""

from __future__ import annotations

import msgspec


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The first line of an enclosing function or class."""

    row: int
    text: str


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """Lines of a file. path: Absolute, "" = the file asked about."""

    path: str = ""
    first_row: int = 0
    lines: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Passage({len(self.lines)} lines from {self.first_row})"


class Hover(msgspec.Struct, frozen=True, kw_only=True):
    """What a language server says of a name: its type, its documentation, how it is called."""

    name: str
    text: str

    def __repr__(self) -> str:
        return f"Hover({len(self.text)} characters)"


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What the editor found.

    code: The function around, or as many lines as there are in its place.
    before, behind: More of the file on each side of `code`.
    enclosing: Heads around `code`, outermost first.
    top: The first lines of the file, where its imports stand.
    late: What did not come in time, in words.
    """

    code: Passage = Passage()
    before: Passage = Passage()
    behind: Passage = Passage()
    enclosing: tuple[Head, ...] = ()
    top: tuple[str, ...] = ()
    hovers: tuple[Hover, ...] = ()
    definitions: tuple[Passage, ...] = ()
    late: tuple[str, ...] = ()
