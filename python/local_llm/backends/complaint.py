"""Turning a server's complaint into one of our errors, without repeating what we sent.

Servers quote the request in their messages: JSON parsers print the text they stumbled over,
validators print `input_value=`, templates print the message. A prompt must not come back in an
error's text, so nothing of a message is shown but the phrases listed here, which hold numbers and
model names at most. What no phrase covers is told by status and type.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import msgspec

from local_llm.backends.base import Reply
from local_llm.backends.wire import FORBIDDEN, NOT_FOUND, UNAUTHORIZED, UNAVAILABLE
from local_llm.errors import (
    AuthRejected,
    BackendError,
    BadStream,
    ContextOverflow,
    ModelLoading,
    ModelMissing,
    RedirectRefused,
    RequestRejected,
    ServerFailed,
)

_LIMIT = 300  # characters of a server's words in a message of ours
_NAME = r"['\"`]?[\w.:/@+-]{1,120}['\"`]?"
_SAFE = re.compile(
    "|".join(
        (
            rf"model {_NAME} (?:not found|was not found|does not exist|is not loaded|not loaded)",
            r"(?i:loading model)",
            r"server busy, please try again",
            r"model requires more system memory \([\d.]+ \w+\) than is available \([\d.]+ \w+\)",
            r"does not support (?:insert|thinking|tools|chat|generate|completions?|embeddings?)",
            r"cudaMalloc failed: out of memory|(?i:out of memory)",
            r"llama(?:-server| runner)? process has terminated(?:: exit status \d+|: signal: \w+)?",
            r"timed out waiting for (?:llama runner|server) to start",
            r"(?:model )?failed to load(?: model)?|error loading model|unable to load model",
            r"(?i:invalid api key)|Unauthorized|Invalid host header",
            r"Field required|Extra inputs are not permitted",
            r"model name is missing",
            r"suffix is not currently supported",
            r"Infill is not supported by this model",
            r"This server does not support \w{1,30}",
            r"(?i:no models? (?:is |are )?(?:currently )?loaded)",
            r"invalid (?:role|format|options|model name)\b",
            r"failed to parse grammar",
        )
    )
)
_OVERFLOW = re.compile(
    r"exceeds? (?:the (?:available |model's |maximum )?|maximum )?context (?:size|length|window)"
    r"|context size has been exceeded|longer than the (?:maximum )?(?:model )?context length"
    r"|maximum context length|out_of_context|context length (?:is|of) only"
    r"|exceeds the model's (?:maximum )?context",
    re.IGNORECASE,
)
_OVERFLOW_WORDS = ("exceed_context_size_error", "context_length_exceeded", "out_of_context")
_CONTEXT_TOKENS = re.compile(
    r"context (?:size|length|window)(?: is| of)?(?: only)?\D{0,12}(\d{1,9})\b"
)
_PROMPT_TOKENS = re.compile(
    # "at least N" is only a lower bound, and a count that is too low would be learned from.
    r"request \((\d{1,9}) tokens\)|keep the first (\d{1,9}) tokens"
    r"|(?<!at least )(?<!\d)(\d{1,9}) (?:in the (?:messages|prompt)|input tokens)"
)
_MISSING = re.compile(rf"model {_NAME} (?:was )?(?:not found|does not exist)", re.IGNORECASE)
_OWN = "validation"
_HOST_HINT = "the server refuses this host name; write 127.0.0.1 in backend.url"


class Complaint(msgspec.Struct, kw_only=True):
    """What an error body says, whatever its shape; never shown as it is."""

    message: str = ""
    kind: str = ""
    code: int | str | None = None
    prompt_tokens: int | None = None
    context_tokens: int | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The machine-readable words: type and code."""
        return (self.kind, self.code if isinstance(self.code, str) else "")


def read(value: Any, depth: int = 4) -> Complaint:
    """Read an error body: a text, JSON inside a text, or an object with any of the usual keys."""
    if isinstance(value, str):
        nested = _nested(value) if depth else None
        return Complaint(message=value) if nested is None else read(nested, depth - 1)
    if isinstance(value, list):
        findings = "; ".join(filter(None, map(_finding, value[:3])))
        return Complaint(message=findings, kind=_OWN)
    if not isinstance(value, dict):
        return Complaint()
    for key in ("error", "detail"):
        if value.get(key) and depth:
            found = read(value[key], depth - 1)
            return _with_kind(found, value)
    return _plain(value)


def _nested(text: str) -> Any:
    """Return the object inside a text that is JSON itself (Ollama passes its runner's on)."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        value = msgspec.json.decode(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _plain(value: dict[str, Any]) -> Complaint:
    message = next((value[k] for k in ("message", "msg", "status") if value.get(k)), "")
    code, kind = value.get("code"), value.get("type")
    return Complaint(
        message=message if isinstance(message, str) else "",
        kind=kind if isinstance(kind, str) else "",
        code=code if isinstance(code, int | str) else None,
        prompt_tokens=_count(value.get("n_prompt_tokens")),
        context_tokens=_count(value.get("n_ctx")),
    )


def _with_kind(found: Complaint, value: dict[str, Any]) -> Complaint:
    if not found.kind and isinstance(value.get("type"), str):
        found.kind = value["type"]
    return found


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and value > 0 else None


def _finding(row: Any) -> str:
    """Return one line of a validator's list: where, and what; never its `input`."""
    if not isinstance(row, dict):
        return ""
    place = row.get("loc")
    names = [str(x) for x in place] if isinstance(place, list) else []
    where = ".".join(n for n in names if re.fullmatch(r"\w{1,40}", n))
    what = _phrases(str(row.get("msg", ""))) or "not accepted"
    return f"{where}: {what}" if where else what


