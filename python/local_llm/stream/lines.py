"""Cutting response bytes into lines, by the bytes that end a line and by no others.

HTTP libraries also split at U+2028, U+0085 and form feeds. JSON may carry all of these raw, and
llama.cpp sends them so: a line cut there is half an object.
"""

from __future__ import annotations

import re

from local_llm.errors import BackendError, BadStream

LIMIT_BYTES = 1 << 20

_ENDS = re.compile(rb"\r\n|\n|\r")


class Lines:
    """Cut bytes into lines at LF, CR or CRLF, or at LF alone.

    feed() takes chunks of any size and returns the lines that they complete, without endings.
    Every cut of the same bytes gives the same lines and, at the same place, the same error.

    Args:
        limit_bytes: Longest line; what is over it is never kept.
        lf_only: Split at LF and strip one CR before it (NDJSON); a lone CR is an ordinary byte.

    Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream

    """

    def __init__(self, limit_bytes: int = LIMIT_BYTES, *, lf_only: bool = False) -> None:
        self._limit = limit_bytes
        self._lf_only = lf_only
        self._tail = bytearray()
        self._after_cr = False
        self._fault: BackendError | None = None

    def feed(self, data: bytes) -> list[bytes]:
        """Return the lines that `data` completes.

        Raises: BadStream, when a line exceeds the limit; lines before it are returned first and
            the error comes with the next call.
        """
        if self._fault is not None:
            raise self._fault
        *lines, rest = self._split(data)
        if self._tail and lines:
            lines[0] = bytes(self._tail) + lines[0]
            self._tail.clear()
        self._tail += rest[: self._limit + 1 - len(self._tail)]
        lines = self._bounded(lines)
        return [line.removesuffix(b"\r") for line in lines] if self._lf_only else lines

    def rest(self) -> bytes:
        """Return the unfinished last line at the end of the body, b"" where there is none."""
        if self._fault is not None:
            raise self._fault
        rest = bytes(self._tail)
        self._tail.clear()
        return rest

    def _split(self, data: bytes) -> list[bytes]:
        if self._lf_only:
            return data.split(b"\n")
        if self._after_cr and data.startswith(b"\n"):
            data = data[1:]  # the second half of a CRLF whose first ended the last chunk
            self._after_cr = False
        if not data:
            return [b""]
        self._after_cr = data.endswith(b"\r")
        # The regular expression is five times as slow, and servers send plain LF.
        return _ENDS.split(data) if b"\r" in data else data.split(b"\n")

    def _bounded(self, lines: list[bytes]) -> list[bytes]:
        if len(self._tail) <= self._limit and all(len(x) <= self._limit for x in lines):
            return lines
        good = next((i for i, x in enumerate(lines) if len(x) > self._limit), len(lines))
        self._tail.clear()
        self._fault = BadStream(f"the server sent a line longer than {self._limit >> 10} KiB")
        if not good:
            raise self._fault
        return lines[:good]
