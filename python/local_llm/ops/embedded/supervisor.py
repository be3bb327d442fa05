"""Hold the servers that editors use; daemon.py runs this in the background.

Each editor keeps one connection; asking for a model binds that connection to the model's server. A
server that nobody is bound to, and the supervisor when nobody is connected, end after the idle
time. A killed editor's connection closes like any other's; a killed supervisor's servers see the
end of their standard input.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from asyncio import StreamReader, StreamWriter, Task, TimerHandle
from collections.abc import Callable
from pathlib import Path

import msgspec

from local_llm.errors import LocalLlmError, RequestRejected
from local_llm.ops.embedded.folder import CONTROL
from local_llm.ops.embedded.messages import Answer, Ask, from_line, to_line
from local_llm.ops.embedded.peer import is_ours
from local_llm.ops.embedded.process import ModelServer

_FIRST_VISIT_S = 5.0  # the editor that started us connects right away
_OURSELVES = ""  # among the timers, which otherwise belong to models


class Supervisor:
    """The servers by model, and who uses them.

    Args:
        folder: The private folder.
        log: The file for llama.cpp's errors.
        idle_s: How long unused servers, and the supervisor without visitors, stay, in seconds.

    """

    def __init__(self, folder: Path, log: Path, idle_s: float) -> None:
        self._folder, self._log, self._idle_s = folder, log, idle_s
        self._servers: dict[str, Task[ModelServer]] = {}
        self._choosing = asyncio.Lock()
        self._model_of: dict[StreamWriter, str] = {}
        self._timers: dict[str, TimerHandle] = {}
        self._ending: set[Task[None]] = set()
        self._over = asyncio.Event()

    async def run(self, listener: socket.socket) -> None:
        """Serve until idle or told to end; leaves no process and no file."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self._over.set)
        self._start_timer(_OURSELVES, self._over.set, max(self._idle_s, _FIRST_VISIT_S))
        server = await asyncio.start_unix_server(self._visit, sock=listener)
        await self._over.wait()
        server.close()
        (self._folder / CONTROL).unlink(missing_ok=True)
        for model in list(self._servers):
            self._retire(model)
        await asyncio.gather(*self._ending)

    async def _visit(self, reader: StreamReader, writer: StreamWriter) -> None:
        if not is_ours(writer.get_extra_info("socket")):
            writer.close()
            return
        self._cancel_timer(_OURSELVES)
        self._model_of[writer] = ""
        try:
            while line := await reader.readline():
                await self._reply(line, writer)
        except (ConnectionError, ValueError):
            pass  # it went while we wrote, or its line is longer than any request
        finally:
            self._bind(writer, "")
            del self._model_of[writer]
            writer.close()
            if not self._model_of:
                self._start_timer(_OURSELVES, self._over.set, self._idle_s)

    async def _reply(self, line: bytes, writer: StreamWriter) -> None:
        try:
            ask = from_line(line, Ask)
            self._bind(writer, ask.model)
            answer = await self._ready(ask, writer)
        except msgspec.DecodeError:
            answer = _failure(RequestRejected("the supervisor does not understand the request"))
        except LocalLlmError as exc:
            answer = _failure(exc)
        writer.write(to_line(answer))
        await writer.drain()

    async def _ready(self, ask: Ask, writer: StreamWriter) -> Answer:
        async with self._choosing:
            notice = await self._clear_away(ask)
            if ask.model not in self._servers:
                self._servers[ask.model] = asyncio.create_task(self._start(ask))
            starting = self._servers[ask.model]
        if not starting.done():
            writer.write(to_line(Answer(state="loading")))
        server = await asyncio.shield(starting)  # others may wait for it too
        return Answer(
            state="ready",
            url=server.url,
            key_file=str(server.key_file),
            context_tokens=server.ask.context_tokens,
            notice=notice,
        )

    async def _clear_away(self, ask: Ask) -> str:
        """Stop a server that died, or that its only user wants larger or of another llama.cpp."""
        starting = self._servers.get(ask.model)
        if starting is None or not starting.done():
            return ""
        server = starting.result()
        if not server.alive:
            self._retire(ask.model)
            return f"the embedded server had to be started again: {await server.epitaph()}"
        users = list(self._model_of.values()).count(ask.model)
        larger = ask.context_tokens > server.ask.context_tokens
        if (larger or ask.program != server.ask.program) and users == 1:
            self._retire(ask.model)
        return ""

    async def _start(self, ask: Ask) -> ModelServer:
        server = ModelServer(ask, self._folder, self._log)
        try:
            await server.start()
        except BaseException:
            if self._servers.get(ask.model) is asyncio.current_task():
                del self._servers[ask.model]
            await server.stop()
            raise
        return server

    def _bind(self, writer: StreamWriter, model: str) -> None:
        """Note that the connection uses `model` now, and no longer the one it used before."""
        before, self._model_of[writer] = self._model_of[writer], model
        if model:
            self._cancel_timer(model)
        if before and before not in self._model_of.values():
            self._start_timer(before, lambda: self._retire(before), self._idle_s)

    def _retire(self, model: str) -> None:
        """Forget the model's server now and stop it in the background."""
        if starting := self._servers.pop(model, None):
            task = asyncio.create_task(_stop(starting))
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    def _start_timer(self, name: str, then: Callable[[], object], delay_s: float) -> None:
        self._cancel_timer(name)
        self._timers[name] = asyncio.get_running_loop().call_later(delay_s, then)

    def _cancel_timer(self, name: str) -> None:
        if timer := self._timers.pop(name, None):
            timer.cancel()


async def _stop(starting: Task[ModelServer]) -> None:
    starting.cancel()  # does nothing to one that has finished
    with contextlib.suppress(asyncio.CancelledError, LocalLlmError):
        await (await starting).stop()


def _failure(exc: LocalLlmError) -> Answer:
    return Answer(state="failed", fault=exc.code, reason=exc.sentence(), hint=exc.hint)
