"""Read the metadata of a GGUF file without its tensors.

Why not the package `gguf`: it is an extra of the embedded backend, needs numpy, and maps every
array element to an object (seconds for a vocabulary). We want a few keys from the head of a file.
Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path
from typing import Any

from local_llm.tokens.vocab import Vocab, from_metadata

WANTED = ("general.architecture", "general.name", "tokenizer.ggml.")
_STRING, _ARRAY = 8, 9
_FORMATS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
_SWAPPED = 0xFFFF  # a version above this is a big-endian one, read the wrong way
_OLDEST, _NEWEST = 2, 3  # version 1 had other lengths and is extinct


class BadGguf(ValueError):
    """The file is no GGUF, is cut short, or is of a version that we do not know."""


def read_vocab(path: Path) -> Vocab | None:
    """Return the file's vocabulary, or None where it is not byte-level BPE with a known label.

    Raises: OSError, BadGguf.
    """
    return from_metadata(read_metadata(path))


def read_metadata(path: Path) -> dict[str, Any]:
    """Return the architecture, the name and the tokenizer keys of a GGUF file.

    Raises: OSError, BadGguf.
    """
    with path.open("rb") as file:
        if not file.read(1):
            raise BadGguf("the file is empty")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            try:
                return _Reader(data).metadata()
            except (struct.error, UnicodeDecodeError, KeyError) as error:
                raise BadGguf("the metadata is damaged or cut short") from error


class _Reader:
    """Walks over the key-value pairs at the head of a file."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._at = 0
        self._order = "<"

    def metadata(self) -> dict[str, Any]:
        """Return the wanted pairs."""
        if self._data[:4] != b"GGUF":
            raise BadGguf("the file does not start like a GGUF")
        self._at = 4
        if self._number("I") > _SWAPPED:
            self._order = ">"
        self._at = 4
        if not _OLDEST <= self._number("I") <= _NEWEST:
            raise BadGguf("the version of the GGUF format is not known")
        self._number("Q")  # how many tensors
        return self._pairs(self._number("Q"))

    def _pairs(self, count: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _ in range(count):
            key, kind = self._text(), self._number("I")
            if key.startswith(WANTED):
                found[key] = self._value(kind)
            else:
                self._skip(kind)
        return found

    def _number(self, kind: str) -> Any:
        layout = self._order + kind
        (value,) = struct.unpack_from(layout, self._data, self._at)
        self._at += struct.calcsize(layout)
        return value

    def _bytes(self) -> bytes:
        length = self._number("Q")
        if length > len(self._data) - self._at:
            raise BadGguf("a string is longer than the file")
        self._at += length
        return self._data[self._at - length : self._at]

    def _text(self) -> str:
        return self._bytes().decode()

    def _value(self, kind: int) -> Any:
        if kind == _STRING:
            return self._text()
        if kind == _ARRAY:
            return self._array(self._number("I"), self._number("Q"))
        return self._number(_FORMATS[kind])

    def _array(self, kind: int, count: int) -> list[Any]:
        if count > len(self._data):
            raise BadGguf("an array is longer than the file")
        if kind in _FORMATS:
            layout = f"{self._order}{count}{_FORMATS[kind]}"
            values = list(struct.unpack_from(layout, self._data, self._at))
            self._at += struct.calcsize(layout)
            return values
        return [self._value(kind) for _ in range(count)]

    def _skip(self, kind: int) -> None:
        if kind in _FORMATS:
            self._at += struct.calcsize(_FORMATS[kind])
        elif kind == _STRING:
            self._bytes()
        else:
            self._array(self._number("I"), self._number("Q"))
