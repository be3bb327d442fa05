"""llamafile up to 0.9.3, which has two servers: the classic one and llamafiler.

Source: llamafile llama.cpp/server/server.cpp (classic), llamafile/server/client.cpp,
v1_completions.cpp, v1_chat_completions.cpp, v1_models.cpp, tokenize.cpp (llamafiler).
From 0.10 on it embeds llama-server: use FakeLlamaCpp.
"""

from __future__ import annotations

from typing import Any

from fakes import llamacpp_shapes as shapes
from fakes import tokens
from fakes.llamacpp import FakeLlamaCpp
from fakes.llamacpp_stream import Answer
from fakes.openai import FakeOpenAI
from fakes.openai_stream import OpenAiAnswer
from fakes.player import Frames
from fakes.script import Script
from fakes.server import Handler
from fakes.wire import Exchange, Headers

JSON = "application/json; charset=utf-8"


class FakeLlamafile(FakeLlamaCpp):
    """The classic server (`--server`): an old llama.cpp; no [DONE], errors in `error:` lines."""

    def __init__(self, script: Script | None = None, **server: Any) -> None:
        super().__init__(script, old_errors=True, **server)

    def routes(self) -> dict[tuple[str, str], Handler]:
        """Return the handlers: no /v1/completions, no template or token counting of chats."""
        known = ("/props", "/tokenize", "/detokenize", "/completion", "/infill", "/v1/models")
        kept = (*known, "/health", "/v1/chat/completions")
        return {key: handler for key, handler in super().routes().items() if key[1] in kept}

    def head(self, exchange: Exchange, content_type: str, length: int | None) -> Headers:
        """Return the headers of its older cpp-httplib: the server names itself otherwise."""
        headers = [(n, v) for n, v in super().head(exchange, content_type, length) if n != "Server"]
        return [("Server", "llamafile"), *headers]

    async def missing(self, exchange: Exchange) -> None:
        """Answer an unknown route in plain text."""
        await self.send_text(exchange, 404, "File Not Found")

    async def say_loading(self, exchange: Exchange) -> bool:
        """Answer /health, and everything else likewise: nothing works yet."""
        await self.send_json(exchange, 503, {"status": "loading model"})
        return True

    def key_free(self, path: str) -> bool:
        """Tell whether a path is answered without a key."""
        return path == "/health"

    async def _health(self, exchange: Exchange, script: Script) -> None:
        value = {"status": "ok", "slots_idle": 1, "slots_processing": 0}
        await self.send_json(exchange, 200, value)

    async def _props(self, exchange: Exchange, script: Script) -> None:
        settings = {"n_ctx": script.context_tokens, "model": script.models[0]}
        value = {"user_name": "", "assistant_name": "", "default_generation_settings": settings}
        await self.send_json(exchange, 200, {**value, "total_slots": 1})

    async def _models(self, exchange: Exchange, script: Script) -> None:
        entry = {"id": script.models[0], "object": "model", "created": shapes.CREATED}
        data = [{**entry, "owned_by": "llamacpp"}]
        await self.send_json(exchange, 200, {"object": "list", "data": data})

    async def _tokenize(self, exchange: Exchange, script: Script) -> None:
        content = str((exchange.request.json or {}).get("content", ""))
        await self.send_json(exchange, 200, {"tokens": tokens.encode(content)})

    def answers(self, body: dict[str, Any]) -> int:
        """Return 1: it has no field for more."""
        return 1

    def overflows(self, script: Script, size: int) -> bool:
        """Tell that nothing is refused: the prompt is cut in silence, `truncated` says so."""
        return False

    def shape(self, frames: Frames, answer: Answer) -> Frames:
        """Leave the end marker of chats out: the final chunk is the end."""
        if frames.tail:
            frames.end, frames.tail = frames.tail, ()
        return frames


class FakeLlamafiler(FakeOpenAI):
    """llamafiler (`--server --v2`): OpenAI routes, tokens as strings, no chunked requests."""

    owner = "llamafile"
    checks_model = False

    def routes(self) -> dict[tuple[str, str], Handler]:
        """Return the handlers."""
        return super().routes() | {("POST", "/tokenize"): self._tokenize}

    def head(self, exchange: Exchange, content_type: str, length: int | None) -> Headers:
        """Return the headers; the server names itself with its version."""
        version = self.script.version or "0.9.3"
        end = [("Content-Length", str(length))] if length is not None else []
        return [("Content-Type", content_type), ("Server", f"llamafile/{version}"), *end]

    def key_free(self, path: str) -> bool:
        """Tell that no path wants a key: there is none."""
        return True

    async def missing(self, exchange: Exchange) -> None:
        """Answer an unknown route in plain text."""
        await self.send_text(exchange, 404, "Not Found\r\n")

    async def refuse(self, exchange: Exchange, status: int, message: str, kind: str) -> None:
        """Send an error: plain text."""
        await self.send_text(exchange, status, f"{message}\r\n")

    async def rejects(self, exchange: Exchange, script: Script, answer: OpenAiAnswer) -> bool:
        """Refuse chunked bodies and suffixes."""
        if "transfer-encoding" in exchange.request.headers:
            await self.refuse(exchange, 501, "Transfer-Encoding not supported", "")
        elif "suffix" in answer.body:
            await self.refuse(exchange, 400, "OpenAI suffix field not supported", "")
        else:
            return await super().rejects(exchange, script, answer)
        return True

    async def too_long(self, exchange: Exchange, script: Script, answer: OpenAiAnswer) -> bool:
        """Answer a prompt that does not fit."""
        await self.refuse(exchange, 500, "out_of_context", "")
        return True

    async def stream(self, exchange: Exchange, script: Script, frames: Frames, kind: str) -> None:
        """Send the stream; an error in the middle is a dropped connection."""
        if script.error_after is not None:
            script = script.dying(script.error_after)
        await super().stream(exchange, script, frames, kind)

    async def _tokenize(self, exchange: Exchange, script: Script) -> None:
        body = exchange.request.json or {}
        special = bool(body.get("parse_special", False))
        ids = tokens.encode(str(body.get("prompt", "")), parse_special=special)
        words = [tokens.decode([token]) for token in ids]
        flags = {"add_special": bool(body.get("add_special", True)), "parse_special": special}
        await self.send_json(exchange, 200, {**flags, "tokens": words})
