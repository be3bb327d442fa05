"""The counts in memory and their way to the file: in a thread, once in a while and at the end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from local_llm import log
from local_llm.errors import LocalLlmError
from local_llm.features.inline.stats import Book, Counts
from local_llm.features.inline.stats_file import WAIT_S, StatsFile

EVERY_S = 60.0
LAST_WAIT_S = 0.05  # the editor does not wait longer for the host's end


class Ledger:
    """Holds what this editor counted; used on one loop only.

    Args:
        path: The file of all editors.
        every_s: How long counts stay in memory before they are written.
        now: Seconds since 1970.

    """

    def __init__(
        self, path: Path, every_s: float = EVERY_S, now: Callable[[], float] = time.time
    ) -> None:
        self._file = StatsFile(path)
        self._every_s = every_s
        self._now = now
        self._fresh = Book()  # what is not in the file yet
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()

    @property
    def path(self) -> Path:
        """The file."""
        return self._file.path

    def of(self, model: str) -> Counts:
        """Return a model's counts, to be added to at once; they are written before long."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._every_s, self._due)
        counts = self._fresh.of(model)
        counts.touch(self._now())
        return counts

    async def book(self) -> Book:
        """Return what all editors have written, and everything of this one."""
        await self._write()
        book = await asyncio.to_thread(self._file.load)
        book.add(self._fresh)  # where it could not be written
        return book

    async def clear(self) -> None:
        """Forget the counts of all editors. Raises: LocalLlmError."""
        async with self._writing:
            try:
                await asyncio.to_thread(self._file.clear)
            except OSError as exc:
                raise LocalLlmError(
                    f"the counts are still there: {exc.strerror}",
                    where=str(self.path),
                    hint="remove that file",
                ) from exc
            self._fresh = Book()

    async def aclose(self) -> None:
        """Write what is not written yet; here and now, for Python may start no thread any more."""
        if self._timer is not None:
            self._timer.cancel()
        async with self._writing:
            fresh, self._fresh = self._fresh, Book()
            if fresh.models:
                self._add(fresh, LAST_WAIT_S)

    def _due(self) -> None:
        self._timer = None
        self._task = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        """Add what is fresh to the file; it stays fresh where that fails."""
        async with self._writing:
            fresh, self._fresh = self._fresh, Book()
            if not fresh.models:
                return
            if not await asyncio.to_thread(self._add, fresh, WAIT_S):
                self._fresh.add(fresh)

    def _add(self, fresh: Book, wait_s: float) -> bool:
        """Add to the file; tell whether that succeeded. May wait for the disk."""
        try:
            self._file.add(fresh, wait_s)
        except OSError as exc:
            log.warning("the counts are not written: %s", exc.strerror)
            return False
        return True
