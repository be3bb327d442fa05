"""llama.cpp's server, with one model or as a router of several; the embedded server, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from local_llm.backends.base import (
    ChatAsk,
    Decoder,
    InfillAsk,
    Message,
    ModelInfo,
    Plan,
    RawAsk,
    Reply,
    Request,
    ServerInfo,
)
from local_llm.backends.complaint import error_of
from local_llm.backends.llamacpp_about import (
    SPECIAL_TEXT,
    fills_in,
    model_info,
    server_info,
    settled,
)
from local_llm.backends.llamacpp_stream import NativeDecoder
from local_llm.backends.openai_body import (
    chat_body,
    json_schema,
    sampling_fields,
    template_switches,
)
from local_llm.backends.openai_stream import OpenAiDecoder
from local_llm.backends.wire import (
    FORBIDDEN,
    OK,
    UNAUTHORIZED,
    answered,
    fields,
    get,
    inner,
    number,
    post,
    turns,
    word,
)
from local_llm.errors import BackendError, BackendUnreachable


class LlamaCpp:
    """The llama.cpp dialect; fulfils base.Backend.

    Every POST names the model, which a router needs and a single server ignores. The header
    X-Conversation-Id is never sent: with it, closing the socket would not stop the server.

    Args:
        kind: "llamacpp", "embedded", or "llamafile" for a llamafile that embeds this server.
        product: For people.

    """

    default_urls: tuple[str, ...] = (
        "http://127.0.0.1:8080",
        "http://127.0.0.1:9931",
        "http://127.0.0.1:8012",
    )
    takes_ids = True
    takes_schema = True

    def __init__(self, kind: str = "llamacpp", product: str = "llama.cpp") -> None:
        self.kind = kind
        self.product = product

    def auth(self, key: str) -> Mapping[str, str]:
        """Return the header of `--api-key`."""
        return {"Authorization": f"Bearer {key}"}

    def survey(self) -> Plan[ServerInfo]:
        """Ask for health, properties and models.

        `/models` before `/v1/models`: the first is known not to wake a sleeping server.
        """
        health, props, models = yield [get("/health"), get("/props"), get("/models")]
        came = answered((health, props, models), self.product)
        if models is not None and models.status not in (OK, *settled(came)):
            (models,) = yield [get("/v1/models")]
        return server_info(self.product, came, props, models)

    def inspect(self, model: str) -> Plan[ModelInfo]:
        """Ask for the properties of one model; `autoload=false` keeps a router from loading it.

        A single server answers for its model whatever the name. Whether it fills in the middle
        shows in how it cuts the markers; a model that sleeps or is not loaded is not asked.
        """
        about = get("/props", model=model, autoload="false")
        props, models = yield [about, get("/models")]
        if props is None and models is None:
            raise BackendUnreachable(f"{self.product} does not answer")
        if models is None or models.status != OK:
            (models,) = yield [get("/v1/models")]
        if models is not None and settled([models]):
            raise self.error(models)
        if props is not None and props.status in (UNAUTHORIZED, FORBIDDEN):
            raise self.error(props)
        info = model_info(self.product, model, props, models)
        if not info.loaded:
            return info
        (cut,) = yield [self._tokenize(model, SPECIAL_TEXT, special=True, pieces=True)]
        return fills_in(info, cut)

    def chat(self, ask: ChatAsk) -> Request:
        """Return a POST to /v1/chat/completions; the prompt cache and progress are asked for."""
        body = {
            **chat_body(ask),
            "cache_prompt": True,
            "return_progress": True,
            "response_format": json_schema(ask.schema),
            "chat_template_kwargs": template_switches(ask),
            "id_slot": ask.slot,
        }
        return post("/v1/chat/completions", body)

    def complete(self, ask: RawAsk) -> Request:
        """Return a POST to the native /completion, which takes text and ids.

        More alternatives than the server has slots are refused: see `most_alternatives`.
        """
        body = {
            "prompt": ask.prompt,
            "grammar": ask.grammar or None,
            "n_cmpl": ask.alternatives if ask.alternatives > 1 else None,
            "return_progress": ask.progress or None,
            **_native(ask),
        }
        return post("/completion", body)

    def infill(self, ask: InfillAsk) -> Request | None:
        """Return a POST to /infill."""
        body = {
            "input_prefix": ask.prefix,
            "input_suffix": ask.suffix,
            "input_extra": [{"filename": name, "text": text} for name, text in ask.extra],
            **_native(ask),
        }
        return post("/infill", body)

    def most_alternatives(self, model: ModelInfo) -> int:
        """Return the slots: every alternative takes one."""
        return model.slots or 1

    def chat_decoder(self) -> Decoder:
        """Return a decoder for /v1/chat/completions."""
        return OpenAiDecoder(self.product)

    def raw_decoder(self) -> Decoder:
        """Return a decoder for /completion and /infill."""
        return NativeDecoder(self.product)

    def count(self, model: str, text: str) -> Plan[int]:
        """Count by /tokenize, special tokens taken as plain text; a router may load for it."""
        (reply,) = yield [self._tokenize(model, text, special=False)]
        return self._tokens(reply)

    def ids(self, model: str, text: str, *, special: bool, start: bool) -> Plan[tuple[int, ...]]:
        """Ask /tokenize for ids; a router may load for it."""
        body = {"model": model, "content": text, "add_special": start, "parse_special": special}
        (reply,) = yield [post("/tokenize", body)]
        tokens = inner(fields(reply), "tokens")
        if not isinstance(tokens, list):
            raise self._no_count(reply)
        return tuple(token for token in tokens if isinstance(token, int))

    def count_chat(self, model: str, messages: Sequence[Message]) -> Plan[int] | None:
        """Count by the new route, else render with the template and count that."""
        return self._count_chat(model, messages)

    def _count_chat(self, model: str, messages: Sequence[Message]) -> Plan[int]:
        body = {"model": model, "messages": turns(messages)}
        (reply,) = yield [post("/v1/chat/completions/input_tokens", body)]
        if (count := number(fields(reply).get("input_tokens"))) is not None:
            return count
        (reply,) = yield [post("/apply-template", body)]
        prompt = word(fields(reply).get("prompt"))
        if not prompt:
            raise self._no_count(reply)
        (reply,) = yield [self._tokenize(model, prompt, special=True)]
        return self._tokens(reply)

    def error(self, reply: Reply) -> BackendError:
        """Return the error for a reply that is not 200."""
        return error_of(reply, self.product)

    @staticmethod
    def _tokenize(model: str, text: str, *, special: bool, pieces: bool = False) -> Request:
        body = {
            "model": model,
            "content": text,
            "add_special": special and not pieces,
            "parse_special": special,
            "with_pieces": pieces or None,
        }
        return post("/tokenize", body)

    def _tokens(self, reply: Reply | None) -> int:
        tokens = inner(fields(reply), "tokens")
        if not isinstance(tokens, list):
            raise self._no_count(reply)
        return len(tokens)

    def _no_count(self, reply: Reply | None) -> BackendError:
        if reply is None or reply.status == OK:
            return BackendUnreachable(f"{self.product} gives no token count")
        return self.error(reply)


# Of the last record: it would repeat the prompt and every setting besides.
_FIELDS = (
    "index",
    "content",
    "stop",
    "stop_type",
    "stopped_limit",
    "truncated",
    "tokens_evaluated",
    "tokens_predicted",
    "timings",
)


def _native(ask: RawAsk | InfillAsk) -> dict[str, Any]:
    """Return the fields that the native routes share."""
    return {
        "model": ask.model,
        "n_predict": ask.max_tokens,
        "stream": True,
        "cache_prompt": True,
        "id_slot": ask.slot,
        "t_max_predict_ms": ask.time_limit_ms,
        "response_fields": _FIELDS,
        **sampling_fields(ask.sampling),
    }
