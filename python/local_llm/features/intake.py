"""What a command was pointed at: whether it may be sent, and made fit to be sent."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import msgspec

from local_llm.errors import InputRejected, PathRefused
from local_llm.features.port import Snapshot
from local_llm.guard.paths import denied
from local_llm.settings import Settings

_NOT_UTF8 = re.compile("[\ud800-\udfff]")  # how msgpack hands over such bytes


def check_input(snapshot: Snapshot) -> None:
    """Refuse what is no text to explain. Raises InputRejected."""
    if snapshot.binary:
        raise InputRejected("the buffer is binary", hint="open a text file")
    if not any(line.strip() for line in snapshot.lines):
        raise InputRejected("there is no text in the selection")


def check_path(snapshot: Snapshot, settings: Settings) -> None:
    """Refuse a file that must never go out. Raises PathRefused."""
    rule = denied(snapshot.path, snapshot.root, settings.guard.deny_paths, os.path.realpath)
    if rule is not None:
        name = Path(snapshot.path).name
        raise PathRefused(f"{name} never goes out: guard.deny_paths has {rule}")


def readable(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with U+FFFD for bytes that are not UTF-8; JSON cannot carry them."""
    return msgspec.convert(_replaced(msgspec.to_builtins(snapshot)), Snapshot)


def _replaced(value: Any) -> Any:
    match value:
        case str():
            return _NOT_UTF8.sub("\ufffd", value)
        case dict():
            return {name: _replaced(item) for name, item in value.items()}
        case list() | tuple():
            return [_replaced(item) for item in value]
        case _:
            return value


def foreign_bytes(snapshot: Snapshot) -> int:
    """Return how many bytes of the text are not UTF-8."""
    return sum(len(_NOT_UTF8.findall(line)) for line in snapshot.lines)
