"""HTTP/1.1 for the fakes: h11 reads requests, responses are written by hand.

By hand, because a fake must be able to break every rule: cut a chunk, leave out the last one,
send a head and nothing else.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal

import h11

Headers = Sequence[tuple[str, str]]
Framing = Literal["chunked", "close"]


@dataclass
class Recorded:
    """One request as it arrived, and what became of its answer.

    `at_s` and `disconnected_s` are `time.monotonic()`; `sent_ns` holds `time.monotonic_ns()`
    taken just before each piece was written. `prompt_tokens` is the size of the prompt, and
    `evaluated` what of it was not in the slot's cache (llama.cpp; None elsewhere).
    """

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    at_s: float
    status: int = 0
    sent_ns: list[int] = field(default_factory=list)
    finished: bool = False
    disconnected_s: float | None = None
    prompt_tokens: int | None = None
    evaluated: int | None = None

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """What stands behind the question mark."""
        return self.target.partition("?")[2]

    @property
    def json(self) -> Any:
        """The decoded body; None where there is none or it is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


async def read_request(
    reader: asyncio.StreamReader, buffered: bytes
) -> tuple[Recorded, bytes] | None:
    """Return the next request and the bytes behind it, or None at the end of the connection.

    Raises h11.RemoteProtocolError for bytes that are no HTTP.
    """
    parser = h11.Connection(h11.SERVER)
    head: h11.Request | None = None
    body = bytearray()
    if buffered:
        parser.receive_data(buffered)
    while True:
        event = parser.next_event()
        if event is h11.NEED_DATA:
            data = await reader.read(1 << 16)
            if not data and head is None and not parser.trailing_data[0]:
                return None
            parser.receive_data(data)
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            return _recorded(head, bytes(body)), parser.trailing_data[0]
        else:
            return None


def _recorded(head: h11.Request, body: bytes) -> Recorded:
    return Recorded(
        method=head.method.decode(),
        target=head.target.decode(),
        headers={name.decode().lower(): value.decode("latin-1") for name, value in head.headers},
        body=body,
        at_s=time.monotonic(),
    )


def head_bytes(status: int, headers: Iterable[tuple[str, str]]) -> bytes:
    """Return a status line and headers, spelled and ordered as given."""
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class Exchange:
    """One request and the way to answer it, politely or not."""

    def __init__(self, request: Recorded, writer: asyncio.StreamWriter) -> None:
        self.request = request
        self.closing = request.headers.get("connection", "").lower() == "close"
        self._writer = writer
        self._chunked = False
        self._held: list[bytes] = []

    async def reply(self, status: int, headers: Headers, body: bytes) -> None:
        """Send a whole answer; `headers` are complete."""
        self.request.status = status
        self._writer.write(head_bytes(status, headers) + body)
        await self._writer.drain()

    def start(self, status: int, headers: Headers, framing: Framing) -> None:
        """Send the head of a streamed answer; `headers` may lack what names the framing."""
        self.request.status = status
        self._chunked = framing == "chunked"
        if not self._chunked:
            self.closing = True
        elif not any(name.lower() == "transfer-encoding" for name, _ in headers):
            headers = [*headers, ("Transfer-Encoding", "chunked")]
        self._writer.write(head_bytes(status, headers))

    def send(self, data: bytes) -> None:
        """Send one piece of a streamed body, as one chunk."""
        self.hold(data)
        self._flush()

    def hold(self, data: bytes) -> None:
        """Send one piece together with the next ones; `drain` sends at the latest."""
        self._held.append(b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data)

    async def drain(self) -> None:
        """Send what is held and wait until the client has room for more."""
        self._flush()
        await self._writer.drain()

    async def end(self) -> None:
        """End a streamed body as HTTP wants it."""
        if self._chunked:
            self._held.append(b"0\r\n\r\n")
        await self.drain()

    def _flush(self) -> None:
        if self._held:
            self._writer.write(b"".join(self._held))
            self._held.clear()

    async def kill(self, by: Literal["close", "reset"]) -> None:
        """Cut the connection: FIN, or RST."""
        self.closing = True
        await self.drain()
        if by == "reset":
            sock = self._writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._writer.transport.abort()
        else:
            self._writer.close()
