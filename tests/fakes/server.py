"""What all fakes share: a thread with an event loop, a listener, a log of every request.

    with FakeOllama(Script(pieces=["a", "b"])) as server:
        ask(server.url)
        assert server.requests[-1].json["model"] == "m"

The thread is the fake's own, so that tests without a loop and tests with one use it alike.
Methods named `wait_*` block: call them from an asyncio test through `asyncio.to_thread`.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, ClassVar, Self

import h11

from fakes.player import Frames, Player
from fakes.records import compact
from fakes.request_log import RequestLog
from fakes.script import Script
from fakes.wire import Exchange, Framing, Headers, Recorded, read_request

Handler = Callable[[Exchange, Script], Awaitable[None]]
GENERATION = "generation"
LOG_PATH = "/_fake/log"


class FakeServer(RequestLog):
    """A scripted server on loopback TCP or a unix socket; subclasses speak a dialect.

    Args:
        script: The first answer, and what the server is.
        then: The answers of the following generations; the last one stays in force.
        port: TCP port, 0 for a free one.
        uds: Path of a unix socket to listen on instead.

    Attributes:
        requests: Every request, in order of arrival (see RequestLog).
        script: The script in force; may be replaced while the server runs.
        most_open: The largest number of generations that were open at the same time.

    """

    framing: ClassVar[Framing] = "chunked"

    def __init__(
        self,
        script: Script | None = None,
        *,
        then: Sequence[Script] = (),
        port: int = 0,
        uds: str = "",
    ) -> None:
        super().__init__()
        self.script = script or Script()
        self._then = list(then)
        self._port = port
        self._uds = uds
        self._loading = self.script.loading_requests
        self._tasks: set[asyncio.Task[Any]] = set()
        self._faults: list[Exception] = []
        self._open = 0
        self.most_open = 0

    # What a dialect fills in.

    def routes(self) -> dict[tuple[str, str], Handler]:
        """Return the handlers by (method, path)."""
        return {}

    async def missing(self, exchange: Exchange) -> None:
        """Answer a request no route fits."""
        await self.send_text(exchange, 404, "Not Found")

    async def refuse_key(self, exchange: Exchange) -> None:
        """Answer a request without the key."""
        await self.send_json(exchange, 401, {"error": "Unauthorized"})

    async def say_loading(self, exchange: Exchange) -> bool:
        """Answer as a server that still loads its model; False lets the request through."""
        return False

    def key_free(self, path: str) -> bool:
        """Tell whether a path is answered without a key."""
        return False

    def given_key(self, request: Recorded) -> str:
        """Return the key that a request carries."""
        return request.headers.get("authorization", "").removeprefix("Bearer ")

    def head(self, exchange: Exchange, content_type: str, length: int | None) -> Headers:
        """Return response headers, spelled and ordered as the dialect's server does."""
        end = [("Content-Length", str(length))] if length is not None else []
        return [("Content-Type", content_type), *end]

    # What dialects call.

    async def send_json(self, exchange: Exchange, status: int, value: Any) -> None:
        """Send a whole JSON answer."""
        await self.send_bytes(exchange, status, "application/json", compact(value))

    async def send_text(self, exchange: Exchange, status: int, text: str) -> None:
        """Send a whole text answer."""
        await self.send_bytes(exchange, status, "text/plain; charset=utf-8", text.encode())

    async def send_bytes(self, exchange: Exchange, status: int, kind: str, body: bytes) -> None:
        """Send a whole answer."""
        exchange.request.status = status
        await exchange.reply(status, self.head(exchange, kind, len(body)), body)

    async def stream(
        self, exchange: Exchange, script: Script, frames: Frames, kind: str = "text/event-stream"
    ) -> None:
        """Send a streamed answer as the script tells."""
        exchange.request.status = 200
        head = self.head(exchange, kind, None)
        player = Player(exchange, script, frames, self._released, self.notify)
        await player.play(head, self.framing)
        exchange.closing = exchange.closing or script.hangs_up

    # The life of the server.

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; returns when connections are accepted. Raises OSError when the port is taken."""
        self._listening: threading.Event = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=type(self).__name__, daemon=True)
        self._thread.start()
        self._listening.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure

    def stop(self) -> None:
        """Close the listener and every connection; the same port can be started again.

        Raises what went wrong inside the fake itself.
        """
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        if self._faults:
            raise self._faults[0]

    @property
    def url(self) -> str:
        """The base URL (of a unix socket: one with a made-up host, for a client with `uds`)."""
        return "http://localhost" if self._uds else f"http://127.0.0.1:{self._port}"

    @property
    def port(self) -> int:
        """The TCP port."""
        return self._port

    @property
    def uds(self) -> str:
        """Path of the unix socket, or ""."""
        return self._uds

    def release(self) -> None:
        """Let stalled streams go on."""
        self._loop.call_soon_threadsafe(self._released.set)

    # The thread.

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:  # noqa: BLE001 - handed to the starting thread
            self._failure = error
        finally:
            self._listening.set()

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        self._released = asyncio.Event()
        listener = await self._listen()
        self._listening.set()
        await self._stopping.wait()
        # What was accepted just now gets its task, to be ended with the rest: after `close` asyncio
        # would leave its socket open.
        for listening in listener.sockets:
            self._loop.remove_reader(listening.fileno())
        for _ in range(10):
            await asyncio.sleep(0)
        listener.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await listener.wait_closed()

    async def _listen(self) -> asyncio.Server:
        if self._uds:
            return await asyncio.start_unix_server(self._connected, self._uds)
        listener = await asyncio.start_server(self._connected, "127.0.0.1", self._port)
        self._port = listener.sockets[0].getsockname()[1]
        return listener

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self.converse(reader, writer)
        except (ConnectionError, h11.RemoteProtocolError, asyncio.CancelledError):
            pass  # the client or the test is gone: nobody is left to tell
        except Exception as fault:  # noqa: BLE001 - a bug of the fake: `stop` raises it in the test
            self._faults.append(fault)
        finally:
            await _close(writer)
            self._tasks.discard(task)

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        buffered = b""
        while (got := await read_request(reader, buffered)) is not None:
            request, buffered = got
            if request.path != LOG_PATH:
                self.requests.append(request)
            exchange = Exchange(request, writer)
            self.notify()
            more = await self._watch(exchange, reader)
            self.notify()
            if more is None or exchange.closing:
                return
            buffered += more

    async def _watch(self, exchange: Exchange, reader: asyncio.StreamReader) -> bytes | None:
        """Answer one request while watching for the client to go; None when it went."""
        answer = asyncio.ensure_future(self._answer(exchange))
        more = b""
        try:
            while not answer.done():
                listen = asyncio.ensure_future(reader.read(1 << 16))
                await asyncio.wait([answer, listen], return_when=asyncio.FIRST_COMPLETED)
                if not listen.done():
                    listen.cancel()
                    await asyncio.wait([listen])
                elif (data := _read(listen)) or answer.done():
                    more += data
                else:
                    return self._gone(exchange)
            if isinstance(answer.exception(), ConnectionError):
                return self._gone(exchange)  # it went with bytes unread: writing failed first
            answer.result()
            exchange.request.finished = True
            return more
        finally:
            answer.cancel()
            await asyncio.wait([answer])
            if not answer.cancelled():
                answer.exception()

    @staticmethod
    def _gone(exchange: Exchange) -> None:
        exchange.request.disconnected_s = time.monotonic()

    async def _answer(self, exchange: Exchange) -> None:
        request, script = exchange.request, self.script
        if request.path == LOG_PATH:
            await self.send_json(exchange, 200, self.as_json())
        elif script.redirect:
            body = (("Location", script.redirect), ("Content-Length", "0"))
            await exchange.reply(302, body, b"")
        elif self._take_loading() and await self.say_loading(exchange):
            pass
        elif script.key and not self.key_free(request.path) and not self._key_fits(request):
            await self.refuse_key(exchange)
        else:
            await self._route(exchange)

    def _take_loading(self) -> bool:
        self._loading -= 1
        return self._loading >= 0

    def _key_fits(self, request: Recorded) -> bool:
        return self.given_key(request) == self.script.key

    async def _route(self, exchange: Exchange) -> None:
        handler = self.routes().get((exchange.request.method, exchange.request.path))
        if handler is None:
            await self.missing(exchange)
            return
        if getattr(handler, GENERATION, False):
            await self._generation(exchange, handler)
        else:
            await handler(exchange, self.script)

    async def _generation(self, exchange: Exchange, handler: Handler) -> None:
        script = self.script
        if self._then:
            self.script = self._then.pop(0).after(script)
        for _ in range(3):  # what was closed before this came is noticed first
            await asyncio.sleep(0)
        self._open += 1
        self.most_open = max(self.most_open, self._open)
        try:
            await handler(exchange, script)
        finally:
            self._open -= 1


def generation(handler: Any) -> Any:
    """Mark a handler whose answer uses a script up."""
    setattr(handler, GENERATION, True)
    return handler


async def _close(writer: asyncio.StreamWriter) -> None:
    """Close a connection, at the end of the server also one with bytes that nobody reads."""
    writer.close()
    try:
        await writer.wait_closed()
    except ConnectionError:
        pass
    except asyncio.CancelledError:
        writer.transport.abort()
        await asyncio.sleep(0)


def _read(listen: asyncio.Future[bytes]) -> bytes:
    try:
        return listen.result()
    except ConnectionError:
        return b""
