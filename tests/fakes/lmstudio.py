"""LM Studio's local server. Source: its REST documentation (/api/v0)."""

from __future__ import annotations

from typing import Any

from fakes.openai import FakeOpenAI
from fakes.script import Script
from fakes.server import Handler
from fakes.wire import Exchange, Headers


class FakeLmStudio(FakeOpenAI):
    """LM Studio: the first model is loaded, others load on their first request."""

    owner = "organization_owner"

    def routes(self) -> dict[tuple[str, str], Handler]:
        """Return the handlers."""
        return super().routes() | {("GET", "/api/v0/models"): self._rest_models}

    def head(self, exchange: Exchange, content_type: str, length: int | None) -> Headers:
        """Return Express's headers."""
        end = [("Content-Length", str(length))] if length is not None else []
        return [("X-Powered-By", "Express"), ("Content-Type", content_type), *end]

    async def missing(self, exchange: Exchange) -> None:
        """Answer an unknown route: with status 200 and an error in the body."""
        request = exchange.request
        message = f"Unexpected endpoint or method. ({request.method} {request.path})"
        await self.send_json(exchange, 200, {"error": message})

    async def _rest_models(self, exchange: Exchange, script: Script) -> None:
        entries = [_entry(name, script, loaded=not at) for at, name in enumerate(script.models)]
        await self.send_json(exchange, 200, {"object": "list", "data": entries})


def _entry(name: str, script: Script, *, loaded: bool) -> dict[str, Any]:
    entry = {
        "id": name,
        "object": "model",
        "type": "llm",
        "publisher": "someone",
        "arch": "qwen2",
        "compatibility_type": "gguf",
        "quantization": "Q4_K_M",
        "state": "loaded" if loaded else "not-loaded",
        "max_context_length": script.trained_tokens,
    }
    return {**entry, "loaded_context_length": script.context_tokens} if loaded else entry
