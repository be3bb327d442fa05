"""What is asked of a backend. `repr` leaves the user's text out."""

from __future__ import annotations

from typing import Any, Literal

import msgspec


class Message(msgspec.Struct, frozen=True):
    """One turn of a chat; `repr` leaves the text out."""

    role: Literal["system", "user", "assistant"]
    content: str

    def __repr__(self) -> str:
        return f"Message({self.role}, {len(self.content)} characters)"


class Sampling(msgspec.Struct, frozen=True, kw_only=True):
    """How tokens are drawn; sent in full because every server's defaults differ."""

    temperature: float = 0.2
    top_p: float = 0.95
    seed: int | None = None
    stop: tuple[str, ...] = ()


class ChatAsk(msgspec.Struct, frozen=True, kw_only=True):
    """A chat completion to stream.

    max_tokens: Room for the answer, always sent.
    context_tokens: The one context size for all requests (Ollama's num_ctx); None = leave it.
    think: False where the answer must be code; None = the server's choice.
    keep_alive: How long the model stays resident, as a Go duration ("30m").
    schema: A JSON schema for the answer, None = free text.
    slot: Which of the server's slots computes it (llama.cpp); None = the server's choice.
    """

    model: str
    messages: tuple[Message, ...]
    max_tokens: int
    context_tokens: int | None = None
    sampling: Sampling = Sampling()
    think: bool | None = None
    keep_alive: str | None = None
    schema: dict[str, Any] | None = None
    slot: int | None = None


class RawAsk(msgspec.Struct, frozen=True, kw_only=True):
    """A raw completion to stream: text, or token ids where the server takes them.

    What a server does not know is not sent to it.

    max_tokens: Room for each answer, always sent; llama.cpp writes one token even for 0.
    slot: Which of the server's slots computes it, and so whose cached prompt is taken up
        (llama.cpp); None = the server's choice.
    grammar: GBNF that the answer must fit (llama.cpp); "" = free.
    alternatives: How many answers to the one prompt, at most `Backend.most_alternatives`.
    time_limit_ms: Stop at the first line end after this time of writing (llama.cpp).
    progress: Whether the server tells how much of the prompt it has read (llama.cpp).
    """

    model: str
    prompt: str | tuple[int, ...]
    max_tokens: int
    context_tokens: int | None = None
    sampling: Sampling = Sampling()
    keep_alive: str | None = None
    slot: int | None = None
    grammar: str = ""
    alternatives: int = 1
    time_limit_ms: int | None = None
    progress: bool = True

    def __repr__(self) -> str:
        return f"RawAsk({self.model!r}, {len(self.prompt)} prompt characters or ids)"


class InfillAsk(msgspec.Struct, frozen=True, kw_only=True):
    """A gap for the server to fill by its own means, with the markers that it knows.

    prefix, suffix: What stands before and after the gap. llama.cpp cuts both, and leaves out
        `extra`, without a word where they do not fit into its batch: keep to 3/4 of the batch
        size for the prefix and a little under 1/4 for the suffix, in tokens (2048 by default).
    extra: Pieces of other files: file name and text.
    time_limit_ms, slot: See RawAsk.
    """

    model: str
    prefix: str
    suffix: str
    max_tokens: int
    extra: tuple[tuple[str, str], ...] = ()
    context_tokens: int | None = None
    sampling: Sampling = Sampling()
    keep_alive: str | None = None
    slot: int | None = None
    time_limit_ms: int | None = None

    def __repr__(self) -> str:
        size = len(self.prefix), len(self.suffix)
        return f"InfillAsk({self.model!r}, {size[0]} characters before and {size[1]} after)"
