"""The context ring: pieces of other files (and of far parts of the same one) before the prefix.

A server's cache is good up to the first byte that differs, and the ring stands at the front of the
prompt. So the order is by what a change costs:

- What was sent last stays in its place; what is new, or comes back, goes to the end.
- An edited piece moves to the end as well. Sending it anew breaks the cache at its old place
  wherever it then stands, and the next edit of it breaks the cache only at the end.
- Where the room is full, dropping one old piece for each new one would break the cache near the
  front every time. So the oldest go at once until half of the room is free, and the next few
  new ones cost only themselves. What was dropped waits until it is confirmed (added again).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import msgspec

Kind = Literal["yank", "left", "written", "definition"]
Count = Callable[[str], int]

MOST_LINES = 64  # of one piece
MOST_PIECE_BYTES = 8 * 1024
FEWEST_LINES = 3  # with text; less says nothing, unless it is a definition
SAME = 0.9  # two pieces that share more of the smaller one's lines are one
NEAR = 0.5  # a piece that has more of its lines around the cursor makes the model repeat them
NEAR_IN_FILE = 0.3  # likewise of the file itself: an older state of it misleads
_MUCH_LESS = 0.8  # a piece of fewer lines than this share of its double tells less than that
_FRAME_TOKENS = 4  # the markers around a piece
_WORD = re.compile(r"\w")


class Chunk(msgspec.Struct, frozen=True):
    """A piece of code and where it is from; `path` is shown to the model, relative if it can be."""

    path: str
    text: str
    kind: Kind

    def __repr__(self) -> str:
        return f"Chunk({self.path!r}, {self.kind}, {len(self.text)} characters)"


@dataclass(slots=True, eq=False, repr=False)
class _Entry:
    """A piece in the ring. confirmed: when it was last added, by the ring's count of additions."""

    chunk: Chunk
    lines: frozenset[str]
    size: int
    confirmed: int
    tokens: int = 0  # 0 = not counted yet
    dropped: bool = False


