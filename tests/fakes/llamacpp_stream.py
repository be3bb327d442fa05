"""The answers of a llama.cpp server as records: native, OpenAI text, OpenAI chat.

Source: llama.cpp tools/server/server-task.cpp. Each event is one HTTP chunk, but the role record
of a chat shares one with the first piece, and the final record with the usage.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from fakes import llamacpp_shapes as shapes
from fakes.player import Frames
from fakes.records import HOLE, compact, spread
from fakes.script import Script
from fakes.slots import Seat

DONE = b"data: [DONE]\n\n"
CHAT_ID = "chatcmpl-fake"


def event(value: Any, name: str = "data") -> bytes:
    """Return one server-sent event; `name` is the field's name."""
    return name.encode() + b": " + compact(value) + b"\n\n"


class Answer:
    """What a script says to one request, cut to the request's own limit.

    Subclasses name the fields that hold the limit; a native `n_predict` of 0 still predicts one
    token, as the real server does.
    """

    limits: tuple[str, ...] = ("n_predict", "max_tokens")

    def __init__(
        self,
        body: dict[str, Any],
        script: Script,
        prompt: str,
        size: int,
        *,
        old_errors: bool,
        seat: Seat = Seat(),  # noqa: B008 - it never changes
        index: int = 0,
    ) -> None:
        self.body, self.script, self.prompt, self.size = body, script, prompt, size
        self.old_errors, self.seat, self.index = old_errors, seat, index
        self.streams = bool(body.get("stream"))
        self.model = script.models[0]

    @cached_property
    def limit(self) -> int:
        """The request's own limit of the answer in tokens; -1 = none."""
        return next((self.body[name] for name in self.limits if name in self.body), -1)

    @cached_property
    def spoken(self) -> list[tuple[str, str]]:
        """The pieces that fit into the limit."""
        pieces = list(self.script.spoken())
        return pieces if self.limit < 0 else pieces[: max(1, self.limit)]

    @property
    def cut(self) -> bool:
        """Whether the limit cut the answer."""
        return len(self.spoken) < len(self.script.spoken())

    @property
    def finish(self) -> str:
        """The finish reason."""
        return "length" if self.cut else self.script.finish

    def text(self, kind: str) -> str:
        """Return all pieces of a kind, joined."""
        return "".join(piece for of, piece in self.spoken if of == kind)

    def said(self) -> str:
        """Return all that was written."""
        return "".join(piece for _, piece in self.spoken)

    def frames(self) -> Frames:
        """Return the stream."""
        raise NotImplementedError

    def whole(self) -> dict[str, Any]:
        """Return the answer of a request that does not stream."""
        raise NotImplementedError

    def timings(self) -> dict[str, Any]:
        """Return the timings."""
        return shapes.timings(self.size, len(self.spoken), self.seat.cached)

    def usage(self) -> dict[str, Any]:
        """Return the usage."""
        return shapes.usage(self.size, len(self.spoken), self.seat.cached)

    def progress(self) -> list[dict[str, Any]]:
        """Return the reports of the prompt being read, where the request asks for them."""
        if not self.body.get("return_progress"):
            return []
        cached = 0 if self.script.progress else self.seat.cached
        steps = list(self.script.progress) or [cached, self.size]
        total = max(self.size, *steps)
        return [
            {"total": total, "cache": cached, "processed": step, "time_ms": 10 * at}
            for at, step in enumerate(steps)
        ]

    def error(self) -> list[bytes]:
        """Return the error in a stream; before PR #16486 the field is named `error`."""
        value = shapes.error(500, self.script.error_message, "server_error")
        if self.old_errors:
            return [event(value["error"], "error")]
        return [event(value)]


class NativeStream(Answer):
    """POST /completion and /infill: records without envelope, no [DONE]."""

    def frames(self) -> Frames:
        """Return the stream; its end marker is the record with `stop: true`."""
        read = [
            event({**self._piece(0, ""), "tokens": [0], "prompt_progress": step})
            for step in self.progress()
        ]
        said = [
            event(self._piece(number, piece))
            for number, (_, piece) in enumerate(self.spoken, start=1)
        ]
        return Frames(progress=read, pieces=said, end=[event(self._last(""))], error=self.error())

    def whole(self) -> dict[str, Any]:
        """Return the answer of a request that does not stream."""
        return self._last(self.said())

    def _piece(self, number: int, piece: str) -> dict[str, Any]:
        return {
            "index": self.index,
            "content": piece,
            "tokens": [number],
            "stop": False,
            "id_slot": -1,
            "tokens_predicted": number,
            "tokens_evaluated": self.size,
        }

    def _last(self, content: str) -> dict[str, Any]:
        record = {
            "index": self.index,
            "content": content,
            "tokens": [],
            "id_slot": self.seat.slots[self.index],
            "stop": True,
            "model": self.model,
            "tokens_predicted": len(self.spoken),
            "tokens_evaluated": self.size,
            "generation_settings": shapes.generation_settings(self.body, self.limit),
            "prompt": self.prompt,
            "has_new_line": any("\n" in piece for _, piece in self.spoken),
            "truncated": False,
            "stop_type": {"length": "limit", "stop": "eos"}.get(self.finish, self.finish),
            "stopping_word": "",
            "tokens_cached": self.size + len(self.spoken) - 1,
            "timings": self.timings(),
        }
        wanted = self.body.get("response_fields")
        return {name: record[name] for name in wanted if name in record} if wanted else record


