"""A program that stands for an editor which uses the embedded backend.

It acquires the model in its arguments, from the `llama-server` that LLAMA_PROGRAM names, says what
it got in one JSON line, and again for each line that it reads. It ends at the end of its input.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

from local_llm.errors import LocalLlmError
from local_llm.ops.embedded.client import EmbeddedClient


async def edit(model: str, idle_s: float, context_tokens: int) -> None:
    client = EmbeddedClient(os.environ, idle_s=idle_s)
    while True:
        sys.stdout.write(json.dumps(await _told(client, model, context_tokens)) + "\n")
        sys.stdout.flush()
        if not await asyncio.to_thread(sys.stdin.readline):
            return


async def _told(client: EmbeddedClient, model: str, context_tokens: int) -> dict[str, Any]:
    try:
        program = os.environ.get("LLAMA_PROGRAM", "")
        target = await client.acquire(model, context_tokens, threads=1, program=program)
    except LocalLlmError as exc:
        return {"fault": exc.code, "reason": exc.sentence(), "hint": exc.hint}
    return {"url": target.url, "key_file": str(target.key_file), "notice": target.notice}


if __name__ == "__main__":
    asyncio.run(edit(sys.argv[1], float(sys.argv[2]), int(sys.argv[3])))
