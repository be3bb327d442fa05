"""HTTP on one connection of the fast path; h11 checks the heads, httptools reads the answers.

h11 could read them, too, in 0.25 ms more an answer: it is all Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import h11
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from local_llm.errors import BackendError, BadStream, StreamBroken
from local_llm.quick_wire import Wire

HEAD_LIMIT_BYTES = 64 << 10  # also of the line before a chunk, and of what follows the last one
_STEP_BYTES = 16 << 10  # so much is read between two looks at the limit
_FINAL = 200  # statuses below are interim
_VERSIONS = ("1.0", "1.1")


class Head:
    """The head of all requests to one route, written and checked by h11; the length is added.

    Raises: BackendError, when h11 refuses a header (a key with a line break in it).
    """

    def __init__(self, method: str, target: str, headers: Mapping[str, str]) -> None:
        try:
            event = h11.Request(method=method, target=target, headers=list(headers.items()))
        except (h11.LocalProtocolError, ValueError) as exc:
            # Not `from exc`: h11 quotes the header, which may be the key.
            raise BackendError(f"the request failed: {type(exc).__name__}") from None
        self._start = h11.Connection(h11.CLIENT).send(event).removesuffix(b"\r\n")

    def with_body(self, body: bytes) -> bytes:
        """Return the whole request."""
        return b"%bContent-Length: %d\r\n\r\n%b" % (self._start, len(body), body)


class Opening(NamedTuple):
    """The head of an answer; header names in lower case."""

    status: int
    headers: list[tuple[bytes, bytes]]


class Talk:
    """Requests and answers on a wire, one after the other."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self._answer = _Answer()

    async def ask(self, request: bytes, deadline: float) -> Opening:
        """Send a request and return the head of its answer; interim ones (100) are passed over.

        Args:
            deadline: The loop's time.
        Raises: TimeoutError at the deadline, StreamBroken, BadStream.
        """
        self.wire.send(request)
        answer = self._answer
        while answer.opening is None:
            await self._more(deadline)
        return answer.opening

    async def piece(self, deadline: float) -> bytes:
        """Return all of the body that is here, waiting for its first byte; b"" at the end.

        Raises: as `ask`; what came before a fault is returned first, and the next call raises.
        """
        answer = self._answer
        self._feed()
        while not (answer.body or answer.complete):
            await self._more(deadline)
        data = b"".join(answer.body)
        answer.body.clear()
        return data

    def renew(self) -> bool:
        """Get ready for another request; False when this connection cannot take one."""
        if not self._answer.leaves_open() or not self.wire.quiet():
            return False
        self._answer = _Answer()
        return True

    async def _more(self, deadline: float) -> None:
        if self._answer.fault is not None:
            raise self._answer.fault
        if not await self.wire.wait(deadline):
            raise TimeoutError
        self._feed()

    def _feed(self) -> None:
        """Read what has arrived; the end only when all before it was read."""
        data = self.wire.take()
        if data:
            self._answer.feed(data)
        elif self.wire.ended:
            self._answer.end()


class _Answer:
    """One answer as far as it was read; httptools calls the methods that begin with `on_`.

    body: What has not been taken yet.
    fault: Why no more can be read.
    """

    def __init__(self) -> None:
        self.opening: Opening | None = None
        self.body: list[bytes] = []
        self.complete = False
        self.fault: BackendError | None = None
        self._parser = HttpResponseParser(self)
        self._headers: list[tuple[bytes, bytes]] = []
        self._came = False
        self._between = 0  # bytes since the last head or piece of the body
        self._stays = False  # the connection, as far as the head tells
        self._too_much = False

    def feed(self, data: bytes) -> None:
        """Read what has come."""
        for start in range(0, len(data), _STEP_BYTES):
            if self.complete or self.fault is not None:
                self._too_much = True
                return
            self._step(data[start : start + _STEP_BYTES])

    def _step(self, data: bytes) -> None:
        foreign = not self._came and data[:1] != b"H"  # the parser would pass over empty lines
        self._came = True
        self._between += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            foreign = True  # not raised from the error: it may quote the server's bytes
        if foreign or self._between > HEAD_LIMIT_BYTES:
            self._too_much, self.fault = self.complete, _no_http()

    def end(self) -> None:
        """Note that the server has closed; without a length that is the end of the body."""
        if self.opening is not None and not _has_length(self.opening):
            self.complete = True
        elif not self.complete and self.fault is None:
            self.fault = StreamBroken("the server closed the connection too early")

    def leaves_open(self) -> bool:
        """Tell whether another request may follow."""
        return self.complete and self._stays and not self._too_much

    def on_message_begin(self) -> None:
        """Begin; behind the end it is an answer that nobody has asked for."""
        self._too_much = self.complete

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; those behind the body are nobody's business."""
        if self.opening is None:
            self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Note the head."""
        status, version = self._parser.get_status_code(), self._parser.get_http_version()
        headers, self._headers, self._between = self._headers, [], 0
        if version not in _VERSIONS or not _is_readable(headers):
            self.fault = _no_http()
        elif status >= _FINAL and self.opening is None:
            self.opening = Opening(status, headers)
            self._stays = version != "1.0" and self._parser.should_keep_alive()

    def on_body(self, data: bytes) -> None:
        """Keep a piece."""
        self._between = 0
        if not self.complete:
            self.body.append(data)

    def on_message_complete(self) -> None:
        """Note the end, unless the answer is still to come."""
        self.complete = self.opening is not None


def _has_length(opening: Opening) -> bool:
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in opening.headers)


def _is_readable(headers: list[tuple[bytes, bytes]]) -> bool:
    """Tell whether the body comes as it is or in chunks; any other coding would look like text."""
    codings = [value for name, value in headers if name == b"transfer-encoding"]
    return all(coding.strip().lower() == b"chunked" for coding in codings)


def _no_http() -> BadStream:
    return BadStream("what listens there does not speak HTTP")
