"""What else may listen on a well-known port: nothing, silence, garbage, a web page.

None of them may ever be sent a POST; `received` and `requests` tell what came.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any, Self

from fakes.script import Script
from fakes.server import FakeServer
from fakes.wire import Exchange, Headers


class _Raw(FakeServer):
    """A listener that speaks no HTTP; `received` holds every byte that came."""

    def __init__(self, script: Script | None = None, **server: Any) -> None:
        super().__init__(script, **server)
        self.received = bytearray()

    async def _take(self, reader: asyncio.StreamReader) -> bool:
        data = await reader.read(1 << 16)
        self.received += data
        self.notify()
        return bool(data)


class SilentListener(_Raw):
    """Accept connections and never say a word."""

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read until the client gives up."""
        while await self._take(reader):
            pass


class GarbageListener(_Raw):
    """Answer whatever comes with bytes that are no HTTP, like a mail or SSH server."""

    banner = b"SSH-2.0-OpenSSH_9.9\r\n\x00\xff\xfe\x01garbage\r\n"

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Send the banner once the client has spoken, then hang up."""
        await self._take(reader)
        writer.write(self.banner)
        await writer.drain()


class HtmlListener(FakeServer):
    """A web server: every path, however odd, is a page with status 200."""

    page = b"<!doctype html><title>Welcome</title><h1>It works!</h1>"

    def head(self, exchange: Exchange, content_type: str, length: int | None) -> Headers:
        """Return a usual web server's headers."""
        return [("Server", "nginx"), *super().head(exchange, content_type, length)]

    async def missing(self, exchange: Exchange) -> None:
        """Answer everything with the page."""
        await self.send_bytes(exchange, 200, "text/html", self.page)


class ClosedPort:
    """A TCP port that refuses connections: bound, so that it stays free, but not listening."""

    def __enter__(self) -> Self:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
