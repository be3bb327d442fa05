"""The answers of an Ollama server as records.

Source: ollama server/routes.go (streamResponse: an object and a newline each; an error is a line
of its own), api/types.go (zero-valued counts are left out), openai/openai.go for `/v1`.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from fakes import ollama_shapes as shapes
from fakes import tokens
from fakes.player import Frames
from fakes.records import HOLE, compact, spread
from fakes.script import Script


def line(value: Any) -> bytes:
    """Return one NDJSON line; Go's encoder writes U+2028 and U+2029 as escapes, the rest raw."""
    return escape(value) + b"\n"


def escape(value: Any) -> bytes:
    """Return JSON as Go writes it."""
    return compact(value).replace(b"\xe2\x80\xa8", b"\\u2028").replace(b"\xe2\x80\xa9", b"\\u2029")


class Answer:
    """What a script says to one native request, cut to `options.num_predict`.

    A model that can think does so unless the request says `think: false`.
    """

    def __init__(self, body: dict[str, Any], script: Script) -> None:
        self.body, self.script = body, script
        self.options: dict[str, Any] = body.get("options") or {}
        self.streams = body.get("stream", True)
        self.thinks = script.thinks and body.get("think") is not False

    @property
    def size(self) -> int:
        """How many tokens the prompt has."""
        raise NotImplementedError

    @property
    def context(self) -> int:
        """The context in force: the request's, bounded by the trained one."""
        wanted = self.options.get("num_ctx") or self.script.context_tokens
        return min(int(wanted), self.script.trained_tokens)

    def overflow(self) -> str | None:
        """Return the error for a prompt that does not fit, or None.

        Only `truncate: false` makes it one; otherwise the server cuts in silence. The runner's
        own error stands as JSON inside the string.
        """
        if not (self.script.overflow or self.size >= self.context):
            return None
        if self.body.get("truncate") is not False:
            return None
        size = max(self.size, self.context + 1)
        message = (
            f"request ({size} tokens) exceeds the available context size "
            f"({self.context} tokens), try increasing it"
        )
        error = {"code": 400, "message": message, "type": "exceed_context_size_error"}
        counts = {"n_prompt_tokens": size, "n_ctx": self.context}
        return json.dumps({"error": {**error, **counts}}, separators=(",", ":"))

    @cached_property
    def limit(self) -> int:
        """The request's own limit in tokens; negative = none."""
        return int(self.options.get("num_predict", -1))

    @cached_property
    def spoken(self) -> list[tuple[str, str]]:
        """The pieces that fit into the limit."""
        pieces = [piece for piece in self.script.spoken() if piece[0] == "text" or self.thinks]
        return pieces if self.limit < 0 else pieces[: self.limit]

    @property
    def finish(self) -> str:
        """The done_reason."""
        said = sum(kind == "text" or self.thinks for kind, _ in self.script.spoken())
        return "length" if len(self.spoken) < said else self.script.finish

    def frames(self) -> Frames:
        """Return the stream; its end marker is the object with `done: true`."""
        thoughts = [piece for kind, piece in self.spoken if kind == "think"]
        texts = [piece for kind, piece in self.spoken if kind == "text"]
        said = spread(line(self._record("think", HOLE)), thoughts, escape)
        said += spread(line(self._record("text", HOLE)), texts, escape)
        failed = [line({"error": self.script.error_message})]
        end = [line(self._last())]
        return Frames(pieces=said, end=end, error=failed, opening=b'{"response":"')

    def whole(self) -> dict[str, Any]:
        """Return the answer of a request that does not stream."""
        raise NotImplementedError

    def _text(self, kind: str) -> str:
        return "".join(piece for of, piece in self.spoken if of == kind)

    def _head(self) -> dict[str, Any]:
        return {"model": self.body["model"], "created_at": shapes.CREATED_AT}

    def _record(self, kind: str, piece: str) -> dict[str, Any]:
        raise NotImplementedError

    def _last(self) -> dict[str, Any]:
        return {**self._record("text", ""), "done": True, **self._ending()}

    def _ending(self) -> dict[str, Any]:
        answer = len(self.spoken)
        counts = {
            "total_duration": (self.size + 10 * answer) * 1_000_000,
            "load_duration": 1_000_000,
            "prompt_eval_count": self.size,
            "prompt_eval_duration": self.size * 1_000_000,
            "eval_count": answer,
            "eval_duration": answer * 10_000_000,
        }
        return {"done_reason": self.finish, **{name: n for name, n in counts.items() if n}}


