"""The connections of the fast path: those in use, those kept for the next request, and a spare."""

from __future__ import annotations

import asyncio

from local_llm.errors import BackendError, BackendUnreachable
from local_llm.quick_http import Talk
from local_llm.quick_wire import Wire

KEEP_ALIVE_S = 4.0  # llama.cpp closes idle connections after 5 s; stay clear of that race
IDLE_CONNECTIONS = 2


class Pool:
    """Connections to one server.

    Args:
        address: IP address and port.
        socket: Path of a unix socket to use instead, or None.
        connect_s: How long connecting may take.

    """

    def __init__(self, address: tuple[str, int], socket: str | None, connect_s: float) -> None:
        self._address = address
        self._socket = socket
        self._connect_s = connect_s
        self._all: set[Talk] = set()
        self._idle: list[Talk] = []
        self._spare: asyncio.Task[None] | None = None
        self._closed = False

    async def aclose(self) -> None:
        """Close every connection, those in use as well."""
        self._closed = True
        for talk in list(self._all):
            self.cut(talk)
        if self._spare is not None:
            self._spare.cancel()
            await asyncio.gather(self._spare, return_exceptions=True)
        await asyncio.sleep(0)  # asyncio frees the sockets in the loop's next turn

    def prepare(self) -> None:
        """Open a spare connection, unless one is idle; returns at once and fails in silence."""
        self._sweep()
        if not (self._idle or self._spare or self._closed):
            self._spare = asyncio.create_task(self._open_spare())

    def kept(self) -> Talk | None:
        """Take the idle connection that was used last, None where there is none."""
        self._sweep()
        if not self._idle:
            return None
        talk = self._idle.pop()
        talk.wire.rouse()
        return talk

    async def connect(self) -> Talk:
        """Open a connection. Raises: BackendUnreachable."""
        if self._closed:
            raise BackendError("the connection to the server was closed")
        talk = Talk(Wire())
        self._all.add(talk)
        try:
            async with asyncio.timeout(self._connect_s):
                await self._open(talk.wire)
        except OSError as exc:  # TimeoutError is one
            self.cut(talk)
            raise BackendUnreachable("no model server answers") from exc
        except BaseException:
            self.cut(talk)
            raise
        return talk

    def release(self, talk: Talk) -> None:
        """Keep a connection whose answer was read to its end; close any other."""
        self._sweep()
        if len(self._idle) >= IDLE_CONNECTIONS or not talk.renew():
            self.cut(talk)
        else:
            self._keep(talk)

    def cut(self, talk: Talk) -> None:
        """Close a connection at once."""
        self._all.discard(talk)
        talk.wire.cut()

    async def _open(self, wire: Wire) -> None:
        loop = asyncio.get_running_loop()
        if self._socket is not None:
            await loop.create_unix_connection(lambda: wire, self._socket)
        else:
            await loop.create_connection(lambda: wire, *self._address)

    async def _open_spare(self) -> None:
        try:
            self._keep(await self.connect())
        except BackendError:
            pass  # the next request will say it
        finally:
            self._spare = None

    def _keep(self, talk: Talk) -> None:
        self._idle.append(talk)
        talk.wire.rest(KEEP_ALIVE_S)

    def _sweep(self) -> None:
        """Let go of idle connections that were closed, or hold bytes that nobody asked for."""
        for talk in [talk for talk in self._idle if not talk.wire.quiet()]:
            self._idle.remove(talk)
            self.cut(talk)
