"""What counts tokens: one small interface, so that the budgeter need not know the source.

The order of truth: the model's own vocabulary run here (`LocalCounter`, exact), the server's
tokenizer (asked by the caller, whose answers reach the budgeter as a plain function), and an
estimate (`estimate.Estimator`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Protocol

from local_llm.tokens.vocab import Vocab


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


_LONGEST = 1 << 17  # characters given to the pattern engine at once
# A line end after something visible and before a letter: no pattern joins across it.
_SAFE_BREAK = re.compile(r"(?<=\S\n)(?=[A-Za-z])")


class LocalCounter:
    """Counts with a vocabulary; equal to llama.cpp's /tokenize without special tokens.

    Args:
        vocab: The model's.
        source: Where it came from, as in "GGUF vocabulary"; the label is added.

    """

    exact = True

    def __init__(self, vocab: Vocab, source: str) -> None:
        self._encoding = vocab.encoding()
        self._atoms = vocab.atoms
        self._source = f"{source} {vocab.pre}"

    def count(self, text: str) -> int:
        """Return the tokens of `text`. Releases the GIL: call it in a thread for long texts.

        Texts over 128 Ki characters are counted in parts that end at a line end which no word
        crosses. Where there is none (one endless line), a part ends anywhere, which can add a
        token or two a part: a pattern engine gives up on endless runs.
        """
        parts, atoms = _without_atoms(text, self._atoms)
        encode = self._encoding.encode_ordinary
        return atoms + sum(len(encode(chunk)) for part in parts for chunk in _chunks(part))

    def describe(self) -> str:
        """Return "exact (...)", for `:checkhealth`."""
        return f"exact ({self._source})"


def _without_atoms(text: str, atoms: Sequence[str]) -> tuple[list[str], int]:
    """Take the atoms out of `text`: the longest everywhere, then the next, as llama.cpp does."""
    parts, found = [text], 0
    for atom in atoms:
        if atom in text:
            split = [part.split(atom) for part in parts]
            found += sum(len(pieces) - 1 for pieces in split)
            parts = [piece for pieces in split for piece in pieces if piece]
    return parts, found


def _chunks(text: str) -> Iterable[str]:
    start = 0
    while len(text) - start > _LONGEST:
        breaks = _SAFE_BREAK.finditer(text, start + _LONGEST // 2, start + _LONGEST)
        first = next(breaks, None)
        end = first.start() if first else start + _LONGEST
        yield text[start:end]
        start = end
    yield text[start:]
