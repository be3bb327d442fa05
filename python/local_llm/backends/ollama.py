"""Ollama, by its native API; the OpenAI routes lose errors and cannot set the context."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from local_llm.backends.base import (
    ChatAsk,
    Decoder,
    InfillAsk,
    Message,
    Model,
    ModelInfo,
    Plan,
    RawAsk,
    Reply,
    Request,
    Sampling,
    ServerInfo,
    State,
)
from local_llm.backends.complaint import error_of
from local_llm.backends.ollama_stream import OllamaDecoder
from local_llm.backends.wire import (
    OK,
    answered,
    fields,
    get,
    inner,
    label,
    number,
    post,
    refused,
    rows,
    text_only,
    turns,
    word,
)
from local_llm.errors import BackendError, BackendUnreachable

_NUM_CTX = re.compile(r"^\s*num_ctx\s+(\d{1,9})\s*$", re.MULTILINE)
_FROM = re.compile(r"^FROM (/.+)$", re.MULTILINE)


class Ollama:
    """The Ollama dialect; fulfils base.Backend."""

    kind = "ollama"
    product = "Ollama"
    default_urls: tuple[str, ...] = ("http://127.0.0.1:11434",)
    takes_ids = False
    takes_schema = True

    def auth(self, key: str) -> Mapping[str, str]:
        """Return the header of a proxy before Ollama; Ollama itself wants no key."""
        return {"Authorization": f"Bearer {key}"}

    def survey(self) -> Plan[ServerInfo]:
        """Ask for the version, the installed and the resident models."""
        replies = yield [get("/api/version"), get("/api/tags"), get("/api/ps")]
        answered(replies, self.product)
        if refused(replies):
            return ServerInfo(product=self.product, state=State.KEY_WANTED)
        version, tags, ps = map(fields, replies)
        models = tuple(_models(tags, ps))
        return ServerInfo(
            product=self.product,
            version=label(version.get("version")),
            state=State.READY if models else State.NO_MODEL,
            models=models,
        )

    def inspect(self, model: str) -> Plan[ModelInfo]:
        """Ask /api/show and what is resident; asks nothing about a cloud model.

        The context in force is the resident model's, else the `num_ctx` of its Modelfile; the
        server's own default is not to be had.
        """
        if is_cloud_name(model):
            return ModelInfo(name=model, remote=True)
        replies = yield [post("/api/show", {"model": model}), get("/api/ps"), get("/api/tags")]
        show, ps, tags = replies
        if show is None:
            raise BackendUnreachable(f"{self.product} does not answer")
        if show.status != OK:
            raise self.error(show)
        return _info(model, fields(show), _row(fields(ps), model), _row(fields(tags), model))

    def vocabulary(self, model: str) -> Plan[Mapping[str, Any] | None]:
        """Ask /api/show for everything; some 8 MB, so once a model (`model_info`)."""
        (show,) = yield [post("/api/show", {"model": model, "verbose": True})]
        return inner(fields(show), "model_info") if show is not None and show.status == OK else None

    def chat(self, ask: ChatAsk) -> Request:
        """Return a POST to /api/chat.

        `truncate: false`, or the oldest messages would be dropped without a word.
        """
        return post(
            "/api/chat",
            {
                "model": ask.model,
                "messages": turns(ask.messages),
                "stream": True,
                "truncate": False,
                "think": _think(ask),
                "format": ask.schema,
                "keep_alive": ask.keep_alive,
                "options": _options(ask.sampling, ask.max_tokens, ask.context_tokens),
            },
        )

    def complete(self, ask: RawAsk) -> Request:
        """Return a raw POST to /api/generate. Raises: RequestRejected for token ids."""
        return post(
            "/api/generate",
            {
                "model": ask.model,
                "prompt": text_only(ask.prompt, self.product),
                "raw": True,
                "stream": True,
                "truncate": False,
                "keep_alive": ask.keep_alive,
                "options": _options(ask.sampling, ask.max_tokens, ask.context_tokens),
            },
        )

    def infill(self, ask: InfillAsk) -> Request | None:
        """Return a POST to /api/generate with a suffix, for the model's own template.

        Only models whose template knows a suffix take one (`ModelInfo.fim`). There is no field
        for other files.
        """
        return post(
            "/api/generate",
            {
                "model": ask.model,
                "prompt": ask.prefix,
                "suffix": ask.suffix,
                "stream": True,
                "truncate": False,
                "keep_alive": ask.keep_alive,
                "options": _options(ask.sampling, ask.max_tokens, ask.context_tokens),
            },
        )

    def most_alternatives(self, model: ModelInfo) -> int:
        """Return 1: there is no field for more."""
        del model
        return 1

    def chat_decoder(self) -> Decoder:
        """Return a decoder for /api/chat."""
        return OllamaDecoder(self.product)

    def raw_decoder(self) -> Decoder:
        """Return a decoder for /api/generate."""
        return OllamaDecoder(self.product)

    def count(self, model: str, text: str) -> None:
        """Return None: Ollama has no tokenizer route."""

    def count_chat(self, model: str, messages: Sequence[Message]) -> None:
        """Return None: Ollama has no tokenizer route."""

    def error(self, reply: Reply) -> BackendError:
        """Return the error for a reply that is not 200."""
        return error_of(reply, self.product)


def is_cloud_name(name: str) -> bool:
    """Whether Ollama runs a model of this name on its own machines.

    Such names need no pull, so they are refused before any request; `:local` forces local.
    """
    return name.strip().lower().endswith((":cloud", "-cloud"))


def _models(tags: dict[str, Any], ps: dict[str, Any]) -> list[Model]:
    return [
        Model(
            name=name,
            loaded=(resident := _row(ps, name)) is not None,
            remote=is_cloud_name(name) or bool(row.get("remote_host")),
            size_bytes=number(row.get("size")),
            context_tokens=number(inner(resident, "context_length")),
        )
        for row in rows(tags.get("models"))
        if (name := label(row.get("name")) or label(row.get("model")))
    ]


def _row(listing: dict[str, Any], model: str) -> dict[str, Any] | None:
    """Return the row of a model; a name without a tag means `:latest`."""
    names = {model, f"{model}:latest"}
    for row in rows(listing.get("models")):
        if row.get("name") in names or row.get("model") in names:
            return row
    return None


def _info(
    name: str, show: dict[str, Any], ps: dict[str, Any] | None, tag: dict[str, Any] | None
) -> ModelInfo:
    about = show.get("model_info")
    architecture = word(inner(about, "general.architecture"))
    listed = show.get("capabilities")
    abilities = listed if isinstance(listed, list) else None
    return ModelInfo(
        name=name,
        context_tokens=number(inner(ps, "context_length")) or _modelfile_context(show),
        trained_tokens=number(inner(about, f"{architecture}.context_length")),
        # Before capabilities were listed, the template told the same.
        fim=".Suffix" in word(show.get("template")) if abilities is None else "insert" in abilities,
        thinking=None if abilities is None else "thinking" in abilities,
        architecture=architecture or word(inner(show, "details", "family")),
        loaded=ps is not None,
        remote=bool(show.get("remote_host") or inner(tag, "remote_host")),
        digest=word(inner(tag or ps, "digest")),
        model_path=_match(_FROM, show.get("modelfile")),
    )


def _modelfile_context(show: dict[str, Any]) -> int | None:
    found = _match(_NUM_CTX, show.get("parameters"))
    return number(int(found)) if found else None


def _match(pattern: re.Pattern[str], text: Any) -> str:
    match = pattern.search(word(text))
    return match.group(1).strip() if match else ""


def _think(ask: ChatAsk) -> bool | Literal["low", "medium"] | None:
    """Return the `think` field; gpt-oss knows levels only and ignores booleans."""
    if ask.think is not None and "gpt-oss" in ask.model.lower():
        return "medium" if ask.think else "low"
    return ask.think


def _options(sampling: Sampling, max_tokens: int, context_tokens: int | None) -> dict[str, Any]:
    """Return the options; a `num_ctx` other than the last one would reload the model."""
    wanted = {
        "num_ctx": context_tokens,
        "num_predict": max_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "seed": sampling.seed,
        "stop": list(sampling.stop) or None,
    }
    return {name: value for name, value in wanted.items() if value is not None}
