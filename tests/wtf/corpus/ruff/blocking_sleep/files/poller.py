from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable


async def poll(ask: Callable[[], Awaitable[bool]], tries: int = 5, delay: float = 0.5) -> bool:
    """Ask until the answer is yes, or there were enough tries."""
    for _ in range(tries):
        if await ask():
            return True
        time.sleep(delay)
    return False


async def poll_all(*asks: Callable[[], Awaitable[bool]]) -> list[bool]:
    return list(await asyncio.gather(*(poll(ask) for ask in asks)))
