"""Neovim as the use-cases see it: port.Editor over pynvim's RPC thread.

pynvim's session belongs to the thread that started it. Everything here is called on the worker
loop and handed over with `async_call`; answers come back through the loop. All calls go to one
Lua function, with arguments, so that no source text is ever built.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pynvim

_CALL = "return require('local_llm.port').call(...)"


class NvimEditor:
    """Fulfils port.Editor.

    Args:
        nvim: pynvim's session; only its `async_call` is thread-safe.
        loop: Returns the worker loop, which may start after this object.
    """

    def __init__(self, nvim: pynvim.Nvim, loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
        self._nvim = nvim
        self._loop = loop

    def append(self, ask_id: int, text: str) -> NvimDrawing:
        """Append answer text; the result tells when it was drawn."""
        drawing = NvimDrawing(self._loop())
        self._nvim.async_call(self._ask, drawing, "append", ask_id, {"text": text})
        return drawing

    def tell(self, event: str, ask_id: int, data: dict[str, Any]) -> None:
        """Send a one-way message; Lua catches its own errors, so none comes back."""
        self._nvim.async_call(self._send, event, ask_id, data)

    def _send(self, event: str, ask_id: int, data: dict[str, Any]) -> None:
        try:
            self._nvim.exec_lua(_CALL, event, ask_id, data, async_=True)
        except OSError:
            return  # the editor is gone, and with it whoever would read this

    def _ask(self, drawing: NvimDrawing, event: str, ask_id: int, data: dict[str, Any]) -> None:
        """Run on the RPC thread; an editor that is gone or fails counts as a window that is."""
        try:
            drawn = bool(self._nvim.exec_lua(_CALL, event, ask_id, data))
        except (pynvim.NvimError, OSError):
            drawn = False
        drawing.settle(time.monotonic() if drawn else None)


class NvimDrawing:
    """Fulfils port.Drawing across two threads.

    The worker is woken only if it waits already; usually it is still resting between two
    appends, and a wake-up costs more than all the rest of a short append.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._settled = False
        self._drawn_s: float | None = None
        self._waiter: asyncio.Future[None] | None = None

    async def result(self) -> float | None:
        """Return when it was drawn (seconds, monotonic), None when its window is gone."""
        # First the waiter, then the look: whichever thread is second sees what the first wrote.
        self._waiter = self._loop.create_future()
        if not self._settled:
            await self._waiter
        return self._drawn_s

    def settle(self, drawn_s: float | None) -> None:
        """Note the outcome; called once, on the RPC thread."""
        self._drawn_s = drawn_s
        self._settled = True
        if self._waiter is not None:
            self._loop.call_soon_threadsafe(_wake, self._waiter)


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
