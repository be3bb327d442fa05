"""One request from its first byte to its end, as texts that are fit to be shown."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from functools import cached_property

import msgspec

from local_llm.backends.base import Done, Event, Text, Usage
from local_llm.features.inline.intake import place_of
from local_llm.features.inline.seat import Seat
from local_llm.features.inline.shot import Shot
from local_llm.fim import gap
from local_llm.fim.heal import Healed
from local_llm.fim.ticket import Ticket
from local_llm.fim.trim import Place, trim

_MORE_LINES = 2  # read past the longest suggestion: trimming may drop some
_FENCE = re.compile(r"^\s*(?:```|~~~)", re.MULTILINE)  # only a chat model puts code into one
_LONGEST = 20_000  # characters of an answer that are worth reading


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """How an answer went. texts: what is shown of it; chars: all of it."""

    texts: tuple[str, ...] = ()
    usage: Usage = Usage()
    first_token_ms: float | None = None
    pieces: int = 0
    chars: int = 0

    @property
    def evaluated(self) -> int | None:
        """The prompt tokens that the server had to read; None where it does not tell."""
        usage = self.usage
        if usage.prompt_tokens is None:
            return None
        return usage.prompt_tokens - (usage.cached_tokens or 0)

    def figures(self) -> str:
        """Return the figures of an answer, such as "12 ms · 8 tokens · prompt 3 of 700"."""
        usage, parts = self.usage, []
        if self.first_token_ms is not None:
            parts.append(f"{self.first_token_ms:.0f} ms")
        if usage.answer_tokens is not None:
            parts.append(f"{usage.answer_tokens} tokens")
        if usage.prompt_tokens is not None:
            parts.append(f"prompt {self.evaluated} of {usage.prompt_tokens}")
        return " · ".join(parts)


Emit = Callable[[Finding, bool], None]


class Run:
    """Reads one answer.

    Args:
        seat: Server and model.
        shot: What was asked.
        ticket: The place.
        emit: Called when the texts have changed, and with True at the end.
        clock: Seconds, monotonic.

    """

    def __init__(
        self, seat: Seat, shot: Shot, ticket: Ticket, emit: Emit, clock: Callable[[], float]
    ) -> None:
        self.seat = seat
        self._shot = shot
        self._ticket = ticket
        self._stops = seat.route.family.reserved() if seat.route.family else ()
        self._emit = emit
        self._clock = clock
        self._healed = [Healed(shot.letters) for _ in range(shot.alternatives)]
        self._raw = [""] * shot.alternatives
        self._ends: dict[int, Done] = {}
        self._shown: tuple[str, ...] = ()
        self._begun = clock()
        self._first: float | None = None
        self._pieces = 0

    def sent(self) -> str:
        """Return the request's body, in JSON."""
        return self._shot.request.body.decode("utf-8", "replace")

    @property
    def ticket_id(self) -> int:
        """Who asked."""
        return self._ticket.id

    async def finding(self) -> Finding:
        """Stream to the end. Raises: BackendError subclasses, Derailed."""
        link, shot = self.seat.link, self._shot
        self._begun = self._clock()
        # What trimming looks at is made while the server thinks: the key waits for the request.
        asyncio.get_running_loop().call_soon(getattr, self, "_surroundings")
        async with link.transport.stream_quickly(shot.request, link.backend.error) as body:
            decoder = shot.decoder()
            while data := await body.read():
                self._take(decoder.feed(data))
                if self._is_enough():
                    break
                self._show(done=False)
                # llama.cpp closes a connection behind each answer: open the next one meanwhile.
                link.transport.prepare()
            else:
                self._take(decoder.finish())
            self._show(done=True)
            if self._all_ended():
                await body.finish()
        return self.so_far()

    def so_far(self) -> Finding:
        """Return what has come, also of an answer that broke off."""
        first = None if self._first is None else (self._first - self._begun) * 1000
        end = next(iter(self._ends.values()), Done())
        return Finding(
            texts=self._shown,
            usage=end.usage,
            first_token_ms=first,
            pieces=self._pieces,
            chars=sum(map(len, self._raw)),
        )

    @cached_property
    def _surroundings(self) -> tuple[Place, bool]:
        """The place, and whether prose belongs there."""
        ticket = self._ticket
        return place_of(ticket), gap.takes_prose(ticket.left, ticket.filetype)

    def _take(self, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case Text():
                    self._text(event)
                case Done():
                    self._ends[event.index] = event

    def _text(self, event: Text) -> None:
        if self._first is None:
            self._first = self._clock()
        self._pieces += 1
        if event.index < len(self._raw):
            self._raw[event.index] += self._healed[event.index].feed(event.text)

    def _is_enough(self) -> bool:
        """Tell whether nothing of what may still come would be shown."""
        if self._all_ended():
            return True
        most = 1 if self._ticket.right.strip() else self.seat.settings.complete.max_lines
        lines = (self._said(at, done=False).count("\n") for at in range(len(self._raw)))
        return all(
            count >= most + _MORE_LINES or len(raw) > _LONGEST
            for count, raw in zip(lines, self._raw, strict=True)
        )

    def _all_ended(self) -> bool:
        return len(self._ends) >= self._shot.alternatives

    def _show(self, *, done: bool) -> None:
        trimmed = (self._trimmed(at, done=done) for at in range(len(self._raw)))
        texts = tuple(dict.fromkeys(filter(None, trimmed)))
        if done or (texts and texts != self._shown):
            self._shown = texts
            self._emit(self.so_far(), done)

    def _said(self, at: int, *, done: bool) -> str:
        """Return an answer without a chat model's talk about it."""
        raw, ticket = self._raw[at], self._ticket
        if self._shot.chat or (_FENCE.search(raw) and ticket.filetype != "markdown"):
            return gap.strip(raw, ticket.before, done=done, filetype=ticket.filetype)
        first = raw.lstrip().partition("\n")[0]
        return "" if gap.is_talk(first, prose=self._surroundings[1]) else raw

    def _trimmed(self, at: int, *, done: bool) -> str:
        end = self._ends.get(at)
        done = done or end is not None
        return trim(
            self._said(at, done=done),
            self._surroundings[0],
            done=done,
            cut=end is not None and end.finish == "length",
            max_lines=self.seat.settings.complete.max_lines,
            stops=self._stops,
        )
