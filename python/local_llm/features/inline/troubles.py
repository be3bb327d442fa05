"""Failures: told once, and a reason to leave the server alone for a while."""

from __future__ import annotations

from collections.abc import Callable

from local_llm.errors import LocalLlmError

PAUSE_S = 5.0  # after a failure nothing is asked unasked; doubles up to the longest
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
        self._pause_s = PAUSE_S

    @property
    def pause(self) -> bool:
        """Whether it is too early to try again unasked."""
        return self._clock() < self._until

    def note(self, exc: LocalLlmError) -> bool:
        """Note a failure; tell whether the user has not heard of its kind yet."""
        self._until = self._clock() + self._pause_s
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        fresh = exc.code not in self._told
        self._told.add(exc.code)
        return fresh

    def retry(self) -> None:
        """Try again at once, as something was changed; what was told stays told."""
        self._until, self._pause_s = 0.0, PAUSE_S

    def clear(self) -> None:
        """All is well again."""
        self.retry()
        self._told.clear()
