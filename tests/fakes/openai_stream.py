"""The answers of the OpenAI routes, with the differences between servers as arguments.

Source: the OpenAI streaming format as vLLM, textgen, LM Studio, LocalAI, tabbyAPI and KoboldCpp
send it; each module of a server names its file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import zip_longest
from typing import Any

from fakes import tokens
from fakes.player import Frames
from fakes.records import compact
from fakes.script import Script

DONE = b"data: [DONE]\n\n"
CREATED = 1_700_000_000


def event(value: Any) -> bytes:
    """Return one server-sent event."""
    return b"data: " + compact(value) + b"\n\n"


@dataclass(frozen=True, kw_only=True)
class Quirks:
    """How a server's stream differs from its neighbours'.

    thought: Name of the delta's field for reasoning.
    usage_null: Chunks carry `usage: null` while usage was asked for.
    first_content: What the first chunk's `content` is.
    done: What ends the stream.
    ping: A comment line between events.
    """

    thought: str = "reasoning_content"
    usage_null: bool = False
    first_content: str | None = ""
    done: bytes = DONE
    ping: bytes = b": ping\n\n"
    extra: dict[str, Any] = field(default_factory=dict)


class OpenAiAnswer:
    """What a script says to one request, chat or text, cut to its `max_tokens`."""

    def __init__(
        self, body: dict[str, Any], script: Script, quirks: Quirks, index: int = 0
    ) -> None:
        self.body, self.script, self.quirks, self.index = body, script, quirks, index
        self.chat = "messages" in body
        self.streams = bool(body.get("stream"))
        self.model = str(body.get("model") or script.models[0])

    @cached_property
    def size(self) -> int:
        """How many tokens the prompt has."""
        if self.chat:
            return tokens.count_chat(self.body["messages"])
        prompt = self.body.get("prompt", "")
        if isinstance(prompt, list):
            return len(prompt)
        return tokens.count(prompt, parse_special=True)

    @cached_property
    def limit(self) -> int | None:
        """The request's own limit in tokens."""
        limit = self.body.get("max_completion_tokens", self.body.get("max_tokens"))
        return None if limit is None else int(limit)

    @cached_property
    def spoken(self) -> list[tuple[str, str]]:
        """The pieces that fit into the limit."""
        return list(self.script.spoken())[: self.limit]

    @property
    def finish(self) -> str:
        """The finish reason."""
        cut = len(self.spoken) < len(self.script.spoken())
        return "length" if cut else self.script.finish

    def frames(self, error: list[bytes], others: Sequence[OpenAiAnswer] = ()) -> Frames:
        """Return the stream, a piece of each alternative in turn.

        Args:
            error: What the server sends when it fails on the way.
            others: Further answers to the same prompt.

        """
        steps = zip_longest(*[answer.said() for answer in (self, *others)])
        said = [piece for step in steps for piece in step if piece is not None]
        if self.chat:
            opening = {"role": "assistant", "content": self.quirks.first_content}
            said[:1] = [event(self._chunk(opening, None)) + b"".join(said[:1])]
        tail = [answer.final() for answer in (self, *others)]
        if self._wants_usage:
            counted = {**self._chunk({}, None), "choices": [], "usage": self.usage()}
            tail.append(event(counted))
        end = [self.quirks.done]
        return Frames(pieces=said, tail=tail, end=end, error=error, ping=self.quirks.ping)

    def said(self) -> list[bytes]:
        """Return the chunks of the pieces."""
        return [event(self._piece(kind, piece)) for kind, piece in self.spoken]

    def whole(self) -> dict[str, Any]:
        """Return the answer of a request that does not stream."""
        text = "".join(piece for kind, piece in self.spoken if kind == "text")
        thought = "".join(piece for kind, piece in self.spoken if kind == "think")
        choice: dict[str, Any] = {"index": 0, "logprobs": None, "finish_reason": self.finish}
        if self.chat:
            more = {self.quirks.thought: thought} if thought else {}
            choice["message"] = {"role": "assistant", "content": text, **more}
        else:
            choice["text"] = text
        return {**self._envelope(whole=True), "choices": [choice], "usage": self.usage()}

    def usage(self) -> dict[str, int]:
        """Return the usage."""
        answer = len(self.spoken)
        total = self.size + answer
        return {"prompt_tokens": self.size, "completion_tokens": answer, "total_tokens": total}

    def final(self) -> bytes:
        """Return the chunk with the finish reason."""
        return event(self._chunk({} if self.chat else "", self.finish))

    def text_piece(self, text: str) -> bytes:
        """Return a chunk of the answer with any text."""
        return event(self._piece("text", text))

    @property
    def _wants_usage(self) -> bool:
        return bool((self.body.get("stream_options") or {}).get("include_usage"))

    def _piece(self, kind: str, piece: str) -> dict[str, Any]:
        if not self.chat:
            return self._chunk(piece, None)
        return self._chunk({"content" if kind == "text" else self.quirks.thought: piece}, None)

    def _chunk(self, said: Any, finish: str | None) -> dict[str, Any]:
        what = {"delta": said} if self.chat else {"text": said}
        choice = {"index": self.index, **what, "logprobs": None, "finish_reason": finish}
        null = {"usage": None} if self.quirks.usage_null and self._wants_usage else {}
        return {**self._envelope(whole=False), "choices": [choice], **null}

    def _envelope(self, *, whole: bool) -> dict[str, Any]:
        chat = "chat.completion" if whole else "chat.completion.chunk"
        return {
            "id": "chatcmpl-1" if self.chat else "cmpl-1",
            "object": chat if self.chat else "text_completion",
            "created": CREATED,
            "model": self.model,
            **self.quirks.extra,
        }
