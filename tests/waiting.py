"""Wait for a condition until a deadline: the only way a test lets time pass."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
# Short enough to add nothing to a test, long enough to leave the core to what is waited for.
POLL_S = 0.005


def wait_until(condition: Callable[[], T], seconds: float, what: str | Callable[[], str]) -> T:
    """Return the first true value of `condition`.

    Args:
        seconds: The longest wait; a bound for a broken test, not an expectation.
        what: What is waited for, said in the failure; a callable is asked at the end only.
    Raises: AssertionError, when the deadline passes.
    """
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            said = what if isinstance(what, str) else what()
            raise AssertionError(f"not within {seconds} s: {said}")
        time.sleep(POLL_S)
