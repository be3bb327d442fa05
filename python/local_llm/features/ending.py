"""How a task is ended that may hold a socket."""

from __future__ import annotations

import asyncio
from typing import Any


def end(task: asyncio.Task[Any]) -> None:
    """Cancel a task, once: a second time would cut off the closing of its socket."""
    if not task.cancelling():
        task.cancel()
