"""llama.cpp's own stream of /completion and /infill, which old llamafiles write as well."""

from __future__ import annotations

from typing import Any

import msgspec

from local_llm.backends.base import Event, Usage
from local_llm.backends.complaint import error_in_stream
from local_llm.backends.decoder import decoded
from local_llm.backends.openai_stream import PromptProgress, SseErrors, Timings, prompt_tokens
from local_llm.stream.sse import SseEvent


class _Piece(msgspec.Struct):
    index: int = 0
    content: str | None = None
    stop: bool = False
    stop_type: str | None = None
    stopped_limit: bool = False  # before there was a stop_type
    truncated: bool = False
    tokens_evaluated: int | None = None
    tokens_predicted: int | None = None
    timings: Timings | None = None
    prompt_progress: PromptProgress | None = None
    error: Any = None


_PIECE = msgspec.json.Decoder(_Piece)


class NativeDecoder(SseErrors):
    """Decode the native stream: an answer ends with `stop: true`, and there is no `[DONE]`.

    The answers to one request come mixed, each with its `index`.
    """

    def _take(self, frame: SseEvent, out: list[Event]) -> None:
        self._refuse(frame)
        if not frame.data:
            return
        piece = decoded(_PIECE, frame.data, self.product)
        if piece.error is not None:
            raise error_in_stream({"error": piece.error}, self.product)
        if piece.index in self._ended:
            return
        if piece.prompt_progress and (progress := piece.prompt_progress.event()):
            out.append(progress)
        if piece.content:
            self._text(piece.content, out, piece.index)
        if piece.stop:
            limit = piece.stopped_limit and not piece.stop_type
            finish = "limit" if limit else piece.stop_type or "stop"
            usage, cut = _usage(piece), piece.truncated
            self._finish(finish, usage, out, truncated=cut, index=piece.index)


def _usage(piece: _Piece) -> Usage:
    timings = piece.timings or Timings()
    whole = prompt_tokens(timings)
    return Usage(
        prompt_tokens=piece.tokens_evaluated if whole is None else whole,
        cached_tokens=timings.cache_n,
        answer_tokens=piece.tokens_predicted,
        prompt_ms=timings.prompt_ms,
        answer_ms=timings.predicted_ms,
    )
