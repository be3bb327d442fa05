"""The OpenAI stream that most servers write, with the differences they are known for."""

from __future__ import annotations

from typing import Any

import msgspec

from local_llm.backends.base import Event, Progress, Usage
from local_llm.backends.complaint import error_in_stream
from local_llm.backends.decoder import StreamDecoder, decoded
from local_llm.errors import BadStream, ServerFailed
from local_llm.stream.sse import SseDecoder, SseEvent


class Timings(msgspec.Struct):
    """llama.cpp's own counts; `prompt_n` leaves out what came from the cache."""

    cache_n: int | None = None
    prompt_n: int | None = None
    prompt_ms: float | None = None
    predicted_n: int | None = None
    predicted_ms: float | None = None


class PromptProgress(msgspec.Struct):
    """How much of the prompt llama.cpp has read, cached part included."""

    total: int = 0
    cache: int = 0
    processed: int = 0

    def event(self) -> Progress | None:
        """Return the progress over what was not cached, None where all was."""
        total = self.total - self.cache
        done = min(max(self.processed - self.cache, 0), total)
        return Progress(done=done, total=total) if total > 0 else None


class _Details(msgspec.Struct):
    cached_tokens: int | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None


class _Delta(msgspec.Struct):
    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None


class _Choice(msgspec.Struct):
    index: int = 0
    delta: _Delta | None = None
    text: str | None = None
    finish_reason: str | None = None


class _Chunk(msgspec.Struct):
    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    timings: Timings | None = None
    prompt_progress: PromptProgress | None = None
    error: Any = None


_CHUNK = msgspec.json.Decoder(_Chunk)
_ANY = msgspec.json.Decoder(Any)


class SseErrors(StreamDecoder[SseEvent]):
    """The part that all event streams share: frames that are errors, or no frames at all."""

    def __init__(self, product: str) -> None:
        super().__init__(product, SseDecoder())

    def _refuse(self, event: SseEvent) -> None:
        """Raise for an `error:` line, an event named error, or a line that is no field."""
        if event.field == "data" and event.event != "error":
            return
        value: object = decoded(_ANY, event.data, self.product)
        if event.field or (isinstance(value, dict) and value.get("error")):
            raise error_in_stream(value, self.product)
        raise BadStream(f"{self.product} sent something that is no event stream")


class OpenAiDecoder(SseErrors):
    """Decode chat and text completion chunks.

    Args:
        product: For messages.
        needs_done: Whether the server sends `[DONE]`; without it a finish_reason and the end of
            the body complete the answer.
        error_prefix: What a piece of text begins with when it is an error (LocalAI), or "".

    """

    def __init__(self, product: str, *, needs_done: bool = True, error_prefix: str = "") -> None:
        super().__init__(product)
        self._needs_done = needs_done
        self._error_prefix = error_prefix
        self._reasons: dict[int, str] = {}
        self._usage: _Usage | None = None
        self._timings: Timings | None = None

    def _take(self, frame: SseEvent, out: list[Event]) -> None:
        self._refuse(frame)
        if frame.data == b"[DONE]":
            self._complete(out)
        elif frame.data:
            self._chunk(decoded(_CHUNK, frame.data, self.product), out)

    def _chunk(self, chunk: _Chunk, out: list[Event]) -> None:
        if chunk.error is not None:
            raise error_in_stream({"error": chunk.error}, self.product)
        # Usage comes after the finish_reason, in a chunk without choices.
        self._usage = chunk.usage or self._usage
        self._timings = chunk.timings or self._timings
        if chunk.prompt_progress and (progress := chunk.prompt_progress.event()):
            out.append(progress)
        for choice in chunk.choices or ():
            self._choice(choice, out)

    def _choice(self, choice: _Choice, out: list[Event]) -> None:
        text = choice.text
        if choice.delta is not None:
            text = choice.delta.content or text
            if thinking := choice.delta.reasoning_content or choice.delta.reasoning:
                self._thinking(thinking, out, choice.index)
        if text:
            if self._error_prefix and text.startswith(self._error_prefix):
                # The rest of it may quote the request.
                raise ServerFailed(f"{self.product} failed while answering")
            self._text(text, out, choice.index)
        if choice.finish_reason:
            self._reasons[choice.index] = choice.finish_reason

    def _at_end(self, out: list[Event]) -> None:
        if self._reasons and not self._needs_done:
            self._complete(out)
        super()._at_end(out)

    def _complete(self, out: list[Event]) -> None:
        """End all alternatives; what they used together is told once."""
        self._over = True
        usage = _merged(self._usage, self._timings)
        for index in sorted(self._splitters.keys() | self._reasons.keys()) or [0]:
            self._finish(self._reasons.get(index, "stop"), usage, out, index=index)
            usage = Usage()


def _merged(usage: _Usage | None, timings: Timings | None) -> Usage:
    """Join what the standard's usage and llama.cpp's timings say."""
    usage, timings = usage or _Usage(), timings or Timings()
    details = usage.prompt_tokens_details or _Details()
    return Usage(
        prompt_tokens=_known(usage.prompt_tokens, prompt_tokens(timings)),
        cached_tokens=_known(details.cached_tokens, timings.cache_n),
        answer_tokens=_known(usage.completion_tokens, timings.predicted_n),
        prompt_ms=timings.prompt_ms,
        answer_ms=timings.predicted_ms,
    )


def prompt_tokens(timings: Timings) -> int | None:
    """Return the whole prompt's tokens; without `cache_n` the sum is unknown."""
    if timings.cache_n is None or timings.prompt_n is None:
        return None
    return timings.cache_n + timings.prompt_n


def _known(first: int | None, second: int | None) -> int | None:
    return second if first is None else first
