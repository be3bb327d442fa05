"""The edge to model servers: requests go out over HTTP, replies and byte streams come back.

The only user of httpx for model servers; its exceptions end here. Environment proxies are
ignored and redirects never followed, because either could carry code off the machine.

A body is pulled, never pushed (body.py): nothing is read from the socket while the caller is busy,
so what arrives meanwhile waits in the kernel and comes as one piece. An editor that draws every
10 ms then costs a hundred reads a second, not two thousand.

Inline completion asks through `stream_quickly`: on this machine without httpx (see quick.py).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
)
from typing import Any, TypeVar

import httpcore
import httpx

from local_llm.backends.base import Plan, Reply, Request
from local_llm.body import Body, Timeouts
from local_llm.errors import (
    BackendError,
    BackendSilent,
    BackendUnreachable,
    BadStream,
    StreamBroken,
    placed,
)
from local_llm.gate import GatedBackend, Resolve, look_up
from local_llm.quick import ERROR_LIMIT_BYTES, QuickBody, QuickClient, reaches
from local_llm.quick_pool import KEEP_ALIVE_S

T = TypeVar("T")

REPLY_LIMIT_BYTES = 64 << 20  # Ollama's verbose /api/show carries a whole vocabulary
CONNECTIONS = 32


class Transport:
    """One model server's connections.

    Args:
        base_url: Scheme, host, port and path prefix, without a final slash.
        socket: Path of a unix socket to use instead of the host and port, or None.
        ca_file: Certificate file for an https host with its own authority, or None.
        timeouts: See Timeouts.
        where: The address as it is shown to the user.
        resolve: Looks names up, once for each connection; what it answers is judged.
    """

    def __init__(
        self,
        base_url: str,
        *,
        socket: str | None = None,
        ca_file: str | None = None,
        timeouts: Timeouts | None = None,
        where: str = "",
        resolve: Resolve = look_up,
    ) -> None:
        self.where = where or base_url
        self._timeouts = timeouts or Timeouts()
        self._auth: Mapping[str, str] = {}
        self._client = httpx.AsyncClient(
            base_url=base_url,
            transport=_GatedTransport(_tls(base_url, ca_file), socket, resolve),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(None, connect=self._timeouts.connect_s),
            headers={"accept-encoding": "identity", "user-agent": "local-llm.nvim"},
        )
        self._quick: QuickClient | None = None
        if reaches(base_url, socket):
            self._quick = QuickClient(
                base_url, socket=socket, where=self.where, timeouts=self._timeouts
            )

    def use_auth(self, headers: Mapping[str, str]) -> None:
        """Send `headers` from now on; called once the server is identified, never before."""
        self._auth = dict(headers)
        if self._quick is not None:
            self._quick.use_auth(headers)

    async def aclose(self) -> None:
        """Close every connection."""
        if self._quick is not None:
            await self._quick.aclose()
        await self._client.aclose()

    async def fetch(self, request: Request, *, timeout_s: float) -> Reply:
        """Return the whole answer to `request`, whatever its status.

        Raises: BackendUnreachable, BackendSilent after `timeout_s`, BadStream for a body over
            64 MiB or bytes that are not HTTP, StreamBroken for one that was cut short,
            HostRefused where the host's name leads to where it must not.
        """
        try:
            async with asyncio.timeout(timeout_s), self._open(request) as response:
                return await _whole(response, self.where)
        except TimeoutError as exc:
            raise BackendSilent(f"no answer within {timeout_s:g} s", where=self.where) from exc

    async def run(self, plan: Plan[T], *, timeout_s: float) -> T:
        """Drive a plan to its result; a request that gets no answer is answered None.

        Args:
            timeout_s: For each round of requests, which run at the same time.
        Raises: what the plan raises.
        """
        replies: Sequence[Reply | None] | None = None
        while True:
            try:
                with placed(self.where):
                    requests = next(plan) if replies is None else plan.send(replies)
            except StopIteration as stop:
                result: T = stop.value
                return result
            replies = await asyncio.gather(*(self._try(r, timeout_s) for r in requests))

    async def _try(self, request: Request, timeout_s: float) -> Reply | None:
        try:
            return await self.fetch(request, timeout_s=timeout_s)
        except BackendError:
            return None

    @asynccontextmanager
    async def stream(
        self, request: Request, on_error: Callable[[Reply], BackendError]
    ) -> AsyncIterator[Body]:
        """Send `request` and hand over its body; leaving early closes the socket.

        Closing is how a request is cancelled: every server stops generating then.
        Raises: what `on_error` makes of a status other than 200, and as `fetch` and `Body`.
        """
        clock = self._timeouts
        try:
            async with asyncio.timeout(clock.first_byte_s) as deadline:
                async with self._open(request) as response:
                    if response.status_code != httpx.codes.OK:
                        raise on_error(await _whole(response, self.where, ERROR_LIMIT_BYTES))
                    deadline.reschedule(None)
                    gate = response.extensions["network_stream"]
                    body = Body(response.aiter_raw(), gate, clock, _translation(self.where))
                    try:
                        yield body
                    finally:
                        await body.aclose()
        except TimeoutError as exc:
            raise BackendSilent(
                f"no answer within {clock.first_byte_s:g} s", where=self.where
            ) from exc

    def stream_quickly(
        self, request: Request, on_error: Callable[[Reply], BackendError]
    ) -> AbstractAsyncContextManager[QuickBody | Body]:
        """Stream as `stream` does, with less time spent on the way where the server is local."""
        if self._quick is not None:
            return self._quick.stream(request, on_error)
        return self.stream(request, on_error)

    def prepare(self) -> None:
        """Have a connection ready for the next `stream_quickly` (see QuickClient.prepare)."""
        if self._quick is not None:
            self._quick.prepare()

    @asynccontextmanager
    async def _open(self, request: Request) -> AsyncIterator[httpx.Response]:
        """Send, once more where a kept connection turns out to be dead before its first byte."""
        with placed(self.where), _translated(self.where):
            response = await self._send(request)
            try:
                yield response
            finally:
                await response.aclose()

    async def _send(self, request: Request) -> httpx.Response:
        fresh = _FreshConnection()
        try:
            return await self._client.send(self._build(request, fresh), stream=True)
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
            if fresh.opened:
                raise
        return await self._client.send(self._build(request, fresh), stream=True)

    def _build(self, request: Request, trace: _FreshConnection) -> httpx.Request:
        headers = dict(self._auth)
        if request.body:
            headers["content-type"] = "application/json"
        return self._client.build_request(
            request.method,
            request.path,
            content=request.body or None,
            headers=headers,
            extensions={"trace": trace},
        )


class _GatedTransport(httpx.AsyncHTTPTransport):
    """httpx's transport on a pool whose connections have gates."""

    def __init__(self, tls: ssl.SSLContext | None, socket: str | None, resolve: Resolve) -> None:
        super().__init__(verify=False, trust_env=False)
        # The parent takes no network backend; its pool, which has made no connection, is replaced.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            uds=socket,
            max_connections=CONNECTIONS,
            keepalive_expiry=KEEP_ALIVE_S,
            network_backend=GatedBackend(resolve),
        )


