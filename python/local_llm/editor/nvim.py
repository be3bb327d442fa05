"""Neovim as the use-cases see it: port.Editor over pynvim's RPC thread.

pynvim's session belongs to the thread that started it. Everything here is called on the worker
loop and handed over with `async_call`; answers come back through the loop. All calls go to one
Lua function, with arguments, so that no source text is ever built.
"""

from __future__ import annotations

import asyncio
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

    async def append(self, ask_id: int, text: str) -> bool:
        """Append answer text; return once drawn, False when its window and buffer are gone."""
        answer: asyncio.Future[bool] = self._loop().create_future()
        self._nvim.async_call(self._ask, answer, "append", ask_id, {"text": text})
        return await answer

    def tell(self, event: str, ask_id: int, data: dict[str, Any]) -> None:
        """Send a one-way message; Lua catches its own errors, so none comes back."""
        self._nvim.async_call(self._send, event, ask_id, data)

    def _send(self, event: str, ask_id: int, data: dict[str, Any]) -> None:
        try:
            self._nvim.exec_lua(_CALL, event, ask_id, data, async_=True)
        except OSError:
            return  # the editor is gone, and with it whoever would read this

    def _ask(
        self, answer: asyncio.Future[bool], event: str, ask_id: int, data: dict[str, Any]
    ) -> None:
        """Run on the RPC thread; an editor that is gone or fails counts as a window that is."""
        try:
            drawn = bool(self._nvim.exec_lua(_CALL, event, ask_id, data))
        except (pynvim.NvimError, OSError):
            drawn = False
        self._loop().call_soon_threadsafe(_settle, answer, drawn)


def _settle(answer: asyncio.Future[bool], drawn: bool) -> None:
    if not answer.done():
        answer.set_result(drawn)
