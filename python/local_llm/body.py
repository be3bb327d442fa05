"""The body of a streamed answer, taken piece by piece when its reader is ready for more.

A pump takes chunks from the HTTP client as long as none of them needs the socket; then it stands
at the gate. Each `read` permits one look at the socket and returns all that came of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, suppress

import msgspec

from local_llm.errors import BackendError, BackendSilent, StreamStalled
from local_llm.gate import GatedStream

FINISH_S = 0.05  # for what follows an end marker, which is a few bytes


class Timeouts(msgspec.Struct, frozen=True, kw_only=True):
    """How long to wait, in seconds: to connect, for the first byte, between two pieces."""

    connect_s: float = 2.0
    first_byte_s: float = 600.0
    idle_s: float = 60.0


class Body:
    """Made by Transport.stream.

    Args:
        chunks: The client's chunks; a failure of theirs is raised by `read`.
        gate: The connection below them.
        clock: How long to wait.
        translated: Turns the client's exceptions into ours.

    """

    def __init__(
        self,
        chunks: AsyncIterator[bytes],
        gate: GatedStream,
        clock: Timeouts,
        translated: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._chunks = chunks
        self._gate = gate
        self._clock = clock
        self._translated = translated
        self._pieces: list[bytes] = []
        self._started = False
        gate.meter()
        self._pump = asyncio.create_task(self._run())

    async def read(self) -> bytes:
        """Return all that is here as one piece, waiting for the first byte of it; b"" at the end.

        Raises: BackendSilent when the first byte, StreamStalled when a later one does not come
            in time; StreamBroken when the connection dies. Bytes before a fault are returned
            first, and the fault is raised by the next call.
        """
        limit_s = self._clock.idle_s if self._started else self._clock.first_byte_s
        try:
            async with asyncio.timeout(limit_s):
                await self._fill()
        except TimeoutError as exc:
            raise self._late(limit_s) from exc
        piece = b"".join(self._pieces)
        self._pieces.clear()
        if not piece:
            with self._translated():
                await self._pump  # it has ended; what ended it is raised here
        self._started = True
        return piece

    async def finish(self, limit_s: float = FINISH_S) -> None:
        """Read on behind the end marker, so that the connection can be kept."""
        with suppress(TimeoutError, BackendError):
            async with asyncio.timeout(limit_s):
                while await self.read():
                    pass

    async def aclose(self) -> None:
        """Stop reading; the response closes the connection, unless it was read to its end."""
        self._pump.cancel()
        await asyncio.gather(self._pump, return_exceptions=True)
        self._gate.free()

    async def _fill(self) -> None:
        """Permit reads until one brings text (a chunk may be cut anywhere), or all has ended."""
        await self._gate.until_dry()
        while not self._pieces and not self._pump.done():
            self._gate.let_one_read()
            await self._gate.until_dry()

    async def _run(self) -> None:
        try:
            async for chunk in self._chunks:
                self._pieces.append(chunk)
        finally:
            self._gate.dry()

    def _late(self, limit_s: float) -> BackendError:
        if self._started:
            return StreamStalled(f"nothing more came for {limit_s:g} s")
        return BackendSilent(f"no answer within {limit_s:g} s")
