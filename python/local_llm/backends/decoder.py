"""What every stream decoder does alike: reasoning apart, events before faults, one Done."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

import msgspec

from local_llm.backends.base import Done, Event, Text, Thinking, Usage
from local_llm.errors import BackendError, BadStream, StreamBroken
from local_llm.stream.think import ThinkSplitter

T = TypeVar("T")
F = TypeVar("F")

_FINISH = {
    "eos": "stop",
    "eos_token": "stop",
    "word": "stop",
    "none": "stop",
    "stop_sequence": "stop",
    "limit": "length",
    "max_tokens": "length",
}


class Frames(Protocol[F]):
    """Bytes in, frames (events, lines) out; see stream/."""

    def feed(self, data: bytes) -> list[F]:
        """Return the frames that `data` completes."""
        ...

    def finish(self) -> list[F]:
        """Return the last frame if its end is missing."""
        ...


class StreamDecoder(ABC, Generic[F]):
    """The frame of a decoder; a dialect adds `_take`.

    Fulfils base.Decoder. Everything after the end marker is ignored. Where every alternative has
    a marker of its own, what follows the last may be anything.
    """

    def __init__(self, product: str, frames: Frames[F]) -> None:
        self.product = product
        self._frames = frames
        self._splitters: dict[int, ThinkSplitter] = {}
        self._fault: BackendError | None = None
        self._ended: set[int] = set()
        self._over = False  # no alternative can follow

    def feed(self, data: bytes) -> list[Event]:
        """Return the events that `data` completes; a fault after some of them comes next time."""
        if self._fault is not None:
            raise self._fault
        out: list[Event] = []
        try:
            for frame in self._frames.feed(data):
                if self._over:
                    break
                self._take(frame, out)
        except BackendError as fault:
            self._stumble(fault, out)
        return out

    def finish(self) -> list[Event]:
        """Return what is left. Raises: StreamBroken when the end marker never came."""
        if self._fault is not None:
            raise self._fault
        out: list[Event] = []
        if not self._over:
            try:
                for frame in self._frames.finish():
                    self._take(frame, out)
            except BackendError as fault:
                self._stumble_at_end(fault)
            self._at_end(out)
        return out

    @abstractmethod
    def _take(self, frame: F, out: list[Event]) -> None:
        """Append the events of one frame to `out`; raise for an error object."""

    def _at_end(self, out: list[Event]) -> None:
        """Decide at the end of the body; only a dialect without an end marker accepts it."""
        del out
        if not self._settled():
            raise self._broken()

    def _text(self, text: str, out: list[Event], index: int = 0) -> None:
        if index not in self._splitters:
            self._splitters[index] = ThinkSplitter()
        self._give(self._splitters[index].feed(text), out, index)

    def _thinking(self, text: str, out: list[Event], index: int = 0) -> None:
        out.append(Thinking(text, index=index))

    def _finish(
        self,
        finish: str,
        usage: Usage,
        out: list[Event],
        *,
        truncated: bool = False,
        index: int = 0,
    ) -> None:
        self._ended.add(index)
        self._flush(index, out)
        out.append(Done(finish=finish_word(finish), usage=usage, truncated=truncated, index=index))

    def _settled(self) -> bool:
        """Tell whether all that has begun has ended."""
        return bool(self._ended) and self._splitters.keys() <= self._ended

    def _flush(self, index: int, out: list[Event]) -> None:
        if index in self._splitters:
            self._give(self._splitters[index].finish(), out, index)

    @staticmethod
    def _give(pieces: Sequence[Text | Thinking], out: list[Event], index: int) -> None:
        if index:
            pieces = [msgspec.structs.replace(piece, index=index) for piece in pieces]
        out.extend(pieces)

    def _stumble(self, fault: BackendError, out: list[Event]) -> None:
        """Keep a fault for the next call where there is something to return first."""
        if self._settled():
            self._over = True
            return
        for index in self._splitters.keys() - self._ended:
            self._flush(index, out)
        self._fault = fault
        if not out:
            raise fault

    def _stumble_at_end(self, fault: BackendError) -> None:
        if self._settled():
            return
        if isinstance(fault, BadStream):  # the last frame is half a frame
            raise self._broken() from fault
        raise fault

    def _broken(self) -> StreamBroken:
        return StreamBroken(f"{self.product} stopped in the middle of the answer")


def finish_word(word: str) -> str:
    """Return why a stream ended: "stop", "length", or the server's own word if it is one."""
    word = _FINISH.get(word, word)
    return word if re.fullmatch(r"[\w-]{1,40}", word, re.ASCII) else "stop"


def decoded(decoder: msgspec.json.Decoder[T], data: bytes, product: str) -> T:
    """Decode one frame, mending invalid UTF-8 and halves of surrogate pairs.

    Servers cut characters where tokens end; the rest of the answer is still good.
    Raises: BadStream.
    """
    try:
        return decoder.decode(data)
    except (ValueError, RecursionError):
        pass
    try:
        value = json.loads(data.decode("utf-8", "replace"))
        return decoder.decode(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError) as exc:
        # The parser's own words may hold a piece of the answer.
        raise BadStream(f"{product} sent something that is no event of a stream") from exc
