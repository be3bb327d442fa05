"""text-generation-webui: OpenAI routes for generating, internal ones for everything else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from local_llm.backends.base import (
    ChatAsk,
    Message,
    Model,
    ModelInfo,
    Plan,
    RawAsk,
    Reply,
    Request,
    ServerInfo,
    State,
)
from local_llm.backends.openai import OpenAi
from local_llm.backends.openai_body import chat_body, completion_body, template_switches
from local_llm.backends.openai_quirks import TEXTGEN
from local_llm.backends.wire import (
    OK,
    answered,
    fields,
    get,
    label,
    post,
    refused,
    text_only,
    turns,
    word,
)
from local_llm.errors import BackendUnreachable

_INFO = "/v1/internal/model/info"
_NO_MODEL = "None"


class TextGen(OpenAi):
    """The text-generation-webui dialect; fulfils base.Backend.

    `model` in a request is ignored, so inspecting never finds one missing. Errors in a stream
    are swallowed: an over-long prompt may end in a complete answer without any text.
    """

    kind = "textgen"
    default_urls: tuple[str, ...] = ("http://127.0.0.1:5000",)

    def __init__(self) -> None:
        super().__init__(TEXTGEN)

    def survey(self) -> Plan[ServerInfo]:
        """Ask for health and the loaded model; no route tells a version."""
        replies = yield [get("/v1/internal/health"), get(_INFO)]
        answered(replies, self.product)
        if refused(replies):
            return ServerInfo(product=self.product, state=State.KEY_WANTED)
        name = _loaded(replies[1])
        models = (Model(name=name, loaded=True),) if name else ()
        state = State.READY if name else State.NO_MODEL
        return ServerInfo(product=self.product, state=state, models=models)

    def inspect(self, model: str) -> Plan[ModelInfo]:
        """Ask what is loaded; the context in force is not exposed."""
        (reply,) = yield [get(_INFO)]
        if reply is None:
            raise BackendUnreachable(f"{self.product} does not answer")
        if reply.status != OK:
            raise self.error(reply)
        return ModelInfo(name=model, fim=False, loaded=bool(_loaded(reply)))

    def chat(self, ask: ChatAsk) -> Request:
        """Return a POST to /v1/chat/completions; the template's switches are plain fields."""
        body = {**chat_body(ask), **(template_switches(ask) or {}), **_window(ask)}
        return post("/v1/chat/completions", body)

    def complete(self, ask: RawAsk) -> Request:
        """Return a POST to /v1/completions. Raises: RequestRejected for token ids."""
        text_only(ask.prompt, self.product)
        return post("/v1/completions", {**completion_body(ask), **_window(ask)})

    def count(self, model: str, text: str) -> Plan[int]:
        """Count by /v1/internal/token-count, which adds the loader's BOS."""
        del model
        (reply,) = yield [post("/v1/internal/token-count", {"text": text})]
        count = fields(reply).get("length")
        if not isinstance(count, int):
            raise self._no_count(reply)
        return count

    def count_chat(self, model: str, messages: Sequence[Message]) -> Plan[int]:
        """Let the server render the chat, then count that."""
        (reply,) = yield [post("/v1/internal/chat-prompt", {"messages": turns(messages)})]
        prompt = word(fields(reply).get("prompt"))
        if not prompt:
            raise self._no_count(reply)
        return (yield from self.count(model, prompt))


def _loaded(info: Reply | None) -> str:
    name = label(fields(info).get("model_name"))
    return "" if name == _NO_MODEL else name


def _window(ask: ChatAsk | RawAsk) -> dict[str, Any]:
    """Return the window to cut at; 0 is the server's own."""
    return {"truncation_length": ask.context_tokens or 0}