class ChatStream(Answer):
    """POST /api/chat. An empty `messages` only loads (or with keep_alive 0 unloads) the model."""

    @property
    def size(self) -> int:
        """How many tokens the rendered messages have."""
        return tokens.count_chat(self.body.get("messages") or [])

    def whole(self) -> dict[str, Any]:
        """Return the answer of a request that does not stream."""
        thought = {"thinking": self._text("think")} if self._text("think") else {}
        message = {"role": "assistant", "content": self._text("text"), **thought}
        return {**self._head(), "message": message, "done": True, **self._ending()}

    def _record(self, kind: str, piece: str) -> dict[str, Any]:
        message = {"role": "assistant", "content": piece if kind == "text" else ""}
        if kind == "think":
            message["thinking"] = piece
        return {**self._head(), "message": message, "done": False}


class GenerateStream(Answer):
    """POST /api/generate; the final object holds `context` unless the prompt is raw."""

    @property
    def size(self) -> int:
        """How many tokens the prompt has."""
        text = self.body.get("prompt", "") + self.body.get("suffix", "")
        return tokens.count(text, parse_special=True)

    def whole(self) -> dict[str, Any]:
        """Return the answer of a request that does not stream."""
        thought = {"thinking": self._text("think")} if self._text("think") else {}
        said = {"response": self._text("text"), **thought, "done": True}
        return {**self._head(), **said, **self._ending()}

    def _record(self, kind: str, piece: str) -> dict[str, Any]:
        said = {"response": piece if kind == "text" else ""}
        if kind == "think":
            said["thinking"] = piece
        return {**self._head(), **said, "done": False}

    def _ending(self) -> dict[str, Any]:
        ending = super()._ending()
        return ending if self.body.get("raw") else {**ending, "context": [1, 2, 3]}


class V1ChatStream:
    """POST /v1/chat/completions; an error in the stream is lost: an empty record, then the end."""

    def __init__(self, body: dict[str, Any], script: Script) -> None:
        self.body, self.script = body, script
        self.streams = bool(body.get("stream"))
        self.size = tokens.count_chat(body.get("messages") or [])

    def frames(self) -> Frames:
        """Return the stream."""
        said = [
            _event(self._chunk({"role": "assistant", "content": "", **_delta(kind, piece)}))
            for kind, piece in self.script.spoken()
        ]
        tail = [_event(self._chunk({"role": "assistant", "content": ""}, self.script.finish))]
        if (self.body.get("stream_options") or {}).get("include_usage"):
            tail.append(_event({**self._chunk({}), "choices": [], "usage": self._usage()}))
        lost = {**self._chunk({"role": "assistant", "content": ""}), "model": ""}
        return Frames(pieces=said, tail=tail, end=[b"data: [DONE]\n\n"], error=[_event(lost)])

    def whole(self) -> dict[str, Any]:
        """Return the answer of a request that does not stream."""
        text = "".join(piece for kind, piece in self.script.spoken() if kind == "text")
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": self.script.finish}
        value = {**self._chunk({}), "object": "chat.completion"}
        return {**value, "choices": [choice], "usage": self._usage()}

    def _usage(self) -> dict[str, int]:
        answer = len(self.script.spoken())
        total = self.size + answer
        return {"prompt_tokens": self.size, "completion_tokens": answer, "total_tokens": total}

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1_700_000_000,
            "model": self.body["model"],
            "system_fingerprint": "fp_ollama",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }


def _delta(kind: str, piece: str) -> dict[str, str]:
    return {"content": piece} if kind == "text" else {"reasoning": piece}


def _event(value: Any) -> bytes:
    return b"data: " + compact(value) + b"\n\n"
