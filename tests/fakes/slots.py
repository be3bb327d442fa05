"""The slots of a llama.cpp server: which one takes a request, and what it need not read again.

Source: llama.cpp tools/server/server-context.cpp (get_available_slot, the prompt cache of a slot),
and the real server's own counts. Not here: the prompts that newer servers keep in memory besides
(`--cache-ram`); what is pushed out of a slot is gone, as with `--cache-ram 0`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

_LIKE = 0.1  # the share of a prompt that a slot must know to be preferred to the least used


class Seat(NamedTuple):
    """A request's slot, those of its further alternatives, and the tokens that were there."""

    slots: tuple[int, ...] = (0,)
    cached: int = 0


class Slots:
    """The caches of a server's slots, as token ids."""

    def __init__(self, count: int) -> None:
        self._known: list[list[int]] = [[] for _ in range(count)]
        self._used = list(range(count))  # the least recently used first
        self._busy: set[int] = set()

    def __len__(self) -> int:
        return len(self._known)

    def take(self, ids: Sequence[int], wanted: object, more: int = 0) -> Seat:
        """Give a slot to a prompt, and others to `more` alternatives, which share its cache.

        A slot that there is not is no error: another one is taken. The last token of a prompt
        is read in any case.
        """
        slot = self._choose(ids, wanted)
        cached = max(0, min(_common(self._known[slot], ids), len(ids) - 1))
        slots = (slot, *[other for other in self._used if other != slot][:more])
        for taken in slots:
            self._known[taken] = list(ids)
            self._used.remove(taken)
            self._used.append(taken)
        self._busy.update(slots)
        return Seat(slots, cached)

    def leave(self, seat: Seat, written: Sequence[int] = ()) -> None:
        """Free the slots; of what was `written`, the last token has not been read.

        Those of further alternatives are empty afterwards.
        """
        first, *others = seat.slots
        self._known[first] += written[:-1]
        for other in others:
            self._known[other] = []
        self._busy.difference_update(seat.slots)

    def _choose(self, ids: Sequence[int], wanted: object) -> int:
        if isinstance(wanted, int) and 0 <= wanted < len(self._known):
            return wanted
        free = [slot for slot in self._used if slot not in self._busy] or self._used
        share, like = max((_common(self._known[slot], ids), slot) for slot in free)
        return like if ids and share / len(ids) > _LIKE else free[0]


def _common(known: Sequence[int], ids: Sequence[int]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(known, ids, strict=False)))
