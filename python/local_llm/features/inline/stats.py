"""What completion did, as numbers that add up: one set of counts for each model.

Everything is a sum, so that what several editors counted can be added in any order. Times are
therefore no list of samples but a histogram, whose size is bounded.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Kind = Literal["shown", "all", "line", "word", "typed", "dismissed"]

_SHORTEST_MS = 0.1
_STEP = math.log(1.05)
_LAST = math.ceil(math.log(600_000 / _SHORTEST_MS) / _STEP)  # ten minutes
_MOST_MODELS = 32
_LONGEST_NAME = 200

# Bounds, so that a damaged file is known for one.
Count = Annotated[int, Meta(ge=0, le=2**53)]
_Bucket = Annotated[int, Meta(ge=0, le=_LAST)]
_Moment = Annotated[float, Meta(ge=0, le=1e11)]


class Times(msgspec.Struct):
    """Times as a histogram: a bucket is 5 % wider than the one before it.

    counts: How many times fell into a bucket, by its number.
    """

    counts: dict[_Bucket, Count] = {}

    def note(self, ms: float) -> None:
        """Count one time; what is no time is left out."""
        if not 0 <= ms < math.inf:
            return
        bucket = round(math.log(max(ms, _SHORTEST_MS) / _SHORTEST_MS) / _STEP)
        self._put(min(bucket, _LAST), 1)

    def add(self, other: Times) -> None:
        """Take in what another one counted."""
        for bucket, count in other.counts.items():
            self._put(bucket, count)

    def percentile(self, percent: int) -> float | None:
        """Return the ms that so many of a hundred do not exceed, right to 2.5 %; None = no times.

        The nearest rank: a time that was met, not one between two.
        """
        rank = max(1, math.ceil(sum(self.counts.values()) * percent / 100))
        for bucket, count in sorted(self.counts.items()):
            rank -= count
            if rank <= 0:
                return _SHORTEST_MS * math.exp(bucket * _STEP)
        return None

    def _put(self, bucket: int, count: int) -> None:
        self.counts[bucket] = self.counts.get(bucket, 0) + count


class Counts(msgspec.Struct, kw_only=True):
    """What one model did.

    since, last: Seconds since 1970 of the first and the last count; 0 = nothing was counted.
    keys: Keys (or commands) that asked; some of them are answered without a request.
    requests, ahead, warmed: Requests for a key, for what a key may ask next, and to let the
        server read a prompt. cut_short: those of the first two that were given up before the
        answer's end, as a rule for a newer key.
    shown, dismissed: Suggestions. taken: those of which something was accepted.
    all, line, word: Acceptances by kind; each is one key.
    accepted_chars, typed_chars: Characters that came from suggestions, by such a key or typed.
    prompt_tokens: What the server had to read for answers that came to their end, without what
        it had in its cache. early_tokens: those among them that no key was waiting for.
    answer_tokens, answer_chars: What was generated, shown or not, also for answers cut short.
    first_token: From sending a request to the first token. screen: From asking to drawing.
    """

    since: _Moment = 0.0
    last: _Moment = 0.0
    keys: Count = 0
    requests: Count = 0
    ahead: Count = 0
    warmed: Count = 0
    cut_short: Count = 0
    shown: Count = 0
    taken: Count = 0
    all: Count = 0
    line: Count = 0
    word: Count = 0
    dismissed: Count = 0
    accepted_chars: Count = 0
    typed_chars: Count = 0
    prompt_tokens: Count = 0
    early_tokens: Count = 0
    answer_tokens: Count = 0
    answer_chars: Count = 0
    first_token: Times = msgspec.field(default_factory=Times)
    screen: Times = msgspec.field(default_factory=Times)

    def use(self, kind: Kind, chars: int) -> None:
        """Count what became of a suggestion."""
        if kind == "typed":
            self.typed_chars += chars
            return
        setattr(self, kind, getattr(self, kind) + 1)
        if kind in ("all", "line", "word"):
            self.accepted_chars += chars

    def touch(self, moment: float) -> None:
        """Note that something is counted now."""
        self.since = self.since or moment
        self.last = max(self.last, moment)

    def add(self, other: Counts) -> None:
        """Take in what was counted elsewhere."""
        since = min(filter(None, (self.since, other.since)), default=0.0)
        last = max(self.last, other.last)
        for name in self.__struct_fields__:
            mine, more = getattr(self, name), getattr(other, name)
            if isinstance(mine, Times):
                mine.add(more)
            else:
                setattr(self, name, mine + more)
        self.since, self.last = since, last

    @property
    def acceptances(self) -> int:
        """Keys that accepted something."""
        return self.all + self.line + self.word

    @property
    def saved_chars(self) -> int:
        """Characters accepted, less the keys that it took."""
        return self.accepted_chars - self.acceptances

    @property
    def tokens_per_key(self) -> float | None:
        """Prompt tokens evaluated for each key that asked, all requests counted."""
        return self.prompt_tokens / self.keys if self.keys else None

    @property
    def wasted_tokens(self) -> int:
        """Tokens generated, less the share whose characters were accepted or typed through."""
        if not self.answer_chars:
            return self.answer_tokens
        used = (self.accepted_chars + self.typed_chars) / self.answer_chars
        return round(self.answer_tokens * max(0.0, 1 - used))


class Book(msgspec.Struct):
    """The counts by model; those of the models used last, if there are very many."""

    version: Literal[1] = 1
    models: dict[Annotated[str, Meta(max_length=_LONGEST_NAME)], Counts] = {}

    def of(self, model: str) -> Counts:
        """Return a model's counts, to be changed."""
        name = model[:_LONGEST_NAME]
        if name not in self.models:
            self.models[name] = Counts()
        return self.models[name]

    def add(self, other: Book) -> None:
        """Take in another one; of too many models those unused for longest go."""
        for model, counts in other.models.items():
            self.of(model).add(counts)
        while len(self.models) > _MOST_MODELS:
            del self.models[min(self.models, key=lambda name: self.models[name].last)]
