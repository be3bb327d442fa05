"""Rule texts and versions on disk and in memory: they are the same until the tool changes.

One small file an entry, below the XDG cache; a damaged one counts as missing, and the oldest go
when there are too many. Keys are lists of words; a file is named by their hash and holds them, so
that no other entry is ever taken for it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from local_llm import log
from local_llm.kept import replace

Key = tuple[str, ...]

MAX_ENTRIES = 1000
MAX_BYTES = 4 * 1024 * 1024
_ENTRY_LIMIT_BYTES = 128 * 1024
_MEMORY_ENTRIES = 200
_END = ".rule"


class Kept(msgspec.Struct, frozen=True, array_like=True, tag="local-llm-rule-1"):
    """One entry; `at` is when it was found (seconds since 1970). The tag changes with the form."""

    key: Key
    text: str
    link: str
    at: float


class RuleStore:
    """Entries by key.

    Args:
        folder: Made, 0700, when something is first kept.
        clock: Seconds since 1970.
        max_entries, max_bytes: Of the folder.

    """

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], float],
        max_entries: int = MAX_ENTRIES,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._memory: dict[Key, Kept] = {}

    def get(self, key: Key) -> Kept | None:
        """Return what was kept under `key`. Never raises."""
        kept = self._memory.get(key) or self._read(key)
        if kept is not None:
            self._remember(kept)
        return kept

    def put(self, key: Key, text: str, link: str = "") -> Kept:
        """Keep a text; a disk that refuses is logged, and memory has it all the same."""
        kept = Kept(key=key, text=text, link=link, at=self._clock())
        self._remember(kept)
        try:
            self._write(kept)
            self._prune()
        except OSError as exc:
            log.warning("rule texts are not kept: %s", exc.strerror)
        return kept

    def _remember(self, kept: Kept) -> None:
        self._memory.pop(kept.key, None)
        self._memory[kept.key] = kept
        if len(self._memory) > _MEMORY_ENTRIES:
            del self._memory[next(iter(self._memory))]

    def _path(self, key: Key) -> Path:
        name = hashlib.sha256(msgspec.json.encode([_sound(word) for word in key])).hexdigest()
        return self._folder / f"{name[:32]}{_END}"

    def _read(self, key: Key) -> Kept | None:
        try:
            with self._path(key).open("rb") as file:
                content = file.read(_ENTRY_LIMIT_BYTES)
            kept = msgspec.msgpack.decode(content, type=Kept)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None
        return kept if kept.key == tuple(map(_sound, key)) else None

    def _write(self, kept: Kept) -> None:
        """Write whole or not at all."""
        sound = Kept(tuple(map(_sound, kept.key)), _sound(kept.text), _sound(kept.link), kept.at)
        replace(self._path(kept.key), msgspec.msgpack.encode(sound))

    def _prune(self) -> None:
        """Remove the oldest files until the folder keeps its limits."""
        with os.scandir(self._folder) as entries:
            found = [(entry.stat(), entry.path) for entry in entries if entry.is_file()]
        found.sort(key=lambda one: one[0].st_mtime_ns, reverse=True)
        size = 0
        for count, (about, path) in enumerate(found, 1):
            size += about.st_size
            if count > self._max_entries or size > self._max_bytes:
                with suppress(OSError):
                    Path(path).unlink()


def _sound(text: str) -> str:
    """Return `text` as UTF-8 can hold it: a file's name may have bytes that are no text."""
    return text.encode("utf-8", "backslashreplace").decode()
