"""Small words that every dialect uses to write requests and to read replies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from local_llm.backends.base import Message, Reply, Request
from local_llm.errors import BackendUnreachable, RequestRejected

OK = 200
UNAUTHORIZED = 401
FORBIDDEN = 403
NOT_FOUND = 404
UNAVAILABLE = 503

_LABEL_LIMIT = 300


def get(path: str, **query: str) -> Request:
    """Return a GET; `query` is encoded."""
    return Request(path=f"{path}?{urlencode(query)}" if query else path)


def post(path: str, body: Mapping[str, Any]) -> Request:
    """Return a POST of JSON; fields that are None are left out."""
    fields = {name: value for name, value in body.items() if value is not None}
    return Request(path=path, method="POST", body=msgspec.json.encode(fields))


def turns(messages: Sequence[Message]) -> list[dict[str, str]]:
    """Return a chat as every server takes it."""
    return [{"role": m.role, "content": m.content} for m in messages]


def text_only(prompt: str | tuple[int, ...], product: str) -> str:
    """Return a text prompt. Raises: RequestRejected for token ids."""
    if isinstance(prompt, str):
        return prompt
    raise RequestRejected(f"{product} takes no token ids as a prompt")


def fields(reply: Reply | None) -> dict[str, Any]:
    """Return the JSON object of a 200 reply, {} for anything else."""
    value = reply.json() if reply is not None and reply.status == OK else None
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON list, nothing for anything else."""
    if isinstance(value, list):
        yield from (row for row in value if isinstance(row, dict))


def inner(value: Any, *names: str) -> Any:
    """Return what stands at a path of object keys, None where it ends early."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def number(value: Any) -> int | None:
    """Return a positive whole number, None for anything else (0 means unknown on the wire)."""
    return value if isinstance(value, int) and value is not True and value > 0 else None


def word(value: Any) -> str:
    """Return a string, "" for anything else."""
    return value if isinstance(value, str) else ""


def label(value: Any) -> str:
    """Return a string fit to be shown: printable, at most 300 characters; "" for anything else.

    Names of models and versions come from the server and reach the user's screen; one with a
    terminal escape in it is not shown, and a model called so is not offered.
    """
    text = word(value)
    return text if text.isprintable() and len(text) <= _LABEL_LIMIT else ""


def answered(replies: Sequence[Reply | None], product: str) -> list[Reply]:
    """Return the replies that came. Raises: BackendUnreachable when there are none."""
    came = [reply for reply in replies if reply is not None]
    if not came:
        raise BackendUnreachable(f"{product} does not answer")
    return came


def refused(replies: Sequence[Reply | None]) -> bool:
    """Whether any reply wants a key."""
    return any(reply is not None and reply.status == UNAUTHORIZED for reply in replies)
