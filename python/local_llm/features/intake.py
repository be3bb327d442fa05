"""What a command was pointed at: whether it may be sent, and made fit to be sent."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec

from local_llm.errors import InputRejected, PathRefused
from local_llm.features.disk import Disk
from local_llm.features.port import Snapshot
from local_llm.guard.findings import Fired
from local_llm.guard.verdict import PathGuard
from local_llm.prompts.defuse import defuse, found
from local_llm.settings import Guard, Settings

_GUARD = PathGuard(Disk())  # one for all: it keeps the lists of patterns that it has read
_NOT_UTF8 = re.compile("[\ud800-\udfff]")  # how msgpack hands over such bytes


def check_input(snapshot: Snapshot) -> None:
    """Refuse what is no text to explain. Raises InputRejected."""
    if snapshot.binary:
        raise InputRejected("the buffer is binary", hint="open a text file")
    if not any(line.strip() for line in snapshot.lines):
        raise InputRejected("there is no text in the selection")


def check_path(snapshot: Snapshot, settings: Settings) -> None:
    """Refuse a file that must never go out. Raises PathRefused."""
    place = snapshot.path, snapshot.root
    refuse(snapshot.path, denying_rule(*place, settings.guard, snapshot.filetype))


def denying_rule(path: str, root: str, guard: Guard, filetype: str = "") -> str | None:
    """Return the rule that keeps a file from going out, None if none does; asks the disk."""
    return _GUARD.never(path, root, guard, filetype)


def context_rule(path: str, root: str, guard: Guard, filetype: str = "") -> str | None:
    """Return the rule that keeps a file that nobody asked about out of a prompt; asks the disk."""
    return _GUARD.as_context(path, root, guard, filetype)


def refuse(path: str, rule: str | None) -> None:
    """Refuse a file that a rule denies. Raises PathRefused."""
    if rule is not None:
        raise PathRefused(f"{Path(path).name or 'this buffer'} never goes out: {rule}", rule=rule)


def readable_text(text: str) -> str:
    """Put U+FFFD for bytes that are not UTF-8; the same object where there are none."""
    return text if text.isascii() else _NOT_UTF8.sub("\ufffd", text)


def readable(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with U+FFFD for bytes that are not UTF-8; JSON cannot carry them."""
    return msgspec.convert(_replaced(msgspec.to_builtins(snapshot)), Snapshot)


def _replaced(value: Any) -> Any:
    match value:
        case str():
            return readable_text(value)
        case dict():
            return {name: _replaced(item) for name, item in value.items()}
        case list() | tuple():
            return [_replaced(item) for item in value]
        case _:
            return value


def split_tokens(snapshot: Snapshot) -> tuple[Fired, ...]:
    """Return which strings of the text lose their power over models (prompts/defuse.py)."""
    text = "\n".join(snapshot.lines)
    return tuple(
        Fired(rule="control tokens get a blank", what=defuse(word), count=text.count(word))
        for word in found(text)
    )


def foreign_bytes(snapshot: Snapshot) -> int:
    """Return how many bytes of the text are not UTF-8."""
    return sum(len(_NOT_UTF8.findall(line)) for line in snapshot.lines)
