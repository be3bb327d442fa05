"""What counts tokens: one small interface, so that the budgeter need not know the source.

The order of truth: the model's own vocabulary run here (`LocalCounter`, exact), the server's
tokenizer (asked by the caller, whose answers reach the budgeter as a plain function), and an
estimate (`estimate.Estimator`).
"""

from __future__ import annotations

from typing import Protocol

import tiktoken


class Counter(Protocol):
    """Counts the tokens of plain text, BOS and chat template not included."""

    @property
    def exact(self) -> bool:
        """Whether the model's server would count the same."""
        ...

    def count(self, text: str) -> int:
        """Return the tokens of `text`; special-token strings in it count as plain text."""
        ...

    def describe(self) -> str:
        """Return the source in a few words, for `:checkhealth` and `:LocalPreview`."""
        ...


class LocalCounter:
    """Counts with the model's own vocabulary, without a round trip.

    Args:
        encoding: From `vocab.Vocab.encoding`.
        source: Where the vocabulary came from and its label, as in "GGUF vocabulary qwen2".

    """

    exact = True

    def __init__(self, encoding: tiktoken.Encoding, source: str) -> None:
        self._encoding = encoding
        self._source = source

    def count(self, text: str) -> int:
        """Return the tokens of `text`. Releases the GIL: call it in a thread for long texts."""
        return len(self._encoding.encode_ordinary(text)) if text else 0

    def describe(self) -> str:
        """Return "exact (...)"."""
        return f"exact ({self._source})"
