"""What two servers' answers must have in common, as a flat dictionary that is easy to compare.

Statuses, header names, order and values, JSON field names in order with their types, the values
of fields that carry meaning (`finish_reason`), event order and end markers. Not compared: ids,
times, counts, generated text, how many pieces it came in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import httpx

# Fields whose values are part of the protocol.
_MEANINGFUL = frozenset(
    (
        "code",
        "finish_reason",
        "message",
        "object",
        "owned_by",
        "role",
        "status",
        "stop",
        "stop_type",
        "truncated",
        "type",
        "prompt",
    )
)

# Settings that are listed by name only: their values are the operator's business.
_BY_NAME = frozenset(("params", "generation_settings", "timings", "meta", "chat_template_caps"))


def shape(answer: httpx.Response) -> dict[str, str]:
    """Return the comparable part of a whole answer, by place."""
    flat = {"status": str(answer.status_code), "headers": _headers(answer)}
    kind = answer.headers.get("content-type", "")
    if kind.startswith("text/event-stream"):
        flat |= _events(answer.content)
    elif kind.startswith("application/json"):
        flat |= _flat("body", answer.json())
    else:
        flat["body"] = answer.text
    return flat


def _headers(answer: httpx.Response) -> str:
    said = ((name.decode(), value.decode()) for name, value in answer.headers.raw)
    return "\n".join(n if n.lower() == "content-length" else f"{n}: {v}" for n, v in said)


def _events(body: bytes) -> dict[str, str]:
    """Return the events in order; runs of equal shapes count as one."""
    order: list[str] = []
    flat: dict[str, str] = {}
    for event in body.decode().split("\n\n"):
        name, described = _event(event)
        flat |= described
        if order[-1:] != [name]:
            order.append(name)
    return {**flat, "order": " > ".join(order)}


def _event(event: str) -> tuple[str, dict[str, str]]:
    field, _, data = event.partition(": ")
    if not data.startswith("{"):
        return event or "(blank)", {}
    value = json.loads(data)
    name = f"{field}({_kind(value)})"
    return name, _flat(name, value)


def _kind(value: dict[str, Any]) -> str:
    """Name an event by what it brings: the keys of its delta, or of itself."""
    choice = next(iter(value.get("choices", [])), {})
    brought = [*choice.get("delta", {})] or ["text"] * bool(choice.get("text"))
    marks = [name for name in ("prompt_progress", "usage", "timings", "error") if name in value]
    ends = [str(end) for end in (choice.get("finish_reason"), value.get("stop")) if end]
    return ",".join([*brought, *marks, *ends])


def _flat(place: str, value: Any, *, name: str = "") -> dict[str, str]:
    if isinstance(value, dict):
        flat = {place: "{" + ", ".join(value) + "}"}
        if name in _BY_NAME:
            return flat
        for key, below in value.items():
            flat |= _flat(f"{place}.{key}", below, name=key)
        return flat
    if isinstance(value, list):
        return _flat_list(place, value)
    known = name in _MEANINGFUL and value is not None
    return {place: re.sub(r"\d+", "N", str(value)) if known else _type(value)}


def _flat_list(place: str, values: Iterable[Any]) -> dict[str, str]:
    """Return what is in a list, elements of one shape counted once."""
    parts = [_flat(f"{place}[]", value) for value in values]
    merged: dict[str, set[str]] = {}
    for part in parts:
        for where, what in part.items():
            merged.setdefault(where, set()).add(what)
    listed = {where: " or ".join(sorted(what)) for where, what in merged.items()}
    return {place: "[]" if not parts else "[...]", **listed}


def _type(value: Any) -> str:
    names = {bool: "bool", int: "number", float: "number", str: "text"}
    return names.get(type(value), "null")
