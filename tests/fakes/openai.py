"""An OpenAI-compatible server without a name, and what its named relatives share."""

from __future__ import annotations

from email.utils import formatdate
from typing import Any, ClassVar

from fakes import middle
from fakes.openai_stream import CREATED, OpenAiAnswer, Quirks, event
from fakes.script import Script
from fakes.server import FakeServer, Handler, generation
from fakes.vocabulary import Small
from fakes.wire import Exchange, Headers


class FakeOpenAI(FakeServer):
    """Three routes and nothing that tells who it is."""

    quirks: ClassVar[Quirks] = Quirks()
    owner: ClassVar[str] = "organization"
    checks_model: ClassVar[bool] = True
    several: ClassVar[bool] = False  # whether it knows `n` in a streamed completion

    def routes(self) -> dict[tuple[str, str], Handler]:
        """Return the handlers."""
        return {
            ("GET", "/v1/models"): self.models,
            ("POST", "/v1/chat/completions"): self.answer,
            ("POST", "/v1/completions"): self.answer,
        }

    def head(self, exchange: Exchange, content_type: str, length: int | None) -> Headers:
        """Return uvicorn's headers, in lower case."""
        headers = [("date", formatdate(usegmt=True)), ("server", "uvicorn")]
        if length is not None:
            headers.append(("content-length", str(length)))
        return [*headers, ("content-type", content_type)]

    async def missing(self, exchange: Exchange) -> None:
        """Answer an unknown route, as FastAPI does."""
        await self.send_json(exchange, 404, {"detail": "Not Found"})

    def error_value(self, status: int, message: str, kind: str) -> Any:
        """Return an error's body."""
        return {"error": {"message": message, "type": kind, "param": None, "code": status}}

    async def refuse(self, exchange: Exchange, status: int, message: str, kind: str) -> None:
        """Send an error."""
        await self.send_json(exchange, status, self.error_value(status, message, kind))

    async def refuse_key(self, exchange: Exchange) -> None:
        """Answer a request without the key."""
        message = "Incorrect API key provided"
        await self.refuse(exchange, 401, message, "invalid_request_error")

    async def models(self, exchange: Exchange, script: Script) -> None:
        """List the models."""
        data = [self.model_entry(name, script) for name in script.models]
        await self.send_json(exchange, 200, {"object": "list", "data": data})

    def model_entry(self, name: str, script: Script) -> dict[str, Any]:
        """Return one entry of the list."""
        return {"id": name, "object": "model", "created": CREATED, "owned_by": self.owner}

    @generation
    async def answer(self, exchange: Exchange, script: Script) -> None:
        """Answer a chat or a completion."""
        body = exchange.request.json
        if not isinstance(body, dict):
            await self.refuse(exchange, 400, "the body is no JSON object", "BadRequestError")
            return
        count = int(body.get("n") or 1) if self.several else 1
        scripts = [self.going_on(body, one) for one in middle.alternatives(script, count)]
        answer, *others = [
            OpenAiAnswer(body, one, self.quirks, index) for index, one in enumerate(scripts)
        ]
        if await self.rejects(exchange, script, answer):
            return
        if answer.streams or script.raw is not None:
            frames = answer.frames(self.error_frames(answer), others)
            await self.stream(exchange, script, frames, "text/event-stream; charset=utf-8")
        else:
            await self.send_json(exchange, 200, answer.whole())

    def going_on(self, body: dict[str, Any], script: Script) -> Script:
        """Return the answer to a raw prompt in the middle of a text that the model knows."""
        if "prompt" not in body:
            return script
        if isinstance(body["prompt"], list):
            return middle.after_ids(script, body["prompt"], Small())
        return middle.after_text(script, str(body["prompt"]))

    async def rejects(self, exchange: Exchange, script: Script, answer: OpenAiAnswer) -> bool:
        """Answer a request that fails before its stream; return whether it does."""
        if script.error is not None:
            await self.error_as_told(exchange, script.error)
        elif self.checks_model and answer.model not in script.models:
            message = f"The model `{answer.model}` does not exist."
            await self.refuse(exchange, 404, message, "NotFoundError")
        elif script.overflow or answer.size >= script.context_tokens:
            return await self.too_long(exchange, script, answer)
        else:
            return False
        return True

    async def too_long(self, exchange: Exchange, script: Script, answer: OpenAiAnswer) -> bool:
        """Answer a prompt that does not fit; return whether that is an answer."""
        message = (
            f"This model's maximum context length is {script.context_tokens} tokens. However, "
            f"your request has at least {max(answer.size, script.context_tokens + 1)} input tokens."
        )
        await self.refuse(exchange, 400, message, "BadRequestError")
        return True

    def error_frames(self, answer: OpenAiAnswer) -> list[bytes]:
        """Return what the server sends when it fails in mid-stream."""
        message = answer.script.error_message
        return [event(self.error_value(500, message, "InternalServerError"))]

    async def error_as_told(self, exchange: Exchange, error: tuple[int, Any]) -> None:
        """Send the script's error: text as the server spells one, anything else as it is."""
        status, body = error
        if isinstance(body, str):
            await self.refuse(exchange, status, body, "InternalServerError")
        else:
            await self.send_json(exchange, status, body)
