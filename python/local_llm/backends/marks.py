"""The marks by which each server is known, in rounds of GETs, most telling first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local_llm.backends.base import Backend, Reply
from local_llm.backends.llamacpp import LlamaCpp
from local_llm.backends.llamafile import ClassicLlamafile, Llamafiler
from local_llm.backends.ollama import Ollama
from local_llm.backends.openai import OpenAi
from local_llm.backends.openai_quirks import KOBOLD, LM_STUDIO, LOCALAI, TABBY, VLLM
from local_llm.backends.textgen import TextGen
from local_llm.backends.wire import (
    NOT_FOUND,
    OK,
    UNAUTHORIZED,
    UNAVAILABLE,
    fields,
    inner,
    rows,
    word,
)

_OWNERS: dict[str, Callable[[], Backend]] = {
    "llamacpp": LlamaCpp,
    "llamafile": Llamafiler,
    "vllm": lambda: OpenAi(VLLM),
    "koboldcpp": lambda: OpenAi(KOBOLD),
}
MODELS = "/v1/models"

# What was asked for so far, None where no answer came.
Seen = dict[str, Reply | None]


def _ollama(seen: Seen) -> Backend | None:
    # Both, because others imitate /api/version or /api/tags.
    root = seen["/"]
    greets = root is not None and root.status == OK and b"Ollama is running" in root.body[:100]
    return Ollama() if greets and word(fields(seen["/api/version"]).get("version")) else None


def _llama(seen: Seen) -> Backend | None:
    props, health = fields(seen["/props"]), json_of(seen["/health"])
    if any(_server(reply).startswith("llamafile/") for reply in seen.values()):
        return Llamafiler()
    if "build_info" not in props and (
        {"user_name", "assistant_name"} <= props.keys()
        or "slots_idle" in health
        or health.get("status") == "loading model"
    ):
        return ClassicLlamafile()
    if "build_info" in props or props.get("role") == "router":
        return LlamaCpp()
    if any(_server(reply) == "llama.cpp" or _llama_error(reply) for reply in seen.values()):
        return LlamaCpp()
    return None


def _llama_error(reply: Reply | None) -> bool:
    """Whether a 401 or a 503 is spelled as llama.cpp spells it."""
    if reply is None or reply.status not in (UNAUTHORIZED, UNAVAILABLE):
        return False
    error = json_of(reply).get("error")
    kinds = ("authentication_error", "unavailable_error")
    return inner(error, "code") == reply.status and inner(error, "type") in kinds


def _tabby_or_textgen(seen: Seen) -> Backend | None:
    service = fields(seen["/.well-known/serviceinfo"])
    if word(inner(service, "software", "name")).lower() == "tabbyapi":
        return OpenAi(TABBY)
    info = seen["/v1/internal/model/info"]
    if {"model_name", "lora_names"} <= fields(info).keys():
        return TextGen()
    # Its key guards the API alone; a server that answers so everywhere is somebody else's.
    props = seen["/props"]
    guarded = info is not None and info.status == UNAUTHORIZED
    elsewhere = props is not None and props.status == NOT_FOUND
    if guarded and elsewhere and json_of(info) == {"detail": "Unauthorized"}:
        return TextGen()
    return None


def _by_listing(seen: Seen) -> Backend | None:
    # A server that answers 200 to every path (LM Studio with {"error": ...}) tells no version.
    version = word(fields(seen["/version"]).get("version"))
    if version and fields(seen["/.well-known/localai.json"]):
        return OpenAi(LOCALAI)
    listing = seen[MODELS]
    for row in rows(fields(listing).get("data")):
        if (maker := _OWNERS.get(word(row.get("owned_by")))) is not None:
            return maker()
    if listing is not None and listing.status == UNAUTHORIZED and _says_vllm(listing, seen):
        return OpenAi(VLLM)
    return None


def _says_vllm(listing: Reply, seen: Seen) -> bool:
    open_version = word(fields(seen["/version"]).get("version"))
    return bool(open_version) and json_of(listing) == {"error": "Unauthorized"}


def _kobold_or_studio(seen: Seen) -> Backend | None:
    if fields(seen["/api/extra/version"]).get("result") == "KoboldCpp":
        return OpenAi(KOBOLD)
    studio = [row for row in rows(fields(seen["/api/v0/models"]).get("data")) if "state" in row]
    return OpenAi(LM_STUDIO) if studio else _rest(seen)


def _rest(seen: Seen) -> Backend | None:
    """Decide what no own mark tells: an old llama.cpp by its /props, else the plain routes."""
    if "default_generation_settings" in fields(seen["/props"]):
        return LlamaCpp()
    listing = seen[MODELS]
    wants_key = listing is not None and listing.status == UNAUTHORIZED
    if lists_models(seen) or (wants_key and "error" in json_of(listing)):
        return OpenAi()
    return None


def lists_models(seen: Seen) -> bool:
    """Whether /v1/models is a listing."""
    data = fields(seen.get(MODELS)).get("data")
    return isinstance(data, list) and all(isinstance(r, dict) and "id" in r for r in data)


def _server(reply: Reply | None) -> str:
    return "" if reply is None else reply.headers.get("server", "")


def json_of(reply: Reply | None) -> dict[str, Any]:
    """Return the JSON object of a reply of any status, {} for anything else."""
    value = None if reply is None else reply.json()
    return value if isinstance(value, dict) else {}


ROUNDS: tuple[tuple[tuple[str, ...], Callable[[Seen], Backend | None]], ...] = (
    (("/", "/api/version"), _ollama),
    (("/props", "/health"), _llama),
    (("/.well-known/serviceinfo", "/v1/internal/model/info"), _tabby_or_textgen),
    (("/version", MODELS, "/.well-known/localai.json"), _by_listing),
    (("/api/extra/version", "/api/v0/models"), _kobold_or_studio),
)