class Ring:
    """The pieces known, at most `most` of them and `most_bytes` of text; half may be definitions.

    The caller sees to it that nothing gets in here that may not go out.
    """

    def __init__(self, most: int = 16, most_bytes: int = 64 * 1024) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._entries: list[_Entry] = []
        self._sent: list[_Entry] = []  # what the last full selection chose, in its order
        self._limit = 0  # of that selection
        self._count: Count | None = None  # what `tokens` of the entries was counted with
        self._additions = 0

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, chunk: Chunk) -> bool:
        """Take a piece in, or confirm the one it equals; return whether the ring has changed."""
        entry = self._entry(chunk)
        if entry is None:
            return False
        doubles = [one for one in self._entries if _overlap(entry.lines, one.lines) > SAME]
        for double in doubles:
            known = double.chunk.text == entry.chunk.text
            if known or len(entry.lines) < _MUCH_LESS * len(double.lines):
                return self._confirm(double)
        self._remove(doubles)
        self._entries.append(entry)
        self._bound(entry)
        return True

    def forget(self, path: str) -> bool:
        """Drop what is from `path` (denied or deleted); return whether there was any."""
        gone = [entry for entry in self._entries if entry.chunk.path == path]
        self._remove(gone)
        return bool(gone)

    def paths(self) -> frozenset[str]:
        """Return the files that there are pieces of."""
        return frozenset(entry.chunk.path for entry in self._entries)

    def select(
        self, around: str, limit_tokens: int, count: Count, path: str, *, brief: bool = False
    ) -> tuple[Chunk, ...]:
        """Return what goes into the prompt, in its order; the same again while nothing changes.

        Args:
            around: The text around the cursor; what repeats it is left out.
            limit_tokens: For all pieces with their headers.
            count: Tokens of a text. Pieces are counted again only when another `count` is given.
            path: The file that is edited, written as the pieces' paths are.
            brief: The prompt is short for this once (the first one after a jump): return the
                beginning of what was sent last, as far as it fits, and change nothing for it.

        """
        full = not brief or not self._sent
        if full and limit_tokens > self._limit:  # there is room for what once had to go
            for entry in self._entries:
                entry.dropped = False
        wanted = self._wanted(around, path, count)
        if full:
            self._sent = self._settle(wanted, limit_tokens)
            self._limit = limit_tokens
        chosen: list[Chunk] = []
        for entry in self._sent:
            if entry in wanted:
                limit_tokens -= entry.tokens
                if limit_tokens < 0:
                    break
                chosen.append(entry.chunk)
        return tuple(chosen)

    def _entry(self, chunk: Chunk) -> _Entry | None:
        text = _normal(chunk.text)
        filled = sum(1 for line in text.split("\n") if line.strip())
        if filled < (1 if chunk.kind == "definition" else FEWEST_LINES):
            return None
        self._additions += 1
        return _Entry(
            Chunk(chunk.path, text, chunk.kind), _line_set(text), _size(text), self._additions
        )

    def _confirm(self, entry: _Entry) -> bool:
        entry.confirmed = self._additions
        was_dropped, entry.dropped = entry.dropped, False
        return was_dropped

    def _remove(self, gone: list[_Entry]) -> None:
        self._entries = [entry for entry in self._entries if entry not in gone]
        self._sent = [entry for entry in self._sent if entry not in gone]

    def _bound(self, newest: _Entry) -> None:
        """Make room for `newest`: first go pieces that are not sent anyway, then the oldest."""
        definitions = [entry for entry in self._entries if entry.chunk.kind == "definition"]
        if newest.chunk.kind == "definition" and len(definitions) > max(1, self._most // 2):
            self._remove([min(definitions, key=_dispensable)])
        others = [entry for entry in self._entries if entry is not newest]
        while others and (len(others) >= self._most or self._bytes() > self._most_bytes):
            if not any(entry.dropped for entry in others):
                _drop_oldest(others, _one, self._most // 2)
                _drop_oldest(others, _bytes_of, self._most_bytes // 2)
            gone = min(others, key=_dispensable)
            others.remove(gone)
            self._remove([gone])

    def _bytes(self) -> int:
        return sum(map(_bytes_of, self._entries))

    def _wanted(self, around: str, path: str, count: Count) -> list[_Entry]:
        """Return what may be sent, counted."""
        here = _line_set(around)
        for entry in self._entries:
            if not entry.tokens or count != self._count:
                text = f"{entry.chunk.path}\n{entry.chunk.text}\n"
                entry.tokens = count(text) + _FRAME_TOKENS
        self._count = count
        return [e for e in self._entries if not e.dropped and not _repeats(e, here, path)]

    def _settle(self, wanted: list[_Entry], limit: int) -> list[_Entry]:
        """Return what is sent from now on, and mark the rest of `wanted` as dropped."""
        sent = [entry for entry in self._sent if entry in wanted]
        taken: list[_Entry] = []
        for entry in sorted((e for e in wanted if e not in sent), key=_age, reverse=True):
            room = limit - _tokens(taken) - entry.tokens
            newer = _tokens(one for one in sent if _age(one) > _age(entry))
            if not taken and newer <= room < _tokens(sent):
                sent = _drop_oldest(sent, _tokens_of, max(newer, min(room, limit // 2)))
            if _tokens(sent) <= room:
                taken.append(entry)
            else:
                entry.dropped = True
        return sent + sorted(taken, key=_age)


def _drop_oldest(entries: list[_Entry], weigh: Callable[[_Entry], int], most: int) -> list[_Entry]:
    """Drop the least recently confirmed until the rest weighs at most `most`; return the rest."""
    kept = [entry for entry in entries if not entry.dropped]
    for entry in sorted(kept, key=_age):
        if sum(map(weigh, kept)) <= most:
            break
        entry.dropped = True
        kept.remove(entry)
    return kept


def _one(_entry: _Entry) -> int:
    return 1


def _bytes_of(entry: _Entry) -> int:
    return entry.size


def _tokens_of(entry: _Entry) -> int:
    return entry.tokens


def _tokens(entries: Iterable[_Entry]) -> int:
    return sum(map(_tokens_of, entries))


def _age(entry: _Entry) -> int:
    return entry.confirmed


def _dispensable(entry: _Entry) -> tuple[bool, int]:
    return not entry.dropped, entry.confirmed


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _normal(text: str) -> str:
    """Return at most MOST_LINES whole lines of `text` within MOST_PIECE_BYTES, edges not blank."""
    lines = text.replace("\r\n", "\n").split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), len(lines))
    kept, room = 0, MOST_PIECE_BYTES
    lines = lines[first : first + MOST_LINES]
    for line in lines:
        room -= _size(line) + 1
        if room < 0:
            break
        kept += 1
    while kept and not lines[kept - 1].strip():
        kept -= 1
    return "\n".join(lines[:kept])


def _line_set(text: str) -> frozenset[str]:
    """Return the different lines without their indentation; those without a word say nothing."""
    lines = {line.strip() for line in text.split("\n")} - {""}
    return frozenset(line for line in lines if _WORD.search(line)) or frozenset(lines)


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Return how much of the smaller set stands in the other, 0 to 1."""
    return len(one & other) / (min(len(one), len(other)) or 1)


def _repeats(entry: _Entry, around: frozenset[str], path: str) -> bool:
    near = NEAR_IN_FILE if entry.chunk.path == path else NEAR
    return len(entry.lines & around) > near * len(entry.lines)
