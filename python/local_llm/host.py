"""The host process behind the plugin class: one worker thread, one asyncio loop, one app.

Here the parts are put together; nothing below knows them all.

The RPC thread only hands over. It must never raise: pynvim prints a traceback with the
arguments, which are buffer text.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import sys
import threading
from typing import Any

import pynvim

from local_llm import log
from local_llm.editor.nvim import NvimEditor
from local_llm.features.app import App
from local_llm.ops.embedded.adapter import EmbeddedLlama
from local_llm.ops.places import cache_folder, state_folder
from local_llm.trust import TrustRecord, record_path

SWITCH_S = 0.0005


class Host:
    """Owns the worker thread; `receive` may be called from the RPC thread only."""

    def __init__(self, nvim: pynvim.Nvim) -> None:
        # What one thread has done for the other waits for Python's lock: by default up to 5 ms.
        sys.setswitchinterval(SWITCH_S)
        self._loop = asyncio.new_event_loop()
        env = dict(os.environ)
        editor = NvimEditor(nvim, lambda: self._loop)
        trusted = TrustRecord(record_path(env)).trusts
        folders = {"cache": cache_folder(env), "state": state_folder(env)}
        self._app = App(editor, env, EmbeddedLlama(env), trusted, **folders)
        self._thread = threading.Thread(target=self._work, name="local-llm", daemon=True)
        self._thread.start()
        # Where the editor closes the channel, pynvim's loop ends without its shutdown hooks.
        atexit.register(self._end)

    def receive(self, message: dict[str, Any]) -> None:
        """Hand one message of the editor to the app."""
        with contextlib.suppress(RuntimeError):  # the loop was closed a moment ago
            self._loop.call_soon_threadsafe(self._app.receive, message)

    def close(self) -> None:
        """Cancel everything, close every socket and end the thread; takes at most a second."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=1.0)

    def _end(self) -> None:
        """Close, then end the process at once.

        Python would take 0.1 s to free all its modules, and the editor waits for that.
        """
        self.close()
        os._exit(1 if hasattr(sys, "last_value") else 0)  # 1: it ends by an exception

    def _work(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(_quiet)
        try:
            self._loop.run_forever()
            self._loop.run_until_complete(self._app.aclose())
        finally:
            self._loop.close()


def _quiet(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what asyncio would print; its context may hold buffer text, so only the type."""
    fault = context.get("exception")
    log.warning("worker: %s", type(fault).__name__ if fault else "unknown fault")
