"""Ollama's native streams: one JSON object a line, the last with `done: true`."""

from __future__ import annotations

from typing import Any

import msgspec

from local_llm.backends.base import Event, Usage
from local_llm.backends.complaint import error_in_stream
from local_llm.backends.decoder import StreamDecoder, decoded
from local_llm.errors import CloudRefused
from local_llm.stream.ndjson import NdjsonDecoder

_NS_PER_MS = 1e6


class _Message(msgspec.Struct):
    content: str | None = None
    thinking: str | None = None


class _Line(msgspec.Struct):
    message: _Message | None = None
    response: str | None = None
    thinking: str | None = None
    done: bool = False
    done_reason: str | None = None
    prompt_eval_count: int | None = None
    prompt_eval_duration: int | None = None
    eval_count: int | None = None
    eval_duration: int | None = None
    remote_model: str | None = None
    remote_host: str | None = None
    error: Any = None


_LINE = msgspec.json.Decoder(_Line)


class OllamaDecoder(StreamDecoder[bytes]):
    """Decode /api/chat and /api/generate alike.

    A stream may simply stop (a run of equal tokens, a lost error of the inner server): without
    `done: true` it is broken. One line may carry reasoning and text at once.
    """

    def __init__(self, product: str = "Ollama") -> None:
        super().__init__(product, NdjsonDecoder())

    def _take(self, frame: bytes, out: list[Event]) -> None:
        line = decoded(_LINE, frame, self.product)
        if line.error is not None:
            raise error_in_stream({"error": line.error}, self.product)
        if line.remote_host or line.remote_model:
            # Inspecting the model has shown none of this, so the server changed its mind.
            raise CloudRefused("Ollama passed the request on to another machine")
        message = line.message or line
        if message.thinking:
            self._thinking(message.thinking, out)
        text = line.message.content if line.message else line.response
        if text:
            self._text(text, out)
        if line.done:
            self._over = True
            self._finish(line.done_reason or "stop", _usage(line), out)


def _usage(line: _Line) -> Usage:
    return Usage(
        prompt_tokens=line.prompt_eval_count,
        answer_tokens=line.eval_count,
        prompt_ms=_ms(line.prompt_eval_duration),
        answer_ms=_ms(line.eval_duration),
    )


def _ms(nanoseconds: int | None) -> float | None:
    return None if nanoseconds is None else nanoseconds / _NS_PER_MS
