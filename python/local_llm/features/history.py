""":LocalHistory: keeping what was asked and answered, finding it again, forgetting it.

The store may wait for the disk, so that every call of it goes to a thread.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import msgspec

from local_llm import log
from local_llm.errors import HistoryError
from local_llm.features.faults import bug
from local_llm.features.history_entry import Entry, HistoryStore, as_item, storable
from local_llm.features.intake import denying_rule
from local_llm.features.masking import Masking
from local_llm.features.port import Editor
from local_llm.settings import Settings

_MOST = 1000  # entries in a list
_PREVIEW_CHARS = 8000  # of an answer, more than a preview shows
_MB = 1024 * 1024
_TEXTS = ("title", "question", "answer")


class History:
    """The use-case; used on one loop.

    Args:
        editor: Whom to answer.
        store: Where entries are kept.
        masking: Takes secrets out of what is kept.
        now: Seconds since 1970.

    """

    def __init__(
        self,
        editor: Editor,
        store: HistoryStore,
        masking: Masking,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._editor = editor
        self._store = store
        self._masking = masking
        self._now = now
        self._writing: set[asyncio.Future[None]] = set()
        self._complained = False

    def keep(self, entry: Entry, settings: Settings) -> None:
        """Keep an answer, in a while; never waits, never raises.

        Nothing is kept where `history.enabled` is off, or of a file that never goes out.
        """
        if not settings.history.enabled or not entry.answer.strip():
            return
        try:
            loop = asyncio.get_running_loop()
            dated = msgspec.structs.replace(
                self._clean(entry, settings), when=entry.when or int(self._now())
            )
            writing = loop.run_in_executor(None, self._write, dated, settings)
        except RuntimeError:  # at its end Python starts no thread any more
            return
        self._writing.add(writing)
        writing.add_done_callback(self._written)

    def _clean(self, entry: Entry, settings: Settings) -> Entry:
        """Take secrets out; what a model was told without them may name them in the title."""
        if not settings.guard.redact:
            return entry
        masker = self._masking.masker(settings)
        texts = {name: masker.mask(getattr(entry, name)).text for name in _TEXTS}
        return msgspec.structs.replace(entry, **texts)

    async def find(self, ask_id: int, message: dict[str, Any]) -> None:
        """Tell what was found, the best or the latest first. Raises HistoryError."""
        await self._settled()
        limit = max(1, min(int(message.get("limit") or _MOST), _MOST))
        chars = _PREVIEW_CHARS if message.get("previews") else 0
        words = str(message.get("words") or "")
        found = await asyncio.to_thread(self._store.find, words, limit, chars)
        items = [as_item(entry) for entry in found.entries]
        self._editor.tell("history", ask_id, {"items": items, "total": found.total})

    async def entry(self, ask_id: int, message: dict[str, Any]) -> None:
        """Tell one entry whole. Raises HistoryError."""
        entry = await asyncio.to_thread(self._store.get, int(message["number"]))
        if entry is None:
            raise HistoryError("that answer is gone", hint="run :LocalHistory again")
        self._editor.tell("history_entry", ask_id, {"item": as_item(entry)})

    async def delete(self, ask_id: int, message: dict[str, Any]) -> None:
        """Forget one entry, or all where none is named. Raises HistoryError."""
        await self._settled()
        number = message.get("number")
        if number is None:
            count = await asyncio.to_thread(self._store.clear)
        else:
            count = int(await asyncio.to_thread(self._store.remove, int(number)))
        self._editor.tell("history_deleted", ask_id, {"count": count})

    async def aclose(self) -> None:
        """Wait for what is being written."""
        await self._settled()

    async def _settled(self) -> None:
        if self._writing:
            await asyncio.wait(tuple(self._writing))

    def _write(self, entry: Entry, settings: Settings) -> None:
        """Write, in a thread: the path's links and the file are looked at. Raises HistoryError."""
        if denying_rule(entry.path, entry.root, settings.guard, entry.filetype) is None:
            self._store.add(storable(entry), settings.history.max_mb * _MB)

    def _written(self, writing: asyncio.Future[None]) -> None:
        """Say that answers are not kept, once a session: each answer would say it again."""
        self._writing.discard(writing)
        fault = None if writing.cancelled() else writing.exception()
        if fault is None:
            return
        known = fault if isinstance(fault, HistoryError) else bug(fault)  # type: ignore[arg-type]
        log.warning("an answer is not kept: %s", known.code)
        if not self._complained:
            self._complained = True
            message = f"answers are not kept: {known.sentence()}; {known.hint}"
            self._editor.tell("notice", 0, {"level": "warn", "message": message})