class _FreshConnection:
    """Notes whether a request opened a connection of its own (httpcore's trace extension)."""

    opened = False

    async def __call__(self, event: str, _info: Mapping[str, Any]) -> None:
        if event.startswith("connection.connect_") and event.endswith(".started"):
            self.opened = True


def _tls(base_url: str, ca_file: str | None) -> ssl.SSLContext | None:
    """Return what an https host is verified with; making it costs 20 ms, so not for plain http."""
    if base_url.startswith("http:"):
        return None
    return ssl.create_default_context(cafile=ca_file)


async def _whole(
    response: httpx.Response, where: str, limit_bytes: int = REPLY_LIMIT_BYTES
) -> Reply:
    """Read a whole body; one over the limit is cut for an error, refused otherwise."""
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > limit_bytes:
            if response.status_code == httpx.codes.OK:
                raise BadStream(f"the reply is over {limit_bytes >> 20} MiB", where=where)
            break
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(status=response.status_code, headers=headers, body=bytes(body[:limit_bytes]))


def _translation(where: str) -> Callable[[], AbstractContextManager[None]]:
    return lambda: _translated(where)


@contextmanager
def _translated(where: str) -> Iterator[None]:
    """Translate every httpx failure; nothing above this module knows httpx."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout) as exc:
        raise BackendUnreachable("no model server answers", where=where) from exc
    except (httpx.ReadError, httpx.WriteError, httpx.CloseError) as exc:
        raise StreamBroken("the server closed the connection", where=where) from exc
    except httpx.RemoteProtocolError as exc:
        raise _protocol_error(str(exc), where) from exc
    except (httpx.HTTPError, httpx.InvalidURL) as exc:
        raise BackendError(f"the request failed: {type(exc).__name__}", where=where) from exc


def _protocol_error(text: str, where: str) -> BackendError:
    # httpcore's own sentences; the server's bytes are not in them.
    if "disconnected" in text or "closed connection" in text or "incomplete" in text:
        return StreamBroken("the server closed the connection too early", where=where)
    return BadStream("what listens there does not speak HTTP", where=where)
