"""How the context window is shared between prompt, answer and chat template."""

from __future__ import annotations

import msgspec

from local_llm.errors import BudgetError

ASSUMED_CONTEXT = 4096  # what Ollama gives a model by default on a small machine
MARGIN = 8  # BOS, and servers that refuse a prompt which fills the context exactly
_LEAST_ANSWER = 32
_LEAST_PROMPT = 64
_PER_MESSAGE = 8  # the dearest of the common chat templates: markers, role, line ends
_PER_CHAT = 8  # the opening of the answer


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """The shares, in tokens: `prompt + answer + template + MARGIN <= context`.

    `assumed` tells that nobody knows the context in force, and ASSUMED_CONTEXT stands for it.
    """

    context: int
    prompt: int
    answer: int
    template: int
    assumed: bool = False


def template_tokens(messages: int) -> int:
    """Return what a chat template adds to `messages` messages, leaning high.

    Servers that render the chat for us (`Backend.count_chat`) give the true number.
    """
    return _PER_CHAT + _PER_MESSAGE * messages


def limits(context_tokens: int | None, answer_tokens: int, template_tokens: int = 0) -> Room:
    """Share the context in force between prompt and answer.

    The answer gets what was asked for, but at most a quarter of the context (and never less than
    32 tokens): in a window of 2048 tokens an answer of 1024 would push out the code it is about.

    Args:
        context_tokens: The context in force for one request, never the trained one; None where
            the server does not say: 4096 is assumed then.
        answer_tokens: Room wanted for the answer.
        template_tokens: What the chat template adds.

    Raises: BudgetError, where not even a short prompt fits.

    """
    context = ASSUMED_CONTEXT if context_tokens is None else context_tokens
    answer = max(_LEAST_ANSWER, min(answer_tokens, context // 4))
    prompt = context - answer - template_tokens - MARGIN
    if prompt < _LEAST_PROMPT:
        raise BudgetError(
            f"a context of {context} tokens is too small for any question",
            hint="give the server a larger context, or set backend.context_tokens",
        )
    return Room(
        context=context,
        prompt=prompt,
        answer=answer,
        template=template_tokens,
        assumed=context_tokens is None,
    )
