"""From pieces to a prompt that fits: count, fit, check with the server, and fit again if need be.

The budgeter counts locally. Where that is an estimate, or where the chat template adds what we
cannot see, the server's own count of the rendered chat has the last word, so that
`prompt + room for the answer <= context` holds and nothing is left for a server to cut.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import NamedTuple

import msgspec

from local_llm.backends.base import Message, ModelInfo
from local_llm.errors import BackendError, BudgetError
from local_llm.features.connect import Link
from local_llm.features.context import ContextWindow
from local_llm.prompts.assemble import assemble
from local_llm.tokens.budget import fit
from local_llm.tokens.count import Counter
from local_llm.tokens.pieces import Fitted, Piece
from local_llm.tokens.room import Room, limits, template_tokens

COUNT_S = 5.0
TRIES = 4


class Shares(NamedTuple):
    """The context in force, and the tokens of it that the answer should get."""

    window: ContextWindow
    answer_tokens: int


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt that fits.

    tokens: Of the whole prompt with its template; exact if `exact`.
    room: How the context is shared.
    fitted: What was kept and cut, piece by piece.
    counted_by: Where the number comes from, for people.
    estimate: What the estimate said of the messages; None where an exact counter was at hand.
    """

    messages: tuple[Message, ...]
    tokens: int
    exact: bool
    room: Room
    window: ContextWindow
    fitted: Fitted
    counted_by: str
    estimate: int | None = None


async def build_prompt(
    link: Link, model: ModelInfo, pieces: Sequence[Piece], counter: Counter, shares: Shares
) -> Prompt:
    """Fit `pieces` into the window.

    Args:
        link: The server, for its own count.
        model: The model.
        pieces: In prompt order.
        counter: The local count, exact or estimated.
        shares: The context in force, and the room wanted for the answer.

    Raises: BudgetError when the required pieces do not fit.

    """
    window, answer_tokens = shares
    turns = sum(1 for _ in groupby(pieces, key=lambda piece: piece.role))
    room = limits(window.tokens, answer_tokens, template_tokens(turns))
    scale = 1.0
    for _ in range(TRIES):
        # In a thread: a megabyte takes tenths of a second to count.
        fitted = await asyncio.to_thread(fit, pieces, room.prompt, _scaled(counter, scale))
        messages = assemble(fitted)
        exact = await server_count(link, model, messages)
        allowed = room.prompt + room.template
        if exact is None or exact <= allowed:
            return Prompt(
                messages=messages,
                tokens=fitted.tokens + room.template if exact is None else exact,
                exact=exact is not None,
                room=room,
                window=window,
                fitted=fitted,
                counted_by=counter.describe() if exact is None else "by the server, exactly",
                estimate=None if counter.exact else _estimate(counter, messages),
            )
        scale *= 1.02 * exact / allowed
    raise BudgetError("the server counts far more tokens than any estimate explains")


async def server_count(link: Link, model: ModelInfo, messages: Sequence[Message]) -> int | None:
    """Return the server's count of the rendered chat, or None where it cannot say."""
    plan = link.backend.count_chat(model.name, messages)
    if plan is None:
        return None
    try:
        return await link.transport.run(plan, timeout_s=COUNT_S)
    except BackendError:
        return None


def _estimate(counter: Counter, messages: Sequence[Message]) -> int:
    return sum(counter.count(message.content) for message in messages)


def _scaled(counter: Counter, scale: float) -> Callable[[str], int]:
    if scale == 1.0:
        return counter.count
    return lambda text: math.ceil(counter.count(text) * scale)
