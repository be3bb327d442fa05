"""What llama.cpp's /props, /models and /tokenize say of a server and its models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from local_llm.backends.base import Model, ModelInfo, Reply, ServerInfo, State
from local_llm.backends.wire import (
    FORBIDDEN,
    UNAUTHORIZED,
    UNAVAILABLE,
    fields,
    inner,
    label,
    number,
    rows,
    word,
)
from local_llm.errors import ModelMissing

# The spellings that llama.cpp takes for "prefix follows" (src/llama-vocab.cpp); a model has FIM
# when one of them is a single token of its vocabulary.
_PREFIX_MARKS = (
    "<|fim_prefix|>",
    "<fim-prefix>",
    "<fim_prefix>",
    "<\uff5cfim\u2581begin\uff5c>",
    "<PRE>",
    "\u2581<PRE>",
    "<|code_prefix|>",
    "<|prefix|>",
)
SPECIAL_TEXT = "\n".join(_PREFIX_MARKS)


def settled(replies: Sequence[Reply]) -> set[int]:
    """Return the statuses among `replies` that tell the server's state: no other route helps."""
    return {r.status for r in replies} & {UNAUTHORIZED, FORBIDDEN, UNAVAILABLE}


def is_router(props: dict[str, Any]) -> bool:
    """Whether /props is a router's, asked without a model."""
    return props.get("role") == "router"


def server_info(
    product: str, came: Sequence[Reply], props: Reply | None, models: Reply | None
) -> ServerInfo:
    """Read a survey. While it loads a model, every route answers 503."""
    about = fields(props)
    found = tuple(_models(fields(models), about))
    return ServerInfo(
        product=f"{product} router" if is_router(about) else product,
        version=label(about.get("build_info")),
        state=_state(came, models, found),
        models=found,
        slots=number(about.get("total_slots")),
    )


def _state(came: Sequence[Reply], listing: Reply | None, models: tuple[Model, ...]) -> State:
    statuses = settled(came)
    if UNAVAILABLE in statuses:
        return State.LOADING
    if statuses:
        return State.KEY_WANTED
    return State.NO_MODEL if "data" in fields(listing) and not models else State.READY


def _models(listing: dict[str, Any], props: dict[str, Any]) -> list[Model]:
    context = None if is_router(props) else _context(props)
    return [
        Model(
            name=name,
            loaded=_loaded(row, props),
            size_bytes=number(inner(row, "meta", "size")),
            context_tokens=context or number(inner(row, "meta", "n_ctx")),
        )
        for row in rows(listing.get("data"))
        if (name := label(row.get("id")))
    ]


def _context(props: dict[str, Any]) -> int | None:
    """Return the context of one slot; a router's 0 is none."""
    return number(inner(props, "default_generation_settings", "n_ctx"))


def _loaded(row: dict[str, Any] | None, props: dict[str, Any]) -> bool | None:
    """Whether the model is in memory: by its status in a router, else by who answers."""
    status = inner(row, "status", "value")
    if isinstance(status, str):
        return status == "loaded"
    if is_router(props) or not props:
        return None
    return not props.get("is_sleeping", False)


def model_info(product: str, model: str, props: Reply | None, models: Reply | None) -> ModelInfo:
    """Read what a server says of one model.

    Raises: ModelMissing, when a router does not list it.
    """
    about = fields(props)
    listed = list(rows(fields(models).get("data")))
    row = next((r for r in listed if model in _names(r)), None)
    if row is None and any(inner(r, "status") is not None for r in listed):
        raise ModelMissing(f"{product} does not list the model {model}")
    row = row or (listed[0] if len(listed) == 1 else None)
    template = word(about.get("chat_template"))
    return ModelInfo(
        name=model,
        context_tokens=_context(about) or number(inner(row, "meta", "n_ctx")),
        trained_tokens=number(inner(row, "meta", "n_ctx_train")),
        thinking="think" in template if template else None,
        loaded=_loaded(row, about),
        model_path=_path(about),
        slots=number(about.get("total_slots")),
    )


def _names(row: dict[str, Any]) -> list[Any]:
    aliases = row.get("aliases")
    return [row.get("id"), *(aliases if isinstance(aliases, list) else [])]


def _path(props: dict[str, Any]) -> str:
    path = word(props.get("model_path"))
    return "" if path == "none" else path


def fills_in(info: ModelInfo, cut: Reply | None) -> ModelInfo:
    """Add which prefix marker is one token; unknown where the pieces are not shown."""
    pieces = [row["piece"] for row in rows(fields(cut).get("tokens")) if "piece" in row]
    if not pieces:
        return info
    mark = next((mark for mark in _PREFIX_MARKS if mark in pieces), "")
    return msgspec.structs.replace(info, fim=bool(mark), fim_mark=mark)
