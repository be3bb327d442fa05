"""The parts of a prompt as the budgeter takes and returns them. No `repr` shows their text."""

from __future__ import annotations

from enum import IntEnum
from typing import Literal

import msgspec

Role = Literal["system", "user", "assistant"]
Shrink = Literal["lines-end", "lines-start"]
SEPARATOR = "\n\n"  # between two pieces of one message


class Priority(IntEnum):
    """What is kept first, from the task down to the history."""

    TASK = 0
    CODE = 1
    DIAGNOSTICS = 2
    ENCLOSING = 3
    DEFINITIONS = 4
    FILES = 5
    LIBRARIES = 6
    HISTORY = 7


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a prompt.

    name: For the preview: "selection", "diagnostics" ...
    text: The body. head, tail: What must stay around it while any of it stays (a heading, the
        fences of a code block), with their own line ends.
    priority: The lowest number is kept first, see Priority; the place in the prompt stays.
    required: Without it the question makes no sense.
    shrink: Which end may lose whole lines; None = all or nothing.
    role: The message it belongs to; neighbours with one role make one message.
    first_line: The number of the body's first line in its file, 1-based, for the report of cuts.
    """

    name: str
    text: str
    priority: int
    required: bool = False
    shrink: Shrink | None = None
    role: Role = "user"
    head: str = ""
    tail: str = ""
    first_line: int = 1

    def __repr__(self) -> str:
        return f"Piece({self.name!r}, {len(self.text)} characters)"

    def render(self, body: str) -> str:
        """Return `body` between head and tail."""
        return f"{self.head}{body}{self.tail}"


class KeptPiece(msgspec.Struct, frozen=True, kw_only=True):
    """A piece as it is sent; `tokens` is counted alone, so a sum can differ from the whole."""

    name: str
    role: Role
    text: str
    tokens: int

    def __repr__(self) -> str:
        return f"KeptPiece({self.name!r}, {self.tokens} tokens)"


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """What was left out: `lines` are first and last, 1-based; None = the whole piece.

    `tokens` is exact up to 64 KiB of cut text and proportional to its length above.
    """

    name: str
    tokens: int
    reason: str
    lines: tuple[int, int] | None = None


class Fitted(msgspec.Struct, frozen=True, kw_only=True):
    """The prompt that fits: pieces in their order, what was cut, and the exact bill.

    `tokens` is measured on the joined messages: `tokens <= limit` always holds.
    """

    kept: tuple[KeptPiece, ...]
    cut: tuple[Cut, ...]
    tokens: int
    limit: int
