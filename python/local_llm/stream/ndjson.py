"""Newline-delimited JSON: one object a line, as Ollama streams."""

from __future__ import annotations

from local_llm.stream.lines import LIMIT_BYTES, Lines


class NdjsonDecoder:
    """Cut a body into the JSON texts of its lines; blank lines vanish."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._lines = Lines(limit_bytes, lf_only=True)

    def feed(self, data: bytes) -> list[bytes]:
        """Return the lines that `data` completes. Raises: BadStream, see `Lines.feed`."""
        return [line for line in self._lines.feed(data) if line and not line.isspace()]

    def finish(self) -> list[bytes]:
        """Return the last line if the body ended without a newline."""
        rest = self._lines.rest().strip()
        return [rest] if rest else []
