"""A tabbyAPI server. Source: tabbyAPI endpoints/core/router.py, endpoints/OAI, common/auth.py."""

from __future__ import annotations

from typing import Any

from fakes import tokens
from fakes.openai import FakeOpenAI
from fakes.openai_stream import DONE, OpenAiAnswer, event
from fakes.script import Script
from fakes.server import Handler
from fakes.wire import Exchange, Recorded


class FakeTabby(FakeOpenAI):
    """tabbyAPI: imitates llama.cpp's /props, takes the key from two headers."""

    owner = "tabbyAPI"
    checks_model = False

    def routes(self) -> dict[tuple[str, str], Handler]:
        """Return the handlers."""
        own: dict[tuple[str, str], Handler] = {
            ("GET", "/.well-known/serviceinfo"): self._service,
            ("GET", "/health"): self._health,
            ("GET", "/props"): self._props,
            ("GET", "/v1/model"): self._model,
            ("POST", "/v1/token/encode"): self._encode,
        }
        return super().routes() | own

    def key_free(self, path: str) -> bool:
        """Tell whether a path is answered without a key."""
        return path in ("/.well-known/serviceinfo", "/health")

    def given_key(self, request: Recorded) -> str:
        """Return the key from either header."""
        return super().given_key(request) or request.headers.get("x-api-key", "")

    async def refuse_key(self, exchange: Exchange) -> None:
        """Answer a request without the key, as FastAPI spells a refusal."""
        await self.send_json(exchange, 401, {"detail": "Invalid API key"})

    async def say_loading(self, exchange: Exchange) -> bool:
        """Answer /health as a server in trouble; other routes answer."""
        if exchange.request.path != "/health":
            return False
        await self.send_json(exchange, 503, {"status": "unhealthy", "issues": []})
        return True

    async def too_long(self, exchange: Exchange, script: Script, answer: OpenAiAnswer) -> bool:
        """Refuse a prompt that does not fit, with a code of its own."""
        message = f"Prompt length {answer.size} is greater than max_seq_len {script.context_tokens}"
        value = {"message": message, "code": "context_length_exceeded"}
        await self.send_json(exchange, 400, {"error": value})
        return True

    def error_frames(self, answer: OpenAiAnswer) -> list[bytes]:
        """Return the error object as an event, then the end marker."""
        value = {"message": answer.script.error_message, "code": "internal_error"}
        return [event({"error": value}), DONE]

    async def _service(self, exchange: Exchange, script: Script) -> None:
        software = {"name": "TabbyAPI", "repository": "https://github.com/theroyallab/tabbyAPI"}
        await self.send_json(exchange, 200, {"version": 0.1, "software": software})

    async def _health(self, exchange: Exchange, script: Script) -> None:
        await self.send_json(exchange, 200, {"status": "healthy", "issues": []})

    async def _props(self, exchange: Exchange, script: Script) -> None:
        value: dict[str, Any] = {
            "total_slots": 1,
            "chat_template": "",
            "default_generation_settings": {"n_ctx": script.context_tokens},
        }
        await self.send_json(exchange, 200, value)

    async def _model(self, exchange: Exchange, script: Script) -> None:
        entry = self.model_entry(script.models[0], script)
        parameters = {"max_seq_len": script.context_tokens, "cache_size": script.context_tokens}
        await self.send_json(exchange, 200, {**entry, "parameters": parameters})

    async def _encode(self, exchange: Exchange, script: Script) -> None:
        ids = tokens.encode(str((exchange.request.json or {}).get("text", "")))
        await self.send_json(exchange, 200, {"tokens": ids, "length": len(ids)})
