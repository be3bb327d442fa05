"""The two kinds of text that a model writes."""

from __future__ import annotations

import msgspec


class Text(msgspec.Struct, frozen=True, tag=True):
    """A piece of the answer; `index` tells of which, where there are several alternatives."""

    text: str
    index: int = 0


class Thinking(msgspec.Struct, frozen=True, tag=True):
    """A piece of the model's reasoning: shown folded, never inserted, never sent back.

    `all_before` is True where an end tag came without its opening one (the chat template had
    put that into the prompt): every Text before it was reasoning, too.
    """

    text: str
    all_before: bool = False
    index: int = 0
