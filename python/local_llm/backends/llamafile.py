"""llamafile before 0.10: two servers of its own. From 0.10 on it embeds llama.cpp's.

The classic server (`--server`) is an early llama.cpp; llamafiler (`--server --v2`) was written
anew and speaks the OpenAI routes.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from local_llm.backends.base import (
    ChatAsk,
    Decoder,
    InfillAsk,
    Message,
    ModelInfo,
    Plan,
    RawAsk,
    Request,
    ServerInfo,
)
from local_llm.backends.llamacpp import LlamaCpp
from local_llm.backends.llamacpp_stream import NativeDecoder
from local_llm.backends.openai import OpenAi
from local_llm.backends.openai_body import chat_body, sampling_fields
from local_llm.backends.openai_quirks import LLAMAFILER
from local_llm.backends.openai_stream import OpenAiDecoder
from local_llm.backends.wire import get, label, post

PRODUCT = "llamafile"


class ClassicLlamafile(LlamaCpp):
    """The classic server: no `[DONE]`, no usage, errors as `error:` lines."""

    default_urls: tuple[str, ...] = ("http://127.0.0.1:8080",)

    def __init__(self) -> None:
        super().__init__("llamafile", PRODUCT)

    def chat(self, ask: ChatAsk) -> Request:
        """Return a POST to /v1/chat/completions; the schema goes as early llama.cpp took it."""
        body = chat_body(ask, include_usage=False)
        body["cache_prompt"] = True
        if ask.schema is not None:
            body["response_format"] = {"type": "json_object", "schema": ask.schema}
        return post("/v1/chat/completions", body)

    def complete(self, ask: RawAsk) -> Request:
        """Return a POST to /completion; there is no /v1/completions."""
        body = {
            "prompt": ask.prompt,
            "n_predict": ask.max_tokens,
            "stream": True,
            "cache_prompt": True,
            "grammar": ask.grammar or None,
            **sampling_fields(ask.sampling),
        }
        return post("/completion", body)

    def infill(self, ask: InfillAsk) -> Request | None:
        """Return a POST to /infill, which knows nothing of other files."""
        body = {
            "input_prefix": ask.prefix,
            "input_suffix": ask.suffix,
            "n_predict": ask.max_tokens,
            "stream": True,
            "cache_prompt": True,
            **sampling_fields(ask.sampling),
        }
        return post("/infill", body)

    def most_alternatives(self, model: ModelInfo) -> int:
        """Return 1: there is no field for more."""
        del model
        return 1

    def chat_decoder(self) -> Decoder:
        """Return a decoder that takes the finish_reason and the end of the body for the end."""
        return OpenAiDecoder(self.product, needs_done=False)

    def raw_decoder(self) -> Decoder:
        """Return a decoder for /completion."""
        return NativeDecoder(self.product)

    def count(self, model: str, text: str) -> Plan[int]:
        """Count by /tokenize, which has no options."""
        del model
        (reply,) = yield [post("/tokenize", {"content": text})]
        return self._tokens(reply)

    def count_chat(self, model: str, messages: Sequence[Message]) -> None:
        """Return None: nothing renders a chat."""


class Llamafiler(OpenAi):
    """llamafile's second server; the context in force is not reported."""

    kind = "llamafile"
    default_urls: tuple[str, ...] = ("http://127.0.0.1:8080",)

    def __init__(self) -> None:
        super().__init__(LLAMAFILER)

    def survey(self) -> Plan[ServerInfo]:
        """Ask for the models; the version stands in the `Server` header."""
        (reply,) = yield [get("/v1/models")]
        info = yield from super().survey()
        header = "" if reply is None else reply.headers.get("server", "")
        return msgspec.structs.replace(info, version=label(header.partition("/")[2]))

    def chat(self, ask: ChatAsk) -> Request:
        """Return a POST to /v1/chat/completions; `model` is required there."""
        body = chat_body(ask)
        if ask.schema is not None:
            body["response_format"] = {"type": "json_schema", "json_schema": ask.schema}
        return post("/v1/chat/completions", self._bounded(body))
