from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

ROUNDS = 3


async def pause(seconds: float) -> None:
    """Wait, but not longer than a second."""
    await asyncio.sleep(min(seconds, 1.0))


async def pages(start: int, delay: float = 0.1) -> AsyncIterator[int]:
    """Give the numbers of the pages, one after the other."""
    for number in range(start, start + ROUNDS):
        pause(delay)
        yield number
