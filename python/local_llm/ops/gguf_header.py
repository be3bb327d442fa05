"""Read the few facts at the head of a GGUF file that a list of models shows.

The `gguf` package reads all of it, vocabulary included, which takes seconds for a large model. The
keys wanted here come first in every file that llama.cpp's converters write.
Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

_SCALARS = "BbHhIif?"  # by value type 0 to 7
_STRING, _ARRAY = 8, 9
_WIDE = {10: "Q", 11: "q", 12: "d"}
_LONGEST_STRING = 1 << 20
_MOST_KEYS = 10_000


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What a GGUF file says of itself; context_tokens is the trained context, None = not said."""

    architecture: str = ""
    name: str = ""
    context_tokens: int | None = None


def read_header(path: Path) -> Header:
    """Read the head of the file. Raises: OSError; ValueError, for what is no GGUF file."""
    with path.open("rb") as file:
        try:
            found = dict(_pairs(file))
        except UnicodeDecodeError as exc:
            raise ValueError("the file is damaged") from exc
    architecture = str(found.get("general.architecture", ""))
    context = found.get(f"{architecture}.context_length")
    return Header(
        architecture=architecture,
        name=str(found.get("general.name", "")),
        context_tokens=context if isinstance(context, int) else None,
    )


def _pairs(file: BinaryIO) -> Iterator[tuple[str, object]]:
    if file.read(4) != b"GGUF":
        raise ValueError("the file is not a GGUF file")
    _version, _tensors, count = _unpack(file, "IQQ")
    for _ in range(min(count, _MOST_KEYS)):
        key = _string(file)
        if key.startswith("tokenizer."):
            return  # what we want came before, and the vocabulary is long
        yield key, _value(file, _unpack(file, "I")[0])


def _value(file: BinaryIO, kind: int) -> object:
    if kind == _STRING:
        return _string(file)
    if kind == _ARRAY:
        inner, count = _unpack(file, "IQ")
        for _ in range(count):
            _value(file, inner)
        return None
    code = _WIDE.get(kind) or _SCALARS[kind : kind + 1]
    if not code:
        raise ValueError("the file holds a value of an unknown type")
    return _unpack(file, code)[0]


def _string(file: BinaryIO) -> str:
    size = _unpack(file, "Q")[0]
    if size > _LONGEST_STRING:
        raise ValueError("the file is damaged: a text in it is far too long")
    return _exactly(file, size).decode()


def _unpack(file: BinaryIO, layout: str) -> tuple[int, ...]:
    layout = "<" + layout
    return struct.unpack(layout, _exactly(file, struct.calcsize(layout)))


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise ValueError("the file is cut short")
    return data
