"""From fitted pieces to the messages of a chat."""

from __future__ import annotations

from itertools import groupby

from local_llm.backends.base import Message
from local_llm.tokens.pieces import SEPARATOR, Fitted


def assemble(fitted: Fitted) -> tuple[Message, ...]:
    """Join neighbours of one role, exactly as the budgeter counted them."""
    groups = groupby(fitted.kept, key=lambda piece: piece.role)
    return tuple(Message(role, SEPARATOR.join(p.text for p in group)) for role, group in groups)
