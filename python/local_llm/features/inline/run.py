"""One request from its first byte to its end, as texts that are fit to be shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from local_llm.backends.base import Done, Event, Text, Usage
from local_llm.features.inline.seat import Seat
from local_llm.features.inline.shot import Shot
from local_llm.fim import gap
from local_llm.fim.heal import Healed
from local_llm.fim.trim import Place, trim

_MORE_LINES = 2  # read past the longest suggestion: trimming may drop some
_LONGEST = 20_000  # characters of an answer that are worth reading


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """How an answer went. texts: what is shown of it; chars: all of it; times in ms."""

    texts: tuple[str, ...] = ()
    usage: Usage = Usage()
    first_token_ms: float | None = None
    total_ms: float = 0.0
    pieces: int = 0
    chars: int = 0


Emit = Callable[[Finding, bool], None]


class Run:
    """Reads one answer.

    Args:
        seat: Server and model.
        shot: What was asked.
        place: What stands around the cursor.
        emit: Called when the texts have changed, and with True at the end.
        clock: Seconds, monotonic.

    """

    def __init__(
        self, seat: Seat, shot: Shot, place: Place, emit: Emit, clock: Callable[[], float]
    ) -> None:
        self._seat = seat
        self._shot = shot
        self._place = place
        self._emit = emit
        self._clock = clock
        self._healed = [Healed(shot.letters) for _ in range(shot.alternatives)]
        self._raw = [""] * shot.alternatives
        self._ends: dict[int, Done] = {}
        self._shown: tuple[str, ...] = ()
        self._begun = clock()
        self._first: float | None = None
        self._pieces = 0

    async def finding(self) -> Finding:
        """Stream to the end. Raises: BackendError subclasses, Derailed."""
        link, shot = self._seat.link, self._shot
        self._begun = self._clock()
        async with link.transport.stream_quickly(shot.request, link.backend.error) as body:
            decoder = shot.decoder()
            while not self._is_enough():
                data = await body.read()
                if not data:
                    self._take(decoder.finish())
                    break
                self._take(decoder.feed(data))
                self._show(done=False)
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
            total_ms=(self._clock() - self._begun) * 1000,
            pieces=self._pieces,
            chars=sum(map(len, self._raw)),
        )

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
        most = self._seat.settings.complete.max_lines + _MORE_LINES
        if self._place.right.strip():
            most = 1
        return self._all_ended() or all(
            raw.count("\n") >= most or len(raw) > _LONGEST for raw in self._raw
        )

    def _all_ended(self) -> bool:
        return len(self._ends) >= self._shot.alternatives

    def _show(self, *, done: bool) -> None:
        texts = tuple(
            dict.fromkeys(filter(None, (self._trimmed(at, done) for at in range(len(self._raw)))))
        )
        if done or (texts and texts != self._shown):
            self._shown = texts
            self._emit(self.so_far(), done)

    def _trimmed(self, at: int, done: bool) -> str:
        raw, end = self._raw[at], self._ends.get(at)
        if self._shot.chat:
            raw = gap.strip(raw, self._place.left, done=done)
        elif gap.is_talk(raw.lstrip().partition("\n")[0]):
            return ""  # a model that was never trained for it talks about the gap
        family = self._seat.route.family
        return trim(
            raw,
            self._place,
            done=done or end is not None,
            cut=end is not None and end.finish == "length",
            max_lines=self._seat.settings.complete.max_lines,
            stops=family.stops if family else (),
        )
