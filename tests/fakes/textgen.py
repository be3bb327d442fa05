"""text-generation-webui's API.

Source: textgen modules/api/script.py (routes, Host check, key, SSE), modules/api/completions.py
(chunks, usage), modules/api/tokens.py, modules/api/models.py, modules/llama_cpp_server.py.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

from fakes import tokens
from fakes.openai import FakeOpenAI
from fakes.openai_stream import DONE, OpenAiAnswer, Quirks
from fakes.script import Script
from fakes.server import Handler
from fakes.wire import Exchange


class FakeTextgen(FakeOpenAI):
    """text-generation-webui: one model whatever the request names, failures look like an end."""

    quirks = Quirks(usage_null=True, ping=b": ping - 2026-11-22 10:00:15.000000+00:00\n\n")
    owner = "user"
    checks_model = False

    def routes(self) -> dict[tuple[str, str], Handler]:
        """Return the handlers."""
        own: dict[tuple[str, str], Handler] = {
            ("GET", "/v1/internal/health"): self._health,
            ("GET", "/v1/internal/model/info"): self._info,
            ("POST", "/v1/internal/encode"): self._encode,
            ("POST", "/v1/internal/token-count"): self._count,
            ("POST", "/v1/internal/chat-prompt"): self._chat_prompt,
            ("POST", "/v1/internal/stop-generation"): self._stop,
        }
        guarded = (super().routes() | own).items()
        return {key: self._on_own_host(handler) for key, handler in guarded}

    def _on_own_host(self, handler: Handler) -> Handler:
        @wraps(handler)
        async def check(exchange: Exchange, script: Script) -> None:
            host = exchange.request.headers.get("host", "").rpartition(":")[0]
            if host in ("127.0.0.1", "localhost", ""):
                await handler(exchange, script)
            else:
                await self.send_json(exchange, 400, {"detail": "Invalid host header"})

        return check

    def error_value(self, status: int, message: str, kind: str) -> Any:
        """Return an error's body; the code is always null."""
        return {"error": {"message": message, "type": kind, "code": None, "param": None}}

    async def refuse_key(self, exchange: Exchange) -> None:
        """Answer a request without the key, on every route."""
        await self.send_json(exchange, 401, {"detail": "Unauthorized"})

    def error_frames(self, answer: OpenAiAnswer) -> list[bytes]:
        """Return a normal end: failures in mid-stream are swallowed."""
        return [answer.final(), DONE]

    async def rejects(self, exchange: Exchange, script: Script, answer: OpenAiAnswer) -> bool:
        """Answer requests that FastAPI's validation finds incomplete."""
        if not answer.chat and "prompt" not in answer.body:
            missing = {"type": "missing", "loc": ["body", "prompt"], "msg": "Field required"}
            await self.send_json(exchange, 422, {"detail": [missing]})
            return True
        if answer.streams and int(answer.body.get("n") or 1) > 1:
            message = "Cannot stream with n > 1."
            await self.refuse(exchange, 400, message, "InvalidRequestError")
            return True
        return await super().rejects(exchange, script, answer)

    async def too_long(self, exchange: Exchange, script: Script, answer: OpenAiAnswer) -> bool:
        """Cut a chat in silence; answer a completion with 200 and no text at all."""
        if not answer.chat:
            answer.spoken = []
        return False

    async def _health(self, exchange: Exchange, script: Script) -> None:
        await self.send_json(exchange, 200, {"status": "ok"})

    async def _info(self, exchange: Exchange, script: Script) -> None:
        name = script.models[0] if script.models else "None"
        value = {"model_name": name, "lora_names": [], "loader": "llama.cpp"}
        await self.send_json(exchange, 200, value)

    async def _encode(self, exchange: Exchange, script: Script) -> None:
        ids = tokens.encode(str(exchange.request.json["text"]))
        await self.send_json(exchange, 200, {"tokens": ids, "length": len(ids)})

    async def _count(self, exchange: Exchange, script: Script) -> None:
        length = tokens.count(str(exchange.request.json["text"]), parse_special=True)
        await self.send_json(exchange, 200, {"length": length})

    async def _chat_prompt(self, exchange: Exchange, script: Script) -> None:
        prompt = tokens.chatml(exchange.request.json["messages"])
        await self.send_json(exchange, 200, {"prompt": prompt})

    async def _stop(self, exchange: Exchange, script: Script) -> None:
        await self.send_json(exchange, 200, "OK")
