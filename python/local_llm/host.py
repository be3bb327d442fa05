"""The host process behind the plugin class: one app on the loop that pynvim runs.

Here the parts are put together; nothing below knows them all. Neovim's messages and the server's
bytes come to the same asyncio loop, so that no thread waits for another: a hop between two cost
0.3 ms, and a key has 3.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import sys
from collections.abc import Coroutine
from typing import Any

import pynvim

from local_llm import log
from local_llm.editor.nvim import NvimEditor
from local_llm.features.app import App
from local_llm.ops.account import environment
from local_llm.ops.audit_sinks import sink_for
from local_llm.ops.embedded.adapter import EmbeddedLlama
from local_llm.ops.history_store import HistoryFile
from local_llm.ops.places import cache_folder, state_folder
from local_llm.ops.tools import LocalTools
from local_llm.trust import TrustRecord, record_path

SWITCH_S = 0.0005
CLOSE_S = 1.0
PIPES = 3  # standard input, output and error


class Host:
    """Owns the app; made and used on the thread of pynvim's loop."""

    def __init__(self, nvim: pynvim.Nvim) -> None:
        # What counts tokens in a thread keeps Python's lock from the loop: by default up to 5 ms.
        sys.setswitchinterval(SWITCH_S)
        self._loop = nvim.loop
        self._loop.set_exception_handler(_quiet)
        env = environment(os.environ)
        editor = NvimEditor(nvim)
        trusted = TrustRecord(record_path(env)).trusts
        folders = {"cache": cache_folder(env), "state": state_folder(env)}
        past = HistoryFile(folders["state"] / "history.sqlite3")
        self._app = App(
            editor,
            env,
            EmbeddedLlama(env),
            trusted,
            LocalTools(env),
            past=past,
            audit=lambda guard: sink_for(guard, folders["state"]),
            **folders,
        )
        # Where the editor closes the channel, pynvim's loop ends without its shutdown hooks.
        atexit.register(self._end)

    def receive(self, message: dict[str, Any]) -> None:
        """Hand one message of the editor to the app."""
        if self._loop.is_running():
            self._app.receive(message)
        else:  # pynvim works through what came early before it starts the loop
            self._loop.call_soon(self._app.receive, message)

    def _end(self) -> None:
        """Cancel everything and close every socket, then end the process at once.

        Python would take 0.1 s to free all its modules, and the editor waits for that.
        """
        if not self._loop.is_closed():
            _run_to_end(self._loop, asyncio.wait_for(self._app.aclose(), CLOSE_S))
        os._exit(1 if hasattr(sys, "last_value") else 0)  # 1: it ends by an exception


def _run_to_end(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, None]) -> None:
    """Run on pynvim's loop, which pynvim stops again for every pipe whose end it learns of.

    Whatever fails, the process is about to end, and nobody reads a traceback.
    """
    task = loop.create_task(work)
    for _ in range(PIPES + 1):
        with contextlib.suppress(Exception):
            loop.run_until_complete(task)
        if task.done():
            return


def _quiet(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what asyncio would print; its context may hold buffer text, so only the type."""
    fault = context.get("exception")
    log.warning("host: %s", type(fault).__name__ if fault else "unknown fault")