def _phrases(message: str) -> str:
    found = dict.fromkeys(match.group() for match in _SAFE.finditer(message[:4000]))
    return ", ".join(found)[:_LIMIT]


def error_of(reply: Reply, product: str) -> BackendError:
    """Return the error for a reply that is not a 200."""
    status = reply.status
    if 300 <= status < 400:  # noqa: PLR2004 - the borders of HTTP's classes
        return RedirectRefused(f"{product} redirects to {_target(reply)}")
    value = reply.json()
    found = read(reply.body[:4000].decode("utf-8", "replace") if value is None else value)
    if status in (UNAUTHORIZED, FORBIDDEN):
        return _auth(reply, product)
    if status < 400:  # noqa: PLR2004 - likewise
        return BadStream(f"{product} answers with HTTP {status} and no stream")
    return _known(found, status, product) or _unknown(found, reply, product)


def error_in_stream(value: Any, product: str) -> BackendError:
    """Return the error for an error object in the middle of a stream."""
    found = read(value)
    status = found.code if isinstance(found.code, int) else 500
    said = _said(found, product, "stopped with an error", _suffix(found))
    return _known(found, status, product) or ServerFailed(said)


def _known(found: Complaint, status: int, product: str) -> BackendError | None:
    """Return the error for what has a class of its own."""
    if _is_overflow(found):
        return _overflow(found, product)
    if _MISSING.search(found.message) or "model_not_found" in found.words:
        return ModelMissing(_said(found, product, "does not have the model"))
    if status == UNAVAILABLE and re.search(r"(?i)loading|starting", found.message):
        return ModelLoading(f"{product} is still loading the model")
    return None


def _is_overflow(found: Complaint) -> bool:
    named = any(text in _OVERFLOW_WORDS for text in found.words)
    return named or _OVERFLOW.search(found.message) is not None


def _overflow(found: Complaint, product: str) -> ContextOverflow:
    prompt = found.prompt_tokens or _matched(_PROMPT_TOKENS, found.message)
    context = found.context_tokens or _matched(_CONTEXT_TOKENS, found.message)
    have = f"the prompt of {prompt} tokens" if prompt else "the prompt"
    room = f"{product}'s context" + (f" of {context} tokens" if context else "")
    return ContextOverflow(
        f"{have} does not fit {room}", prompt_tokens=prompt, context_tokens=context
    )


def _matched(pattern: re.Pattern[str], text: str) -> int | None:
    match = pattern.search(text)
    return next((int(group) for group in match.groups() if group), None) if match else None


def _unknown(found: Complaint, reply: Reply, product: str) -> BackendError:
    status = reply.status
    if status >= 500:  # noqa: PLR2004 - the border of HTTP's classes
        return ServerFailed(_said(found, product, "failed", f" (HTTP {status}{_type(found)})"))
    hint = ""
    if "host header" in found.message.lower():
        hint = _HOST_HINT
    elif status == NOT_FOUND:
        hint = "the server does not know this route; check backend.url and backend.kind"
    text = _said(found, product, "rejected the request", f" (HTTP {status}{_type(found)})")
    return RequestRejected(text, hint=hint)


def _said(found: Complaint, product: str, otherwise: str, suffix: str = "") -> str:
    # A validator's list was made by us, phrase by phrase.
    words = found.message[:_LIMIT] if found.kind == _OWN else _phrases(found.message)
    return f"{product} says: {words}{suffix}" if words else f"{product} {otherwise}{suffix}"


def _suffix(found: Complaint) -> str:
    kind = _type(found)
    return f" ({kind.removeprefix(', ')})" if kind else ""


def _type(found: Complaint) -> str:
    return f", {found.kind}" if re.fullmatch(r"[A-Za-z_]{1,40}", found.kind) else ""


def _auth(reply: Reply, product: str) -> AuthRejected:
    if reply.status == FORBIDDEN and not reply.body.strip():
        return AuthRejected(f"{product} forbids the request (HTTP 403)", hint=_HOST_HINT)
    return AuthRejected(f"{product} wants a key, or another one (HTTP {reply.status})")


def _target(reply: Reply) -> str:
    """Return the host of a redirect; its path and query may hold anything."""
    try:
        host = urlsplit(reply.headers.get("location", "")).netloc.rpartition("@")[2]
    except ValueError:
        host = ""
    return host if re.fullmatch(r"[\w.:\[\]-]{1,100}", host, re.ASCII) else "another address"
