"""A LocalAI server. Source: LocalAI core/http (routes, streaming)."""

from __future__ import annotations

from fakes import tokens
from fakes.openai import FakeOpenAI
from fakes.openai_stream import DONE, OpenAiAnswer
from fakes.script import Script
from fakes.server import Handler
from fakes.wire import Exchange, Headers, Recorded


class FakeLocalAI(FakeOpenAI):
    """LocalAI: imitates parts of Ollama, and says errors in the voice of the model."""

    owner = ""

    def routes(self) -> dict[tuple[str, str], Handler]:
        """Return the handlers."""
        own: dict[tuple[str, str], Handler] = {
            ("GET", "/"): self._page,
            ("GET", "/version"): self._version,
            ("GET", "/.well-known/localai.json"): self._well_known,
            ("GET", "/healthz"): self._health,
            ("GET", "/readyz"): self._ready,
            ("GET", "/api/tags"): self._tags,
            ("POST", "/v1/tokenize"): self._tokenize,
        }
        return super().routes() | own

    def head(self, exchange: Exchange, content_type: str, length: int | None) -> Headers:
        """Return Go's headers."""
        end = [("Content-Length", str(length))] if length is not None else []
        return [("Content-Type", content_type), *end]

    def given_key(self, request: Recorded) -> str:
        """Return the key from any of three headers."""
        others = (request.headers.get(name, "") for name in ("x-api-key", "xi-api-key"))
        return super().given_key(request) or next(filter(None, others), "")

    async def say_loading(self, exchange: Exchange) -> bool:
        """Answer /readyz as a server that starts; other routes answer."""
        if exchange.request.path != "/readyz":
            return False
        await self.send_json(exchange, 503, {"status": "starting"})
        return True

    def error_frames(self, answer: OpenAiAnswer) -> list[bytes]:
        """Return an error as text of the answer, and a normal end."""
        text = f"Internal error: {answer.script.error_message}"
        return [answer.text_piece(text), answer.final(), DONE]

    async def _page(self, exchange: Exchange, script: Script) -> None:
        await self.send_bytes(exchange, 200, "text/html", b"<!doctype html><title>LocalAI</title>")

    async def _version(self, exchange: Exchange, script: Script) -> None:
        await self.send_json(exchange, 200, {"version": script.version or "v4.9.0"})

    async def _well_known(self, exchange: Exchange, script: Script) -> None:
        await self.send_json(exchange, 200, {"version": script.version or "v4.9.0"})

    async def _health(self, exchange: Exchange, script: Script) -> None:
        await self.send_text(exchange, 200, "OK")

    async def _ready(self, exchange: Exchange, script: Script) -> None:
        await self.send_json(exchange, 200, {"status": "ready"})

    async def _tags(self, exchange: Exchange, script: Script) -> None:
        models = [{"name": f"{name}:latest", "model": name} for name in script.models]
        await self.send_json(exchange, 200, {"models": models})

    async def _tokenize(self, exchange: Exchange, script: Script) -> None:
        ids = tokens.encode(str((exchange.request.json or {}).get("content", "")))
        await self.send_json(exchange, 200, {"tokens": ids})
