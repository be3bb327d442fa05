"""Failures: told once, and a reason to leave the server alone for a while."""

from __future__ import annotations

from collections.abc import Callable

from local_llm.errors import LocalLlmError

PAUSE_S = 5.0  # after two failures in a row nothing is asked unasked; doubles up to the longest
LONGEST_PAUSE_S = 60.0


class Troubles:
    """Remembers failures until something works again.

    Args:
        clock: Seconds, monotonic.

    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._told: set[str] = set()
        self._until = 0.0
        self._has_failed = False
        self._pause_s = PAUSE_S

    @property
    def pause(self) -> bool:
        """Whether it is too early to try again unasked."""
        return self._clock() < self._until

    def note(self, exc: LocalLlmError) -> bool:
        """Note a failure; tell whether the user has not heard of its kind yet.

        The first one may be an accident of one answer: the next key asks again.
        """
        if self._has_failed:
            self._until = self._clock() + self._pause_s
            self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        self._has_failed = True
        fresh = exc.code not in self._told
        self._told.add(exc.code)
        return fresh

    def clear(self) -> None:
        """All is well again, or something was changed that may make it so."""
        self._until, self._pause_s, self._has_failed = 0.0, PAUSE_S, False
        self._told.clear()
