"""Neovim as the use-cases see it: port.Editor over pynvim.

Everything here is called on pynvim's own loop. Messages are written at once; a call that waits
for its answer needs a greenlet of its own, which `async_call` makes. All calls go to one Lua
function, with arguments, so that no source text is ever built.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

import pynvim

_CALL = "return require('local_llm.port').call(...)"


class NvimEditor:
    """Fulfils port.Editor.

    Args:
        nvim: pynvim's session.

    """

    def __init__(self, nvim: pynvim.Nvim) -> None:
        self._nvim = nvim

    def append(self, ask_id: int, text: str) -> NvimDrawing:
        """Append answer text; the result tells when it was drawn."""
        drawing = NvimDrawing(self._nvim.loop)
        self._nvim.async_call(self._ask, drawing, "append", ask_id, {"text": text})
        return drawing

    def tell(self, event: str, ask_id: int, data: dict[str, Any]) -> None:
        """Send a one-way message; Lua catches its own errors, so none comes back."""
        with contextlib.suppress(OSError):  # the editor is gone, and with it whoever reads this
            self._nvim.exec_lua(_CALL, event, ask_id, data, async_=True)

    def _ask(self, drawing: NvimDrawing, event: str, ask_id: int, data: dict[str, Any]) -> None:
        """Wait for the answer; an editor that is gone or fails counts as a window that is."""
        try:
            drawn = bool(self._nvim.exec_lua(_CALL, event, ask_id, data))
        except (pynvim.NvimError, OSError):
            drawn = False
        drawing.settle(time.monotonic() if drawn else None)


class NvimDrawing:
    """Fulfils port.Drawing."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._drawn: asyncio.Future[float | None] = loop.create_future()

    async def result(self) -> float | None:
        """Return when it was drawn (seconds, monotonic), None when its window is gone."""
        return await asyncio.shield(self._drawn)

    def settle(self, drawn_s: float | None) -> None:
        """Note the outcome; called once."""
        self._drawn.set_result(drawn_s)
