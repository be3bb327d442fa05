"""Server-sent events: lines to events, as browsers read them, and as old servers write them.

Beyond the standard: the last event counts even without a blank line after it (KoboldCpp), and a
line whose field is `error` is an event of its own (llama.cpp before October 2025, llamafile). A
line that can be no field (a bare JSON object, HTML) is handed on as such, so that the reader can
say what came instead of an event stream.
"""

from __future__ import annotations

import msgspec

from local_llm.errors import BackendError, BadStream
from local_llm.stream.lines import LIMIT_BYTES, Lines

_BOM = b"\xef\xbb\xbf"


class SseEvent(msgspec.Struct, frozen=True):
    """One event. `field` is "data", "error", or "" for a line that is no field at all."""

    event: str
    data: bytes
    field: str = "data"


class SseDecoder:
    """Decode an event stream; comments (keep-alive pings) vanish, `id` and `retry` too."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._lines = Lines(limit_bytes)
        self._limit = limit_bytes
        self._data: list[bytes] = []
        self._size = 0
        self._name = ""
        self._started = False
        self._fault: BackendError | None = None

    def feed(self, data: bytes) -> list[SseEvent]:
        """Return the events that `data` completes.

        Raises: BadStream, for a line or an event over the limit; see `Lines.feed`.
        """
        if self._fault is not None:
            raise self._fault
        out: list[SseEvent] = []
        for line in self._lines.feed(data):
            self._take(line, out)
            if self._fault is not None:
                break
        if self._fault is not None and not out:
            raise self._fault
        return out

    def finish(self) -> list[SseEvent]:
        """Return the event that the end of the body left without its blank line."""
        if self._fault is not None:
            raise self._fault
        out: list[SseEvent] = []
        if line := self._lines.rest():
            self._take(line, out)
        if self._fault is not None:
            raise self._fault
        self._dispatch(out)
        return out

    def _take(self, line: bytes, out: list[SseEvent]) -> None:
        if not self._started:
            self._started = True
            line = line.removeprefix(_BOM)
        if line.startswith(b"data:"):
            self._add(line[6:] if line[5:6] == b" " else line[5:])
        elif not line:
            self._dispatch(out)
        elif not line.startswith(b":"):
            self._other(line, out)

    def _other(self, line: bytes, out: list[SseEvent]) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"event":
            self._name = value.decode("utf-8", "replace")
        elif name == b"data":
            self._add(value)
        elif name == b"error":
            self._dispatch(out)
            out.append(SseEvent("error", value, "error"))
        elif not name.isalpha():
            self._dispatch(out)
            out.append(SseEvent("", line, ""))

    def _add(self, value: bytes) -> None:
        self._data.append(value)
        self._size += len(value) + 1
        if self._size > self._limit:
            self._data.clear()
            self._fault = BadStream(f"the server sent an event over {self._limit >> 10} KiB")

    def _dispatch(self, out: list[SseEvent]) -> None:
        if self._data:
            data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
            out.append(SseEvent(self._name or "message", data))
            self._data.clear()
            self._size = 0
        self._name = ""
