"""The floor: a bare httpx loop that reads the stream and notes when each token came.

bare_client.py URL TOKENS    prints {"seen_ns": [...], "cpu_ns": n}
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time

import httpx

_MARK = re.compile(rb"w(\d{5})")


async def main(url: str, tokens: int) -> None:
    """Read one streamed chat to its end."""
    seen: list[int] = []
    ask = {"messages": [{"role": "user", "content": "x"}], "stream": True, "max_tokens": tokens}
    async with httpx.AsyncClient(trust_env=False, timeout=None) as client:
        begun = time.process_time_ns()
        async with client.stream("POST", f"{url}/v1/chat/completions", json=ask) as response:
            async for chunk in response.aiter_raw():
                now = time.monotonic_ns()
                seen.extend(now for _ in _MARK.findall(chunk))
        cpu = time.process_time_ns() - begun
    print(json.dumps({"seen_ns": seen, "cpu_ns": cpu}))


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
