"""Fetching many addresses, a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import yarl_tools


async def fetch_all(addresses: Iterable[str], at_once: int = 4) -> list[str]:
    gate = asyncio.Semaphore(at_once)

    async def one(address: str) -> str:
        async with gate:
            return yarl_tools.normalize(address)

    return list(await asyncio.gather(*map(one, addresses)))
