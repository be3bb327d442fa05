"""A KoboldCpp server. Source: koboldcpp koboldcpp.py (2024-10)."""

from __future__ import annotations

from fakes import tokens
from fakes.openai import FakeOpenAI
from fakes.openai_stream import Quirks
from fakes.script import Script
from fakes.server import Handler
from fakes.wire import Exchange, Headers


class FakeKoboldCpp(FakeOpenAI):
    """KoboldCpp: its `[DONE]` has no blank line behind it, and it closes after each answer."""

    quirks = Quirks(done=b"data: [DONE]")
    owner = "koboldcpp"
    checks_model = False
    framing = "close"

    def routes(self) -> dict[tuple[str, str], Handler]:
        """Return the handlers."""
        own: dict[tuple[str, str], Handler] = {
            ("GET", "/"): self._page,
            ("GET", "/api/extra/version"): self._version,
            ("GET", "/api/extra/true_max_context_length"): self._context,
            ("GET", "/api/tags"): self._tags,
            ("POST", "/api/extra/tokencount"): self._count,
        }
        return super().routes() | own

    def head(self, exchange: Exchange, content_type: str, length: int | None) -> Headers:
        """Return the headers of Python's http.server."""
        exchange.closing = True
        end = [("content-length", str(length))] if length is not None else []
        server = [("Server", "ConcedoLlamaForKoboldServer"), ("Connection", "close")]
        return [*server, ("content-type", content_type), *end]

    async def say_loading(self, exchange: Exchange) -> bool:
        """Answer as a busy server; it only says so to generations."""
        if exchange.request.method != "POST":
            return False
        detail = {"msg": "Server is busy; please try again later.", "type": "service_unavailable"}
        await self.send_json(exchange, 503, {"detail": detail})
        return True

    async def too_long(self, exchange: Exchange, script: Script, answer: object) -> bool:
        """Let it through: the server cuts the prompt in silence."""
        return False

    async def _page(self, exchange: Exchange, script: Script) -> None:
        await self.send_bytes(exchange, 200, "text/html", b"<!doctype html><title>Kobold</title>")

    async def _version(self, exchange: Exchange, script: Script) -> None:
        value = {"result": "KoboldCpp", "version": script.version or "1.77"}
        await self.send_json(exchange, 200, value)

    async def _context(self, exchange: Exchange, script: Script) -> None:
        await self.send_json(exchange, 200, {"value": script.context_tokens})

    async def _tags(self, exchange: Exchange, script: Script) -> None:
        models = [{"name": f"koboldcpp/{name}", "model": name} for name in script.models]
        await self.send_json(exchange, 200, {"models": models})

    async def _count(self, exchange: Exchange, script: Script) -> None:
        ids = tokens.encode(str((exchange.request.json or {}).get("prompt", "")))
        await self.send_json(exchange, 200, {"value": len(ids), "ids": ids})
