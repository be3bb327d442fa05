"""The shapes of pieces that every prompt is made of."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Protocol

from local_llm.prompts.code import fence, numbered, opening
from local_llm.tokens.pieces import Piece, Priority, Role, Shrink


class Head(Protocol):
    """The first line of an enclosing function or class; `row` is 0-based."""

    @property
    def row(self) -> int: ...  # noqa: D102 - said above
    @property
    def text(self) -> str: ...  # noqa: D102 - said above


def required(name: str, text: str, *, role: Role = "user") -> Piece:
    """Return a piece that is always sent, whole."""
    return Piece(name=name, text=text, priority=Priority.TASK, required=True, role=role)


def block(
    name: str,
    priority: int,
    head: str,
    text: str,
    kind: str = "",
    *,
    shrink: Shrink | None = "lines-end",
    required: bool = False,
    first_row: int = 0,
) -> Piece:
    """Return a piece in a fence that nothing inside can close; `first_row` of `text` is 0-based."""
    ticks = fence(text)
    return Piece(
        name=name,
        text=text,
        priority=priority,
        required=required,
        shrink=shrink,
        head=f"{head}\n{opening(ticks, kind)}",
        tail=f"\n{ticks}",
        first_line=first_row + 1,
    )


def enclosing_pieces(heads: Sequence[Head], filetype: str) -> list[Piece]:
    """Return the heads of what is around the code, outermost first; of none no piece."""
    if not heads:
        return []
    text = "\n".join(numbered(head.text.split("\n"), head.row + 1) for head in heads)
    head = "The code stands inside of:"
    return [block("enclosing", Priority.ENCLOSING, head, text, filetype, shrink=None)]


def shown(path: str, root: str) -> str:
    """Return a path relative to the project root; of a file outside of it, the name alone."""
    if not path:
        return "an unnamed buffer"
    root = root.rstrip("/")
    if root and path.startswith(f"{root}/"):
        return path[len(root) + 1 :]
    return os.path.basename(path)  # noqa: PTH119 - text from the editor, no file is touched