def together(answers: Sequence[Answer]) -> Frames:
    """Return one stream of several answers to one prompt, a piece of each in turn.

    Each ends with a record of its own, behind its last piece (the real server's bytes).
    """
    frames = [answer.frames() for answer in answers]
    if len(frames) == 1:
        return frames[0]
    said: list[bytes] = []
    ends = [b"".join(one.end) for one in frames]
    late = [end for one, end in zip(frames, ends, strict=True) if not one.pieces]
    for step in range(max(len(one.pieces) for one in frames)):
        for one, end in zip(frames, ends, strict=True):
            last = step == len(one.pieces) - 1
            said += [piece + (end if last else b"") for piece in one.pieces[step : step + 1]]
    if said:  # the very last record is the end marker of the whole
        closing = next(end for end in ends if said[-1].endswith(end))
        said[-1] = said[-1].removesuffix(closing)
        late.append(closing)
    return Frames(progress=frames[0].progress, pieces=said, end=late, error=frames[0].error)


class TextStream(Answer):
    """POST /v1/completions."""

    limits = ("max_tokens", "n_predict")

    def frames(self) -> Frames:
        """Return the stream; the final record always has usage."""
        said = spread(event(self._record(HOLE, None)), [piece for _, piece in self.spoken])
        last = event({**self._record("", self.finish, usage=True), "timings": self.timings()})
        return Frames(pieces=said, tail=[last], end=[DONE], error=self.error())

    def whole(self) -> dict[str, Any]:
        """Return the answer of a request that does not stream."""
        text = "".join(piece for _, piece in self.spoken)
        return {**self._record(text, self.finish, usage=True), "timings": self.timings()}

    def _record(self, text: str, finish: str | None, *, usage: bool = False) -> dict[str, Any]:
        choice = {"text": text, "index": 0, "logprobs": None, "finish_reason": finish}
        record = {
            "choices": [choice],
            "created": shapes.CREATED,
            "model": self.model,
            "system_fingerprint": self.script.version or shapes.BUILD,
            "object": "text_completion",
        }
        counted = {"usage": self.usage()} if usage else {}
        return {**record, **counted, "id": CHAT_ID}


class ChatStream(Answer):
    """POST /v1/chat/completions."""

    limits = ("max_completion_tokens", "max_tokens", "n_predict")

    def frames(self) -> Frames:
        """Return the stream."""
        role = {"role": "assistant", "content": None}
        read = [event({**self._chunk(role), "prompt_progress": step}) for step in self.progress()]
        said = self._said()
        said[:1] = [event(self._chunk(role)) + b"".join(said[:1])]
        return Frames(
            progress=read, pieces=said, tail=[self._tail()], end=[DONE], error=self.error()
        )

    def whole(self) -> dict[str, Any]:
        """Return the answer of a request that does not stream."""
        thought = self.text("think")
        message = {
            "role": "assistant",
            **({"reasoning_content": thought} if thought else {}),
            "content": self.text("text"),
        }
        choice = {"finish_reason": self.finish, "index": 0, "message": message}
        return {
            "choices": [choice],
            "created": shapes.CREATED,
            "model": self.model,
            "system_fingerprint": self.script.version or shapes.BUILD,
            "object": "chat.completion",
            "usage": self.usage(),
            "id": CHAT_ID,
            "timings": self.timings(),
        }

    def _said(self) -> list[bytes]:
        timed = {"timings": self.timings()} if self.body.get("timings_per_token") else {}
        thoughts = [piece for kind, piece in self.spoken if kind == "think"]
        texts = [piece for kind, piece in self.spoken if kind == "text"]
        said = spread(event({**self._chunk({"reasoning_content": HOLE}), **timed}), thoughts)
        return said + spread(event({**self._chunk({"content": HOLE}), **timed}), texts)

    def _tail(self) -> bytes:
        last = self._chunk({}, self.finish)
        if not (self.body.get("stream_options") or {}).get("include_usage"):
            return event({**last, "timings": self.timings()})
        counted = {**self._chunk({}), "choices": [], "usage": self.usage()}
        return event(last) + event({**counted, "timings": self.timings()})

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        return {
            "choices": [{"finish_reason": finish, "index": 0, "delta": delta}],
            "created": shapes.CREATED,
            "id": CHAT_ID,
            "model": self.model,
            "system_fingerprint": self.script.version or shapes.BUILD,
            "object": "chat.completion.chunk",
        }
