"""A network stream whose reads need a permit, so that a body is taken when its reader is ready.

Whoever reads a body ahead waits for the socket, and then every segment wakes the process: 0.5 ms
of CPU each, measured at 200 tokens a second, where the rest of a token costs 0.3. With a permit
for each read, what arrives meanwhile waits in the kernel and comes as one.

Connections begin here, too: a name is looked up once for each of them, its addresses are judged
(guard/resolved.py), and the HTTP client's network code gets addresses only. It cannot look the name
up again and be told another one; whose certificate it is, TLS still checks by the name.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import httpcore

from local_llm.guard.resolved import checked, unasked

SocketOptions = Iterable[Any] | None
# From a name and a port to the addresses that the name has, best first. Raises OSError.
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


async def look_up(name: str, port: int) -> list[str]:
    """Ask the system's resolver. Raises OSError where it knows no address."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return [str(place[0]) for *_, place in found]


class GatedStream(httpcore.AsyncNetworkStream):
    """Another stream whose reads can be metered; at first they are not."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self._metered = False
        self._permit = asyncio.Event()
        self._dry = asyncio.Event()

    def meter(self) -> None:
        """From now on each read needs a permit."""
        self._metered = True
        self._permit.clear()
        self._dry.clear()

    def free(self) -> None:
        """Let all reads through again: the connection may serve another request."""
        self._metered = False
        self._permit.set()

    def let_one_read(self) -> None:
        """Permit one read."""
        self._dry.clear()
        self._permit.set()

    def dry(self) -> None:
        """Say, from the reader's side, that no read will follow."""
        self._dry.set()

    async def until_dry(self) -> None:
        """Wait until all bytes read so far were asked for: the next would need a permit."""
        await self._dry.wait()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """Read from the socket once that is permitted."""
        if self._metered:
            if not self._permit.is_set():
                self._dry.set()
                await self._permit.wait()
            self._permit.clear()
        return await self._inner.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Write to the socket."""
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the socket."""
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
    ) -> httpcore.AsyncNetworkStream:
        """Return the encrypted stream, gated as well."""
        return GatedStream(await self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        """Return what httpcore asks of the socket."""
        return self._inner.get_extra_info(info)


class GatedBackend(httpcore.AsyncNetworkBackend):
    """Connects to judged addresses only, and gates what it gets.

    Args:
        resolve: Looks names up.
        inner: Connects to addresses; None = as httpcore does by itself.

    """

    def __init__(
        self, resolve: Resolve = look_up, inner: httpcore.AsyncNetworkBackend | None = None
    ) -> None:
        self._resolve = resolve
        self._inner = inner or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: SocketOptions = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to a host. Raises HostRefused where its name leads to where it must not."""
        deadline = None if timeout is None else time.monotonic() + timeout
        addresses = await self._addresses(host, port, timeout)
        for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            share_s = None if deadline is None else max(0.0, deadline - time.monotonic()) / left
            try:
                stream = await self._inner.connect_tcp(
                    address, port, share_s, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if left == 1:
                    raise
            else:
                return GatedStream(stream)
        raise httpcore.ConnectError("the name has no address")

    async def _addresses(self, host: str, port: int, limit_s: float | None) -> Sequence[str]:
        """Return where to connect to. Raises HostRefused, and httpcore's errors."""
        known = unasked(host)
        if known:
            return known
        try:
            async with asyncio.timeout(limit_s):
                answers = await self._resolve(host, port)
        except TimeoutError as exc:
            raise httpcore.ConnectTimeout("the name was not looked up in time") from exc
        except OSError as exc:
            raise httpcore.ConnectError("the name is not known") from exc
        return checked(host, answers)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        socket_options: SocketOptions = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to a unix socket."""
        return GatedStream(await self._inner.connect_unix_socket(path, timeout, socket_options))

    async def sleep(self, seconds: float) -> None:
        """Wait between httpcore's retries, of which there are none."""
        await self._inner.sleep(seconds)
