"""The counts on disk: one small file for all editors of this user.

An editor adds what it has counted since the last time, under a lock, so that none loses what
another has written. Each function may wait for the disk: call them in a thread.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from local_llm.features.inline.stats import Book
from local_llm.kept import lock

_LIMIT_BYTES = 1024 * 1024
WAIT_S = 1.0  # a lock is held for a millisecond, unless its owner was stopped


class StatsFile:
    """The file.

    Args:
        path: Its place; folder (0700) and file (0600) are made when something is first written.

    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> Book:
        """Return what all editors have written; nothing where it cannot be read."""
        try:
            with self.path.open("rb") as file:
                data = file.read(_LIMIT_BYTES + 1)
            return msgspec.json.decode(data, type=Book)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return Book()

    def add(self, fresh: Book, wait_s: float = WAIT_S) -> None:
        """Add counts; a damaged file is replaced.

        Args:
            fresh: What to add.
            wait_s: How long to wait for another editor.

        Raises: OSError, and nothing was added.

        """
        with self._locked(wait_s):
            book = self.load()
            book.add(fresh)
            self._replace(book)

    def clear(self) -> None:
        """Forget all counts. Raises: OSError."""
        with self._locked(WAIT_S):
            self._replace(Book())

    @contextmanager
    def _locked(self, wait_s: float) -> Iterator[None]:
        """Keep others from writing; the lock lies beside the file, which is replaced."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
        handle = os.open(self.path.with_suffix(".lock"), flags, 0o600)
        try:
            lock(handle, wait_s)
            yield
        finally:
            os.close(handle)

    def _replace(self, book: Book) -> None:
        """Put a new file in the place of the old one, whole or not at all."""
        part = self.path.with_suffix(".part")  # one at a time: the lock is held
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(book))
        part.replace(self.path)
