"""Which server listens at an address: told by GETs alone, and not guessed.

Nothing is sent to a listener that has not been identified: a POST can load a model, and a body
can hold code. Probes run in rounds that end with the first certain answer; "loading the model"
(503) and "wants a key" (401), in a server's own spelling, are certain answers, too.
"""

from __future__ import annotations

from collections.abc import Callable

from local_llm.backends.addresses import Address, usual_addresses
from local_llm.backends.base import Backend, Plan
from local_llm.backends.complaint import error_of
from local_llm.backends.llamacpp import LlamaCpp
from local_llm.backends.llamafile import PRODUCT
from local_llm.backends.marks import MODELS, ROUNDS, Seen, json_of, lists_models
from local_llm.backends.ollama import Ollama
from local_llm.backends.openai import OpenAi
from local_llm.backends.textgen import TextGen
from local_llm.backends.wire import NOT_FOUND, UNAUTHORIZED, get, word
from local_llm.errors import SettingsError, WrongServer

__all__ = ["Address", "backend_for", "identify", "usual_addresses"]

_MAKERS: dict[str, Callable[[], Backend]] = {
    "ollama": Ollama,
    "llamacpp": LlamaCpp,
    "embedded": lambda: LlamaCpp("embedded", "the embedded server"),
    # From 0.10 on a llamafile is llama.cpp; the older ones are told apart by identify().
    "llamafile": lambda: LlamaCpp("llamafile", PRODUCT),
    "textgen": TextGen,
    "openai": OpenAi,
}
_LLAMA_KINDS = ("embedded", "llamafile")  # what listens there may be llama.cpp itself


def backend_for(kind: str) -> Backend:
    """Return the dialect of a kind, without asking a server. Raises: SettingsError."""
    if kind not in _MAKERS:
        known = ", ".join(_MAKERS)
        raise SettingsError(f"no backend is of the kind {kind}; known: {known}", where="kind")
    return _MAKERS[kind]()


def identify(kind: str = "auto") -> Plan[Backend]:
    """Find out by GET what listens, and whether it is a `kind`.

    An explicit kind is trusted where the listener hides behind a 401. "openai" is content with
    anything that lists models at /v1/models, and with a JSON 404 there: some compatible servers
    have the generating routes only, and the user has named the address. HTML is never accepted.

    Raises: WrongServer, for no HTTP, a stranger, or another kind of server; RedirectRefused.
    """
    if kind != "auto":
        backend_for(kind)  # an unknown word is refused before anything is asked
    seen: Seen = {}
    for paths, judge in ROUNDS:
        replies = yield [get(path) for path in paths]
        seen.update(zip(paths, replies, strict=True))
        if all(reply is None for reply in seen.values()):
            raise WrongServer("what listens there does not speak HTTP")
        if (found := judge(seen)) is not None:
            break
    if kind == "openai" and MODELS not in seen:
        (seen[MODELS],) = yield [get(MODELS)]
    return _wanted(kind, found, seen)


def _wanted(kind: str, found: Backend | None, seen: Seen) -> Backend:
    if found is not None and kind in ("auto", found.kind):
        return found
    if isinstance(found, LlamaCpp) and found.kind == "llamacpp" and kind in _LLAMA_KINDS:
        return backend_for(kind)
    if kind == "openai" and (lists_models(seen) or _has_no_listing(seen)):
        return OpenAi()
    if found is not None:
        raise WrongServer(
            f"{found.product} answers there, and backend.kind is {kind}",
            hint=f'set backend.kind to "{found.kind}", or backend.url to another address',
        )
    if kind != "auto" and _hidden(seen):
        return backend_for(kind)
    raise _stranger(seen)


def _stranger(seen: Seen) -> Exception:
    replies = [reply for reply in seen.values() if reply is not None]
    if all(300 <= reply.status < 400 for reply in replies):  # noqa: PLR2004 - HTTP's redirects
        return error_of(replies[0], "what listens there")
    if any("invalid host header" in word(json_of(r).get("detail")).lower() for r in replies):
        hint = "write 127.0.0.1 in backend.url: the server refuses other names"
        return WrongServer("the server refuses this host name", hint=hint)
    return WrongServer("something listens there, but no model server that we know")


def _has_no_listing(seen: Seen) -> bool:
    reply = seen.get(MODELS)
    return reply is not None and reply.status == NOT_FOUND and isinstance(reply.json(), dict)


def _hidden(seen: Seen) -> bool:
    return any(reply is not None and reply.status == UNAUTHORIZED for reply in seen.values())
