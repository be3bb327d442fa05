"""How large the context is that a request may count on, and what to tell the server of it."""

from __future__ import annotations

import msgspec

from local_llm.backends.base import ModelInfo
from local_llm.tokens.room import ASSUMED_CONTEXT

OLLAMA_DEFAULT = 8192  # asked for where neither the user nor a resident model says otherwise


class ContextWindow(msgspec.Struct, frozen=True, kw_only=True):
    """A context size and its reason.

    tokens: What prompt and answer together may take.
    source: Where the number comes from, for people.
    send: What goes into the request (Ollama's num_ctx); the same in every request, because
        another number makes Ollama load the model again. None = nothing.
    """

    tokens: int
    source: str
    send: int | None = None


def context_window(kind: str, model: ModelInfo, wanted: int | None) -> ContextWindow:
    """Return the context in force for `model`, never the trained one.

    Args:
        kind: The backend's kind; Ollama is the one that takes the size with the request.
        model: What the server says.
        wanted: `backend.context_tokens`.

    """
    if kind == "ollama":
        return _ollama(model, wanted)
    if model.context_tokens is not None:
        if wanted is not None and wanted < model.context_tokens:
            return ContextWindow(tokens=wanted, source="backend.context_tokens")
        return ContextWindow(tokens=model.context_tokens, source="in force on the server")
    if wanted is not None:
        return ContextWindow(tokens=wanted, source="backend.context_tokens")
    unknown = "assumed: the server does not tell; set backend.context_tokens"
    return ContextWindow(tokens=ASSUMED_CONTEXT, source=unknown)


def _ollama(model: ModelInfo, wanted: int | None) -> ContextWindow:
    ceiling = model.trained_tokens or (1 << 40)
    if wanted is not None:
        tokens = min(wanted, ceiling)
        return ContextWindow(tokens=tokens, source="backend.context_tokens", send=tokens)
    if model.context_tokens is not None:
        tokens = model.context_tokens
        return ContextWindow(tokens=tokens, source="loaded with it", send=tokens)
    tokens = min(OLLAMA_DEFAULT, ceiling)
    return ContextWindow(tokens=tokens, source="asked for with each request", send=tokens)
