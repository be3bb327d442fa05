"""A vLLM server.

Source: vllm entrypoints/openai/completion/serving.py (suffix), serve/tokenize/protocol.py,
serve/engine/protocol.py (errors, model card), serve/middleware/authenticate.py (key).
"""

from __future__ import annotations

from typing import Any

from fakes import tokens
from fakes.openai import FakeOpenAI
from fakes.openai_stream import DONE, OpenAiAnswer, Quirks
from fakes.script import Script
from fakes.server import Handler
from fakes.wire import Exchange


class FakeVllm(FakeOpenAI):
    """A vLLM server: reasoning in `reasoning`, no suffix, /tokenize outside the key."""

    quirks = Quirks(thought="reasoning")
    owner = "vllm"
    several = True

    def routes(self) -> dict[tuple[str, str], Handler]:
        """Return the handlers."""
        own: dict[tuple[str, str], Handler] = {
            ("GET", "/version"): self._version,
            ("GET", "/health"): self._health,
            ("POST", "/tokenize"): self._tokenize,
        }
        return super().routes() | own

    def key_free(self, path: str) -> bool:
        """Tell whether a path is answered without a key: only /v1 is guarded."""
        return not path.startswith("/v1/")

    async def refuse_key(self, exchange: Exchange) -> None:
        """Answer a request without the key: the error is a string."""
        await self.send_json(exchange, 401, {"error": "Unauthorized"})

    def model_entry(self, name: str, script: Script) -> dict[str, Any]:
        """Return one entry of the list, with the context in force."""
        more = {"root": name, "parent": None, "max_model_len": script.context_tokens}
        return {**super().model_entry(name, script), **more}

    async def rejects(self, exchange: Exchange, script: Script, answer: OpenAiAnswer) -> bool:
        """Refuse any suffix, even an empty one, and prompts that leave no room for max_tokens."""
        if answer.body.get("suffix") is not None:
            message = "suffix is not currently supported"
            await self.refuse(exchange, 400, message, "BadRequestError")
            return True
        if answer.size + (answer.limit or 0) > script.context_tokens and script.error is None:
            return await self.too_long(exchange, script, answer)
        return await super().rejects(exchange, script, answer)

    def error_frames(self, answer: OpenAiAnswer) -> list[bytes]:
        """Return an error and, even then, the end marker."""
        return [*super().error_frames(answer), DONE]

    async def _version(self, exchange: Exchange, script: Script) -> None:
        await self.send_json(exchange, 200, {"version": script.version or "0.16.0"})

    async def _health(self, exchange: Exchange, script: Script) -> None:
        await self.send_bytes(exchange, 200, "text/plain", b"")

    async def _tokenize(self, exchange: Exchange, script: Script) -> None:
        body = exchange.request.json or {}
        special = "messages" in body
        text = tokens.chatml(body["messages"]) if special else str(body.get("prompt", ""))
        ids = tokens.encode(text, parse_special=special)
        counted = {"count": len(ids), "max_model_len": script.context_tokens}
        await self.send_json(exchange, 200, {**counted, "tokens": ids, "token_strs": None})
