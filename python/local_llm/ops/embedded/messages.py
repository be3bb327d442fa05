"""What an editor and the supervisor say to each other: one JSON object a line."""

from __future__ import annotations

from typing import Literal, TypeVar

import msgspec

T = TypeVar("T")


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """Run this model for me until I ask for another one or go.

    context_tokens: What one request may use, at least. threads: None = llama.cpp's choice.
    program: the `llama-server` to run; "" = the Python package.
    """

    model: str
    context_tokens: int
    threads: int | None = None
    program: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the server is; "loading" answers are followed by another one.

    url: `unix:/...` or `http://127.0.0.1:port`. key_file: where its API key stands.
    notice: something the user should know though it went well.
    fault: the name of the error class, reason and hint its words, for "failed".
    """

    state: Literal["ready", "loading", "failed"]
    url: str = ""
    key_file: str = ""
    context_tokens: int = 0
    notice: str = ""
    fault: str = ""
    reason: str = ""
    hint: str = ""


def to_line(message: Ask | Answer) -> bytes:
    """Return the message as a line."""
    return msgspec.json.encode(message) + b"\n"


def from_line(line: bytes, kind: type[T]) -> T:
    """Return the message in a line. Raises: msgspec.DecodeError (also its ValidationError)."""
    return msgspec.json.decode(line, type=kind)
