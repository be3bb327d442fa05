"""A listener in the test's own loop: the test says, byte by byte, what it answers.

async def serve(peer):
    await peer.request()
    peer.send(b"HTTP/1.1 200 OK\r\n...")

async with listening(serve) as listener:
    ask(listener.url)
    assert listener.accepted == 1
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

PATIENCE_S = 5.0  # a bound for a broken test


async def until(condition: Callable[[], object], what: str = "it") -> None:
    """Let the loop turn until the condition holds. Raises: AssertionError after some seconds."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, f"{what} never happened"
        await asyncio.sleep(0.001)


class Peer:
    """One accepted connection; what it is asked is added to `log`."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, log: list[bytes]
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._log = log

    async def request(self) -> bytes:
        """Return the next request, head and body; raises IncompleteReadError at the end."""
        head = await self.head()
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        whole = head + await self._reader.readexactly(int(length))
        self._log.append(whole)
        return whole

    async def head(self) -> bytes:
        """Return the head of the next request, and leave its body unread."""
        return await self._reader.readuntil(b"\r\n\r\n")

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._writer.write(data)

    async def drain(self) -> None:
        """Wait until the client has room for more."""
        await self._writer.drain()

    async def gone(self) -> None:
        """Wait until the client has closed."""
        with suppress(ConnectionError):
            while await self._reader.read(1 << 16):
                pass

    def reset(self) -> None:
        """Break the connection off."""
        self._writer.transport.abort()


class Listener:
    """A listening socket.

    accepted, open: Connections so far, and those that neither side has closed.
    requests: Whole requests, in their order.
    """

    def __init__(self, serve: Callable[[Peer], Awaitable[None]], url: str) -> None:
        self.url = url
        self.accepted = 0
        self.open = 0
        self.requests: list[bytes] = []
        self._serve = serve
        self._tasks: set[asyncio.Task[None]] = set()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection and close it."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.accepted += 1
        self.open += 1
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
                await self._serve(Peer(reader, writer, self.requests))
        finally:
            writer.close()
            self.open -= 1
            self._tasks.discard(task)

    async def stop(self) -> None:
        """End what is still served."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def listening(
    serve: Callable[[Peer], Awaitable[None]], *, uds: str = ""
) -> AsyncIterator[Listener]:
    """Listen on a free port, or on a unix socket."""
    listener = Listener(serve, "http://localhost")
    if uds:
        server = await asyncio.start_unix_server(listener.connected, uds)
    else:
        server = await asyncio.start_server(listener.connected, "127.0.0.1", 0)
        listener.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield listener
    finally:
        server.close()
        await listener.stop()
        await server.wait_closed()
