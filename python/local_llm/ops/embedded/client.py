"""The editor's end of the embedded backend: one connection to the supervisor.

The connection is what keeps the server alive, so it stays open between requests. Belongs to one
event loop. Does not import llama.cpp.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from local_llm import errors
from local_llm.errors import BackendUnreachable, LocalLlmError, ServerFailed
from local_llm.ops.embedded.folder import CONTROL, START_LOCK, lock, shared_folder
from local_llm.ops.embedded.messages import Answer, Ask, from_line, to_line
from local_llm.ops.places import state_folder

LOG_NAME = "embedded.log"
_START_S = 20.0
_POLL_S = 0.02
_TRIES = 3  # the supervisor may be leaving just as we come


class EmbeddedTarget(msgspec.Struct, frozen=True, kw_only=True):
    """Where the server is: `url` is `unix:/...` or `http://127.0.0.1:port`.

    context_tokens: What one request may use, unless the model was trained for less.
    notice: Something the user should know, such as that the server had died; mostly "".
    """

    url: str
    key_file: Path
    context_tokens: int
    notice: str = ""


class EmbeddedClient:
    """Asks the supervisor for servers, and starts it if need be.

    Args:
        env: For the XDG folders; the supervisor inherits it.
        idle_s: How long a supervisor that this client starts stays when unused, in seconds.
        python: The interpreter that has the packages.

    """

    def __init__(
        self, env: Mapping[str, str], *, idle_s: float = 300.0, python: str = sys.executable
    ) -> None:
        self._env, self._idle_s, self._python = env, idle_s, python
        self._log = state_folder(env) / LOG_NAME
        self._connection: tuple[StreamReader, StreamWriter] | None = None
        self._asking = asyncio.Lock()

    async def acquire(
        self,
        model: Path | str,
        context_tokens: int,
        *,
        threads: int | None = None,
        program: str = "",
        on_loading: Callable[[], None] = lambda: None,
    ) -> EmbeddedTarget:
        """Return the model's running server; a round trip of under a millisecond if it runs.

        Ask again before each piece of work: that is how a server that died is replaced.
        `program` is a `llama-server`, "" the Python package.
        `on_loading` is called when the model has to be loaded, which may take minutes.
        Raises: ModelMissing, ServerFailed, InstallError, BackendUnreachable.
        """
        ask = Ask(
            model=_real(model), context_tokens=context_tokens, threads=threads, program=program
        )
        async with self._asking:
            answer = await self._ask(ask, on_loading)
        return EmbeddedTarget(
            url=answer.url,
            key_file=Path(answer.key_file),
            context_tokens=answer.context_tokens,
            notice=answer.notice,
        )

    async def close(self) -> None:
        """Let go; the server ends by itself when nobody holds it."""
        if self._connection is not None:
            writer = self._connection[1]
            self._drop()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _ask(self, ask: Ask, on_loading: Callable[[], None]) -> Answer:
        for _ in range(_TRIES):
            try:
                return await self._exchange(ask, on_loading)
            except (OSError, EOFError):
                self._drop()  # it went; the next try starts another one
            except LocalLlmError:
                raise  # a whole answer: the connection is as good as before
            except BaseException:
                self._drop()  # cancelled: an answer may still be on its way
                raise
        raise BackendUnreachable("the embedded supervisor does not stay", hint=self._hint())

    async def _exchange(self, ask: Ask, on_loading: Callable[[], None]) -> Answer:
        reader, writer = await self._connected()
        writer.write(to_line(ask))
        await writer.drain()
        while True:
            answer = from_line(await reader.readuntil(b"\n"), Answer)
            if answer.state == "ready":
                return answer
            if answer.state == "failed":
                raise _error(answer)
            on_loading()

    async def _connected(self) -> tuple[StreamReader, StreamWriter]:
        if self._connection is None:
            folder = shared_folder(self._env)
            try:
                self._connection = await _connect(folder)
            except OSError:
                self._connection = await self._start(folder)
        return self._connection

    async def _start(self, folder: Path) -> tuple[StreamReader, StreamWriter]:
        """Start a supervisor, unless another editor is just doing so, and connect to it."""
        handle = await self._start_lock(folder)
        try:
            try:
                return await _connect(folder)
            except OSError:
                await self._launch(folder)
                return await _connect(folder)
        finally:
            os.close(handle)

    async def _start_lock(self, folder: Path) -> int:
        try:
            async with asyncio.timeout(_START_S):
                while (handle := lock(folder / START_LOCK)) is None:  # noqa: ASYNC110 - no event
                    await asyncio.sleep(_POLL_S)
                return handle
        except TimeoutError as exc:
            raise BackendUnreachable("another editor cannot start the embedded server") from exc

    async def _launch(self, folder: Path) -> None:
        command = [self._python, "-P", "-m", "local_llm.ops.embedded.daemon"]
        command += ["--folder", str(folder), "--log", str(self._log), "--idle-s", str(self._idle_s)]
        try:
            child = await asyncio.create_subprocess_exec(
                *command,
                env={**self._env, "PYTHONPATH": _python_path(self._env)},
                stdin=DEVNULL,
                stdout=DEVNULL,
                stderr=DEVNULL,
                start_new_session=True,  # a Ctrl-C in the editor's terminal is not meant for it
            )
        except OSError as exc:
            raise BackendUnreachable(
                f"cannot start the embedded supervisor: {exc.strerror}", where=self._python
            ) from exc
        if await _status(child):
            raise BackendUnreachable("the embedded supervisor did not start", hint=self._hint())

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection[1].close()
            self._connection = None

    def _hint(self) -> str:
        return f"see {self._log}; `:checkhealth local_llm` looks at the installation"


async def _status(child: Process) -> int:
    """Wait for the short-lived program that starts the supervisor."""
    try:
        async with asyncio.timeout(_START_S):
            return await child.wait()
    except TimeoutError:
        child.kill()
        return await child.wait()


async def _connect(folder: Path) -> tuple[StreamReader, StreamWriter]:
    return await asyncio.open_unix_connection(folder / CONTROL)


def _real(model: Path | str) -> str:
    """Return the one name of the file, so that two ways to it share a server."""
    return os.path.realpath(model)


def _python_path(env: Mapping[str, str]) -> str:
    """Put our package first: the plugin need not be installed into the interpreter."""
    ours = str(Path(errors.__file__).parent.parent)
    return os.pathsep.join(filter(None, [ours, env.get("PYTHONPATH", "")]))


def _error(answer: Answer) -> LocalLlmError:
    kind = getattr(errors, answer.fault, ServerFailed)
    known = isinstance(kind, type) and issubclass(kind, LocalLlmError)
    return (kind if known else ServerFailed)(answer.reason, hint=answer.hint)
