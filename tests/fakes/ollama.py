"""An Ollama server: its native API and the `/v1` routes that its clients use.

Source: ollama server/routes.go (routes, errors, the NDJSON writer), api/types.go (fields),
server/prompt.go (overflow), middleware/openai.go and openai/openai.go (`/v1`).
"""

from __future__ import annotations

from email.utils import formatdate
from typing import Any

from fakes import middle
from fakes import ollama_shapes as shapes
from fakes.ollama_stream import ChatStream, GenerateStream, V1ChatStream
from fakes.records import compact
from fakes.script import Script
from fakes.server import FakeServer, Handler, generation
from fakes.wire import Exchange, Headers

JSON = "application/json; charset=utf-8"
NDJSON = "application/x-ndjson"


class FakeOllama(FakeServer):
    """An Ollama server.

    Args:
        cloud: Names of models that run on the maker's machines (`remote_host` is set).
        resident: Whether the first model is loaded, so that /api/ps lists it.

    """

    def __init__(
        self,
        script: Script | None = None,
        *,
        cloud: tuple[str, ...] = (),
        resident: bool = True,
        **server: Any,
    ) -> None:
        super().__init__(script, **server)
        self.cloud = cloud
        self.resident = resident

    def routes(self) -> dict[tuple[str, str], Handler]:
        """Return the handlers."""
        return {
            ("GET", "/"): self._root,
            ("HEAD", "/"): self._root,
            ("GET", "/api/version"): self._version,
            ("GET", "/api/tags"): self._tags,
            ("GET", "/api/ps"): self._ps,
            ("POST", "/api/show"): self._show,
            ("POST", "/api/chat"): self._chat,
            ("POST", "/api/generate"): self._generate,
            ("GET", "/v1/models"): self._v1_models,
            ("POST", "/v1/chat/completions"): self._v1_chat,
        }

    def head(self, exchange: Exchange, content_type: str, length: int | None) -> Headers:
        """Return the headers of Go's net/http."""
        date = ("Date", formatdate(usegmt=True))
        end = [("Content-Length", str(length))] if length is not None else []
        return [("Content-Type", content_type), date, *end]

    async def send_json(self, exchange: Exchange, status: int, value: Any) -> None:
        """Send a whole JSON answer."""
        await self.send_bytes(exchange, status, JSON, compact(value))

    async def missing(self, exchange: Exchange) -> None:
        """Answer an unknown route, as gin does."""
        await self.send_bytes(exchange, 404, "text/plain", b"404 page not found")

    def key_free(self, path: str) -> bool:
        """Tell that no path wants a key: Ollama has none."""
        return True

    async def say_loading(self, exchange: Exchange) -> bool:
        """Let it through: a model loads inside the first request, which just takes its time."""
        return False

    async def _fail(self, exchange: Exchange, status: int, message: str) -> None:
        await self.send_json(exchange, status, {"error": message})

    async def _root(self, exchange: Exchange, script: Script) -> None:
        body = b"" if exchange.request.method == "HEAD" else b"Ollama is running"
        await self.send_bytes(exchange, 200, "text/plain; charset=utf-8", body)

    async def _version(self, exchange: Exchange, script: Script) -> None:
        await self.send_json(exchange, 200, {"version": script.version or "0.33.0"})

    async def _tags(self, exchange: Exchange, script: Script) -> None:
        local = [shapes.listed(name, script) for name in script.models]
        cloud = [shapes.listed(name, script, remote=True) for name in self.cloud]
        await self.send_json(exchange, 200, {"models": local + cloud})

    async def _ps(self, exchange: Exchange, script: Script) -> None:
        loaded = [shapes.resident(script.models[0], script)] if self.resident else []
        await self.send_json(exchange, 200, {"models": loaded})

    async def _show(self, exchange: Exchange, script: Script) -> None:
        body = exchange.request.json or {}
        name = str(body.get("model") or body.get("name") or "")
        if await self._known(exchange, script, name):
            remote = shapes.full(name) in map(shapes.full, self.cloud)
            value = shapes.shown(name, script, remote=remote, verbose=bool(body.get("verbose")))
            await self.send_json(exchange, 200, value)

    async def _known(self, exchange: Exchange, script: Script, name: str) -> bool:
        known = map(shapes.full, [*script.models, *self.cloud])
        if not name:
            await self._fail(exchange, 400, "model is required")
        elif shapes.full(name) not in known:
            await self._fail(exchange, 404, f"model '{name}' not found")
        else:
            return True
        return False

    @generation
    async def _chat(self, exchange: Exchange, script: Script) -> None:
        body = exchange.request.json
        if await self._accepts(exchange, script, body):
            await self._answer_with(exchange, ChatStream(body, script))

    @generation
    async def _generate(self, exchange: Exchange, script: Script) -> None:
        body = exchange.request.json
        if not await self._accepts(exchange, script, body):
            return
        template = body.get("template") or body.get("system") or body.get("context")
        if body.get("raw") and template:
            message = "raw mode does not support template, system, or context"
            await self._fail(exchange, 400, message)
        elif body.get("suffix") and not script.inserts:
            message = f"registry.example/library/{body['model']} does not support insert"
            await self._fail(exchange, 400, message)
        else:
            await self._answer_with(exchange, GenerateStream(body, _going_on(body, script)))

    async def _accepts(self, exchange: Exchange, script: Script, body: Any) -> bool:
        """Answer a request that fails before its stream; return whether it does not."""
        if not isinstance(body, dict):
            await self._fail(exchange, 400, "missing request body")
        elif not await self._known(exchange, script, str(body.get("model", ""))):
            pass
        elif body.get("think") and not script.thinks:
            await self._fail(exchange, 400, f'"{body["model"]}" does not support thinking')
        elif script.error is not None:
            await self._error_as_told(exchange, script.error)
        else:
            return True
        return False

    async def _error_as_told(self, exchange: Exchange, error: tuple[int, Any]) -> None:
        status, body = error
        if isinstance(body, str):
            await self._fail(exchange, status, body)
        else:
            await self.send_json(exchange, status, body)

    async def _answer_with(self, exchange: Exchange, answer: Any) -> None:
        if (too_long := answer.overflow()) is not None:
            await self._fail(exchange, 400, too_long)
        elif answer.streams or answer.script.raw is not None:
            await self.stream(exchange, answer.script, answer.frames(), NDJSON)
        else:
            await self.send_json(exchange, 200, answer.whole())

    async def _v1_models(self, exchange: Exchange, script: Script) -> None:
        data = [shapes.v1_model(name) for name in [*script.models, *self.cloud]]
        await self.send_json(exchange, 200, {"object": "list", "data": data})

    @generation
    async def _v1_chat(self, exchange: Exchange, script: Script) -> None:
        body = exchange.request.json or {}
        if shapes.full(str(body.get("model", ""))) not in map(shapes.full, script.models):
            error = {"message": f"model '{body.get('model')}' not found", "type": "not_found_error"}
            value = {"error": {**error, "param": None, "code": None}}
            await self.send_json(exchange, 404, value)
            return
        answer = V1ChatStream(body, script)
        if answer.streams:
            await self.stream(exchange, script, answer.frames())
        else:
            await self.send_json(exchange, 200, answer.whole())


def _going_on(body: dict[str, Any], script: Script) -> Script:
    """Return the answer to a gap in a text that the model knows: raw, or by its template."""
    if body.get("raw"):
        return middle.after_text(script, str(body.get("prompt", "")))
    if body.get("suffix"):
        return middle.after_prefix(script, str(body.get("prompt", "")))
    return script
