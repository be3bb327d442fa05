"""HTTP on one connection of the fast path; h11 makes the heads and reads the answers."""

from __future__ import annotations

from collections.abc import Mapping

import h11

from local_llm.errors import BackendError, BadStream, StreamBroken
from local_llm.quick_wire import Wire

HEAD_LIMIT_BYTES = 64 << 10
_OPENING = b"HTTP/1."
# How h11 reads an answer depends on nothing in the request (but HEAD and CONNECT, which we never
# send). So it is told of this one while nobody waits: 17 us warm, 97 us after a pause.
_SOME_REQUEST = h11.Request(method="GET", target="/", headers=[("Host", "localhost")])
_NO_BODY = h11.EndOfMessage()


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


class Talk:
    """Requests and answers on a wire, one after the other.

    complete: Whether the answer has come to its end.
    """

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.complete = False
        self._http = h11.Connection(h11.CLIENT, HEAD_LIMIT_BYTES)
        self._expect()

    async def ask(self, request: bytes, deadline: float) -> h11.Response:
        """Send a request and return the head of its answer; interim ones (100) are passed over.

        Args:
            deadline: The loop's time.
        Raises: TimeoutError at the deadline, StreamBroken, BadStream.
        """
        self.wire.send(request)
        while True:
            event = self._next()
            if isinstance(event, h11.Response):
                return event
            if event is h11.NEED_DATA:
                await self._more(deadline)
                self._check_opening()

    async def piece(self, deadline: float) -> bytes:
        """Return all of the body that is here, waiting for its first byte; b"" at the end.

        Raises: as `ask`; what came before a fault is returned first, and the next call raises.
        """
        pieces: list[bytes] = []
        self._feed()
        while not self.complete:
            try:
                event = self._next()
            except BackendError:
                if pieces:
                    break  # h11 stays in its error and raises again
                raise
            if isinstance(event, h11.Data):
                pieces.append(event.data)
            elif isinstance(event, h11.EndOfMessage):
                self.complete = True
            elif pieces:
                break
            else:
                await self._more(deadline)
        return b"".join(pieces)

    def renew(self) -> bool:
        """Get ready for another request; False when this connection cannot take one."""
        if not self.complete or not self.wire.quiet() or self._http.trailing_data[0]:
            return False
        try:
            self._http.start_next_cycle()
        except h11.LocalProtocolError:  # the server said that it will close
            return False
        self._expect()
        return True

    def _expect(self) -> None:
        self.complete = False
        self._opened = False
        self._http.send(_SOME_REQUEST)
        self._http.send(_NO_BODY)

    async def _more(self, deadline: float) -> None:
        if not await self.wire.wait(deadline):
            raise TimeoutError
        self._feed()

    def _feed(self) -> None:
        """Give h11 what has arrived; the end only when all before it was given."""
        data = self.wire.take()
        if data or self.wire.ended:
            self._http.receive_data(data)

    def _check_opening(self) -> None:
        """Refuse another protocol at its first bytes; h11 would wait for the end of a head."""
        if not self._opened:
            opening = self._http.trailing_data[0][: len(_OPENING)]
            if not _OPENING.startswith(opening):
                raise _no_http()
            self._opened = opening == _OPENING

    def _next(self) -> type[h11.NEED_DATA | h11.PAUSED] | h11.Event:
        try:
            return self._http.next_event()
        except h11.RemoteProtocolError:
            # Not `from exc`: h11 quotes the server's bytes, which may be anybody's text.
            if self._http.trailing_data[1]:
                raise StreamBroken("the server closed the connection too early") from None
            raise _no_http() from None


def _no_http() -> BadStream:
    return BadStream("what listens there does not speak HTTP")
