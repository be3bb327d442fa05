"""A llama.cpp server: `llama-server` with one model.

Source: llama.cpp tools/server/server.cpp (routes), server-http.cpp (headers, key, loading),
server-context.cpp (errors, overflow), server-task.cpp (records); checked against the real one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fakes import llamacpp_asked as asked
from fakes import llamacpp_shapes as shapes
from fakes import middle, tokens
from fakes.llamacpp_stream import Answer, ChatStream, NativeStream, TextStream, together
from fakes.player import Frames
from fakes.records import compact
from fakes.script import Script
from fakes.server import FakeServer, Handler, generation
from fakes.slots import Slots
from fakes.vocabulary import FromGguf, Small, Vocabulary, decode, ids_of
from fakes.wire import Exchange, Headers, Recorded

JSON = "application/json; charset=utf-8"


class FakeLlamaCpp(FakeServer):
    """A llama-server.

    Args:
        old_errors: Before PR #16486, errors in a stream are `error:` lines.
        gguf: A model file whose vocabulary it has, and which /props names; None = the small one.

    """

    def __init__(
        self,
        script: Script | None = None,
        *,
        old_errors: bool = False,
        gguf: Path | None = None,
        **server: Any,
    ) -> None:
        super().__init__(script, **server)
        self.old_errors = old_errors
        self.gguf = gguf
        self.vocabulary: Vocabulary = FromGguf(gguf) if gguf else Small()
        self.slots = Slots(self.script.slots)

    def routes(self) -> dict[tuple[str, str], Handler]:
        """Return the handlers; the aliases are server.cpp's."""
        return {
            ("GET", "/health"): self._health,
            ("GET", "/v1/health"): self._health,
            ("GET", "/props"): self._props,
            ("GET", "/models"): self._models,
            ("GET", "/v1/models"): self._models,
            ("POST", "/tokenize"): self._tokenize,
            ("POST", "/detokenize"): self._detokenize,
            ("POST", "/apply-template"): self._apply_template,
            ("POST", "/v1/chat/completions/input_tokens"): self._input_tokens,
            ("POST", "/completion"): self._completion,
            ("POST", "/completions"): self._completion,
            ("POST", "/infill"): self._infill,
            ("POST", "/v1/completions"): self._text,
            ("POST", "/chat/completions"): self._chat,
            ("POST", "/v1/chat/completions"): self._chat,
            ("POST", "/v1/embeddings"): self._embeddings,
            ("GET", "/slots"): self._slots,
            ("GET", "/metrics"): self._metrics,
        }

    # server-http.cpp

    def head(self, exchange: Exchange, content_type: str, length: int | None) -> Headers:
        """Return cpp-httplib's headers; after an error it closes the connection."""
        if exchange.request.status >= 400:
            exchange.closing = True
        origin = exchange.request.headers.get("origin", "")
        headers = [("Server", "llama.cpp"), ("Access-Control-Allow-Origin", origin)]
        if length is None:
            headers += [("X-Accel-Buffering", "no"), ("Content-Type", content_type)]
            headers.append(("Transfer-Encoding", "chunked"))
        else:
            headers += [("Content-Type", content_type), ("Content-Length", str(length))]
        last = ("Connection", "close") if exchange.closing else ("Keep-Alive", "timeout=5, max=100")
        return [*headers, last]

    async def send_json(self, exchange: Exchange, status: int, value: Any) -> None:
        """Send a whole JSON answer."""
        await self.send_bytes(exchange, status, JSON, compact(value))

    async def missing(self, exchange: Exchange) -> None:
        """Answer an unknown route; the http layer spells errors with the code last."""
        await self._http_error(exchange, 404, "File Not Found", "not_found_error")

    async def refuse_key(self, exchange: Exchange) -> None:
        """Answer a request without the key: every route but /health, /v1/models included."""
        await self._http_error(exchange, 401, "Invalid API Key", "authentication_error")

    async def say_loading(self, exchange: Exchange) -> bool:
        """Answer 503 on every route; the key is asked for later."""
        await self._http_error(exchange, 503, "Loading model", "unavailable_error")
        return True

    def key_free(self, path: str) -> bool:
        """Tell whether a path is answered without a key."""
        return path in ("/health", "/v1/health")

    def given_key(self, request: Recorded) -> str:
        """Return the key from either header."""
        return super().given_key(request) or request.headers.get("x-api-key", "")

    async def _http_error(self, exchange: Exchange, code: int, message: str, kind: str) -> None:
        value = {"error": {"message": message, "type": kind, "code": code}}
        await self.send_json(exchange, code, value)

    async def refuse(self, exchange: Exchange, code: int, message: str, kind: str = "") -> None:
        """Send an error as the handlers spell it."""
        value = shapes.error(code, message, kind or "invalid_request_error")
        await self.send_json(exchange, code, value)

    async def json_body(self, exchange: Exchange) -> dict[str, Any] | None:
        """Return the request's object, or answer 400 and return None."""
        body = exchange.request.json
        if isinstance(body, dict):
            return body
        message = "[json.exception.parse_error.101] parse error at line 1, column 1"
        await self.refuse(exchange, 400, message)
        return None

    # server-context.cpp: what it says of itself

    async def _health(self, exchange: Exchange, script: Script) -> None:
        await self.send_json(exchange, 200, {"status": "ok"})

    async def _props(self, exchange: Exchange, script: Script) -> None:
        build = script.version or shapes.BUILD
        model, slots = script.models[0], len(self.slots)
        value = shapes.props(model, script.context_tokens, build, slots=slots)
        if self.gguf:
            value["model_path"] = str(self.gguf)
        await self.send_json(exchange, 200, value)

    async def _models(self, exchange: Exchange, script: Script) -> None:
        value = shapes.models(script.models[0], script.context_tokens, script.trained_tokens)
        await self.send_json(exchange, 200, value)

    async def _embeddings(self, exchange: Exchange, script: Script) -> None:
        message = "This server does not support embeddings. Start it with `--embeddings`"
        await self.refuse(exchange, 501, message, "not_supported_error")

    async def _slots(self, exchange: Exchange, script: Script) -> None:
        await self._switched_off(exchange, "slots")

    async def _metrics(self, exchange: Exchange, script: Script) -> None:
        await self._switched_off(exchange, "metrics")

    async def _switched_off(self, exchange: Exchange, what: str) -> None:
        message = f"This server does not support {what} endpoint. Start it with `--{what}`"
        await self.refuse(exchange, 501, message, "not_supported_error")

    # server-context.cpp: tokens

    async def _tokenize(self, exchange: Exchange, script: Script) -> None:
        if (body := await self.json_body(exchange)) is None:
            return
        special = bool(body.get("parse_special", True))
        ids = self.vocabulary.encode(str(body.get("content", "")), parse_special=special)
        pieces = [shapes.piece_of(token, self.vocabulary.piece(token)) for token in ids]
        await self.send_json(exchange, 200, {"tokens": pieces if body.get("with_pieces") else ids})

    async def _detokenize(self, exchange: Exchange, script: Script) -> None:
        if (body := await self.json_body(exchange)) is not None:
            await self.send_json(exchange, 200, {"content": self._decode(body.get("tokens", []))})

    async def _apply_template(self, exchange: Exchange, script: Script) -> None:
        if (messages := await self._messages(exchange)) is not None:
            await self.send_json(exchange, 200, {"prompt": tokens.chatml(messages)})

    async def _input_tokens(self, exchange: Exchange, script: Script) -> None:
        if (messages := await self._messages(exchange)) is not None:
            counted = tokens.count_chat(messages)
            value = {"input_tokens": counted, "object": "response.input_tokens"}
            await self.send_json(exchange, 200, value)

    async def _messages(self, exchange: Exchange) -> list[dict[str, Any]] | None:
        if (body := await self.json_body(exchange)) is None:
            return None
        if not isinstance(body.get("messages"), list):
            await self.refuse(exchange, 400, "'messages' is required")
            return None
        return list(body["messages"])

    # server-context.cpp: answers

    @generation
    async def _chat(self, exchange: Exchange, script: Script) -> None:
        if (messages := await self._messages(exchange)) is not None:
            text = tokens.chatml(messages)
            await self._generate(exchange, [script], ChatStream, self._encode(text))

    @generation
    async def _completion(self, exchange: Exchange, script: Script) -> None:
        await self._from_prompt(exchange, script, NativeStream)

    @generation
    async def _text(self, exchange: Exchange, script: Script) -> None:
        await self._from_prompt(exchange, script, TextStream)

    async def _from_prompt(self, exchange: Exchange, script: Script, kind: type[Answer]) -> None:
        if (body := await self.json_body(exchange)) is None:
            return
        if (wrong := asked.wrong_prompt(body)) is not None:
            await self.refuse(exchange, 400, wrong)
            return
        ids = ids_of(self.vocabulary, body["prompt"])
        scripts = middle.alternatives(script, self.answers(body))
        scripts = asked.completing(body, ids, scripts, self.vocabulary)
        await self._generate(exchange, scripts, kind, ids)

    @generation
    async def _infill(self, exchange: Exchange, script: Script) -> None:
        if (body := await self.json_body(exchange)) is None:
            return
        if not script.inserts:
            await self.refuse(exchange, 501, _NO_INFILL, "not_supported_error")
            return
        if (wrong := asked.wrong_gap(body)) is not None:
            await self.refuse(exchange, 400, wrong)
            return
        scripts = asked.filling(body, middle.alternatives(script, self.answers(body)))
        await self._generate(exchange, scripts, NativeStream, self._encode(asked.gap_prompt(body)))

    async def _generate(
        self, exchange: Exchange, scripts: list[Script], kind: type[Answer], ids: list[int]
    ) -> None:
        script, body = scripts[0], exchange.request.json
        if script.error is not None:
            await self._error_as_told(exchange, script.error)
            return
        if (wrong := asked.wrong_field(body, len(self.slots))) is not None:
            await self.refuse(exchange, 400, wrong)
            return
        if self.overflows(script, len(ids)):
            size = max(len(ids), script.context_tokens + 1)
            await self.send_json(exchange, 400, shapes.overflow(size, script.context_tokens))
            return
        await self._answer_in_slot(exchange, scripts, kind, ids)

    async def _answer_in_slot(
        self, exchange: Exchange, scripts: list[Script], kind: type[Answer], ids: list[int]
    ) -> None:
        body = exchange.request.json
        seat = self.slots.take(ids, body.get("id_slot"), len(scripts) - 1)
        size, prompt = len(ids), self._decode(ids)
        exchange.request.prompt_tokens, exchange.request.evaluated = size, size - seat.cached
        answers = [
            kind(body, one, prompt, size, old_errors=self.old_errors, seat=seat, index=index)
            for index, one in enumerate(scripts)
        ]
        written: list[int] = []
        try:
            await self._send_answers(exchange, answers)
            written = self._encode(answers[0].said())
        finally:
            self.slots.leave(seat, written)

    async def _send_answers(self, exchange: Exchange, answers: list[Answer]) -> None:
        answer = answers[0]
        if answer.streams or answer.script.raw is not None:
            frames = together(answers) if len(answers) > 1 else answer.frames()
            await self.stream(exchange, answer.script, self.shape(frames, answer))
        else:
            whole = [one.whole() for one in answers]
            await self.send_json(exchange, 200, whole if len(whole) > 1 else whole[0])

    def answers(self, body: dict[str, Any]) -> int:
        """Return how many alternatives a request asks for."""
        return asked.answers(body, len(self.slots))

    def _encode(self, text: str) -> list[int]:
        return self.vocabulary.encode(text, parse_special=True)

    def _decode(self, ids: list[int]) -> str:
        return decode(self.vocabulary, ids)

    def overflows(self, script: Script, size: int) -> bool:
        """Tell whether a prompt is refused as too long."""
        return script.overflow or size >= script.context_tokens

    def shape(self, frames: Frames, answer: Answer) -> Frames:
        """Return the stream as this server's version sends it."""
        return frames

    async def _error_as_told(self, exchange: Exchange, error: tuple[int, Any]) -> None:
        status, body = error
        if isinstance(body, str):
            await self.send_text(exchange, status, body)
        else:
            await self.send_json(exchange, status, body)


_NO_INFILL = (
    "Infill is not supported by this model: prefix token is missing. "
    "suffix token is missing. middle token is missing. "
)
