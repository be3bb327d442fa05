"""Who uses a server now: answers stream in slots of their own, and completion waits for them.

One GPU serves both. A suggestion that came while an answer streams would slow the answer down and
be late itself; and an answer in the slot of completion would throw out its evaluated prompt, so
answers take the other slots.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from local_llm.backends.base import ModelInfo
from local_llm.features.connect import Link


class Turns:
    """Counts the answers under way on each server."""

    def __init__(self) -> None:
        self._taken: dict[str, list[int | None]] = {}
        self._changed = asyncio.Event()

    @contextmanager
    def answering(self, link: Link, model: ModelInfo) -> Iterator[int | None]:
        """Take a slot for an answer: the first free one but the last, which is completion's."""
        taken = self._taken.setdefault(link.where, [])
        slot = _free(slots_of(link, model), taken)
        taken.append(slot)
        try:
            yield slot
        finally:
            taken.remove(slot)
            self._changed.set()

    async def quiet(self, link: Link) -> None:
        """Wait until no answer streams from the server."""
        while self._taken.get(link.where):
            self._changed.clear()
            await self._changed.wait()


def slots_of(link: Link, model: ModelInfo) -> int:
    """Return how many slots serve a model; a router has them by model."""
    return model.slots or link.info.slots or 1


def _free(slots: int, taken: list[int | None]) -> int | None:
    """Return a slot for an answer, None where there is no choice."""
    if slots <= 1:  # it serves everybody
        return None
    return min(range(slots - 1), key=taken.count)
