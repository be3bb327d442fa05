"""The fast way to a server on this machine: completion's requests, without httpx.

A suggestion has 3 ms from key to ghost text. From the request to the first piece of its answer,
with a server in another process that answers at once (6 kB asked, 2 cores, median ms):

                                     one after the other    one each 30 ms
    httpx, by an AsyncClient                 1.0                 2.1
    this, TCP                                0.26                0.48
    this, unix socket                        0.25                0.48
    this, TCP, a new connection              0.54                1.25
    this, TCP, a prepared connection         -                   0.49

The right column is what a person who types gets: caches are cold then.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from urllib.parse import urlsplit

from local_llm.backends.base import Reply, Request
from local_llm.body import FINISH_S, Timeouts
from local_llm.errors import (
    BackendError,
    BackendSilent,
    StreamBroken,
    StreamStalled,
    placed,
)
from local_llm.quick_http import Head, Opening, Talk
from local_llm.quick_pool import Pool

ERROR_LIMIT_BYTES = 64 << 10
_ROUTES = 32  # heads kept ready
_SAME_FOR_ALL = {
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Connection": "keep-alive",
    "User-Agent": "local-llm.nvim",
}


def reaches(base_url: str, socket: str | None) -> bool:
    """Tell whether this way leads to a server: plain HTTP, and on this machine."""
    parts = urlsplit(base_url)
    if parts.scheme != "http":
        return False
    try:
        return socket is not None or ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:  # a name; who looks one up may be told another machine's address
        return False


class QuickBody:
    """The body of a streamed answer; made by QuickClient.stream."""

    def __init__(self, talk: Talk, clock: Timeouts) -> None:
        self._talk = talk
        self._clock = clock
        self._started = False

    async def read(self) -> bytes:
        """Return all that is here as one piece, waiting for the first byte of it; b"" at the end.

        Raises: BackendSilent when the first byte, StreamStalled when a later one does not come
            in time; StreamBroken when the connection dies, BadStream for what is no HTTP. Bytes
            before a fault are returned first, and the fault is raised by the next call.
        """
        limit_s = self._clock.idle_s if self._started else self._clock.first_byte_s
        try:
            piece = await self._talk.piece(_now() + limit_s)
        except TimeoutError:
            if not self._started:
                raise _silent(limit_s) from None
            raise StreamStalled(f"nothing more came for {limit_s:g} s") from None
        self._started = True
        return piece

    async def finish(self, limit_s: float = FINISH_S) -> None:
        """Read what follows the end marker, so that the connection can be kept.

        A server that takes longer than `limit_s`, or breaks off, loses its connection; the answer
        is whole then, so nothing is raised.
        """
        deadline = _now() + limit_s
        with suppress(TimeoutError, BackendError):
            while await self._talk.piece(deadline):
                pass


class QuickClient:
    """One server on this machine: plain HTTP over TCP to a literal address, or a unix socket.

    Args:
        base_url: `http://`, an IP address, port and path prefix, without a final slash.
        socket: Path of a unix socket to use instead of the host and port, or None.
        where: The address as it is shown to the user.
        timeouts: See Timeouts.

    """

    def __init__(
        self, base_url: str, *, socket: str | None, where: str, timeouts: Timeouts
    ) -> None:
        parts = urlsplit(base_url)
        self._host = parts.netloc
        self._prefix = parts.path
        self._where = where
        self._clock = timeouts
        self._auth: Mapping[str, str] = {}
        self._heads: dict[tuple[str, str, bool], Head] = {}
        address = (parts.hostname or "", parts.port or 80)
        self._pool = Pool(address, socket, timeouts.connect_s)

    def use_auth(self, headers: Mapping[str, str]) -> None:
        """Send `headers` from now on; called once the server is identified, never before."""
        self._auth = dict(headers)
        self._heads.clear()

    def prepare(self) -> None:
        """Open a connection ahead, unless one is idle; returns at once and fails in silence.

        To be called while an answer is read: the next request then finds a connection also where
        this one is left early, and at llama.cpp, which closes behind every streamed answer
        whatever its Keep-Alive header says. Saves 0.7 ms.
        """
        self._pool.prepare()

    async def aclose(self) -> None:
        """Close every connection, those in use as well."""
        await self._pool.aclose()

    @asynccontextmanager
    async def stream(
        self, request: Request, on_error: Callable[[Reply], BackendError]
    ) -> AsyncIterator[QuickBody]:
        """Send `request` and hand over its body; leaving early closes the socket, at once.

        Closing is how a request is cancelled: every server stops generating then.
        Raises: what `on_error` makes of a status other than 200 (redirects are not followed),
            BackendUnreachable, BackendSilent, and as QuickBody.read.
        """
        with placed(self._where):
            deadline = _now() + self._clock.first_byte_s
            talk, answer = await self._begin(request, deadline)
            try:
                if answer.status != HTTPStatus.OK:
                    raise on_error(await self._refusal(talk, answer, deadline))
                yield QuickBody(talk, self._clock)
            finally:
                self._pool.release(talk)

    async def _begin(self, request: Request, deadline: float) -> tuple[Talk, Opening]:
        """Send, once more where a kept connection turns out to be dead before its first byte."""
        data = self._head(request).with_body(request.body)
        talk = self._pool.kept()
        if talk is not None:
            try:
                return talk, await self._ask(talk, data, deadline)
            except StreamBroken:
                if talk.wire.heard:
                    raise
        talk = await self._pool.connect()
        return talk, await self._ask(talk, data, deadline)

    async def _ask(self, talk: Talk, data: bytes, deadline: float) -> Opening:
        try:
            return await talk.ask(data, deadline)
        except BaseException as exc:
            self._pool.cut(talk)
            if isinstance(exc, TimeoutError):
                raise _silent(self._clock.first_byte_s) from None
            raise

    async def _refusal(self, talk: Talk, answer: Opening, deadline: float) -> Reply:
        """Read the body of an answer other than 200, cut at the limit."""
        body = bytearray()
        try:
            while len(body) < ERROR_LIMIT_BYTES and (piece := await talk.piece(deadline)):
                body += piece
        except TimeoutError:
            raise _silent(self._clock.first_byte_s) from None
        headers = {name.decode(): value.decode("latin-1") for name, value in answer.headers}
        del body[ERROR_LIMIT_BYTES:]
        return Reply(status=answer.status, headers=headers, body=bytes(body))

    def _head(self, request: Request) -> Head:
        route = (request.method, request.path, bool(request.body))
        if route not in self._heads:
            headers = {"Host": self._host, **_SAME_FOR_ALL}
            if request.body:
                headers["Content-Type"] = "application/json"
            if len(self._heads) >= _ROUTES:
                self._heads.clear()
            self._heads[route] = Head(
                request.method, self._prefix + request.path, {**headers, **self._auth}
            )
        return self._heads[route]


def _now() -> float:
    return asyncio.get_running_loop().time()


def _silent(limit_s: float) -> BackendSilent:
    return BackendSilent(f"no answer within {limit_s:g} s")
