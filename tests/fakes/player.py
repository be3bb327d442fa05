"""Send a streamed answer as a script tells: the pace, and every way to break off."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from fakes.script import Script
from fakes.wire import Exchange, Framing, Headers

_FILL = b"a" * (1 << 16)
_BREATH = 64  # pieces after which a server in a hurry looks whether its client is still there


@dataclass(kw_only=True)
class Frames:
    """The body of a streamed answer, in the dialect's bytes.

    pieces: One for each piece of the answer; the first carries what the dialect opens with.
    progress: Reports of the prompt being read.
    tail: What follows the pieces and is no end marker.
    end: What the dialect ends a stream with; left out by `Script.end_marker`.
    error: What an error in the middle of the stream looks like; it ends the body.
    ping: A comment that keeps the connection alive.
    opening: How a line of the dialect begins, for one that never ends.
    """

    pieces: Sequence[bytes]
    progress: Sequence[bytes] = ()
    tail: Sequence[bytes] = ()
    end: Sequence[bytes] = ()
    error: Sequence[bytes] = field(default_factory=list)
    ping: bytes = b":\n\n"
    opening: bytes = b'data: {"content":"'


@dataclass
class Player:
    """One streamed answer on its way. `released` lets a stalled one go on."""

    exchange: Exchange
    script: Script
    frames: Frames
    released: asyncio.Event
    notify: Callable[[], Any]

    async def play(self, head: Headers, framing: Framing) -> None:
        """Send head and body."""
        exchange, script, frames = self.exchange, self.script, self.frames
        await asyncio.sleep(script.header_delay_s)
        exchange.start(200, head, framing)
        await asyncio.sleep(script.first_byte_delay_s)
        if script.raw is not None:
            await _send_all(exchange, script, [script.raw] if script.raw else [])
            await exchange.end()
            return
        if script.at_once:
            await self._at_once()
            return
        await _send_all(exchange, script, [frames.ping] * script.pings)
        for frame in frames.progress:
            await _send(exchange, script, frame)
            await asyncio.sleep(script.progress_delay_s)
        if await self.pieces():
            await _send_all(exchange, script, frames.tail)
            await _send_all(exchange, script, frames.end if script.end_marker else ())
            await exchange.end()

    async def _at_once(self) -> None:
        frames = self.frames
        for frame in (*frames.progress, *frames.pieces, *frames.tail, *frames.end):
            self.exchange.hold(frame)
        self.exchange.request.sent_ns += [time.monotonic_ns()] * len(frames.pieces)
        await self.exchange.end()
        self.notify()

    async def pieces(self) -> bool:
        """Send the pieces at their pace; False when a fault ended the answer."""
        gap_s = 1 / self.script.tokens_per_second if self.script.tokens_per_second else 0.0
        start_s = time.monotonic()
        for number, frame in enumerate(self.frames.pieces):
            if await self._fault(number):
                return False
            # Deadlines count from the start: a late wake-up is made up for by the next piece.
            delay_s = start_s + number * gap_s - time.monotonic()
            if delay_s > 0 or number % _BREATH == _BREATH - 1:
                await self.exchange.drain()
                await asyncio.sleep(max(0.0, delay_s))
            self.exchange.request.sent_ns.append(time.monotonic_ns())
            if gap_s and not self.script.drip:
                self.exchange.hold(frame)  # what is due at the same time leaves in one write
            else:
                await _send(self.exchange, self.script, frame)
                self.notify()
        self.notify()
        return not await self._fault(len(self.frames.pieces), last=True)

    async def _fault(self, number: int, *, last: bool = False) -> bool:
        def due(after: int | None) -> bool:
            return after is not None and (after == number or (last and after > number))

        script = self.script
        if due(script.stall_after):
            self.notify()
            await self.exchange.drain()
            await self.released.wait()
        if due(script.long_line_after):
            await self._endless_line()
        elif due(script.die_after):
            await self.exchange.kill(script.die_by)
        elif due(script.error_after):
            await _send_all(self.exchange, script, self.frames.error)
            await self.exchange.end()
        else:
            return False
        return True

    async def _endless_line(self) -> None:
        self.exchange.send(self.frames.opening)
        for _ in range(self.script.long_line_bytes // len(_FILL)):
            self.exchange.send(_FILL)
            await self.exchange.drain()
        await self.exchange.end()


async def _send_all(exchange: Exchange, script: Script, frames: Sequence[bytes]) -> None:
    for frame in frames:
        await _send(exchange, script, frame)


async def _send(exchange: Exchange, script: Script, frame: bytes) -> None:
    if script.drip:
        for at in range(len(frame)):
            exchange.send(frame[at : at + 1])
            await asyncio.sleep(0)
    else:
        exchange.send(frame)
    await exchange.drain()
