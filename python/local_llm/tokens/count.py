"""What counts tokens: one small interface, so that the budgeter need not know the source.

`LocalCounter` also writes them: a prompt of ids means the same whatever strings the user's text
holds, and needs no round trip to the server's tokenizer.

The order of truth: the model's own vocabulary run here (`LocalCounter`, exact), the server's
tokenizer (asked by the caller, whose answers reach the budgeter as a plain function), and an
estimate (`estimate.Estimator`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cached_property
from typing import Protocol

from local_llm.tokens.pre import find_pre
from local_llm.tokens.vocab import UNKNOWN, Vocab
from local_llm.tokens.words import Words


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
        self._vocab = vocab
        self._encoding = vocab.encoding()
        # From here on atoms are the keys, longest first.
        self._atoms = dict.fromkeys(vocab.atoms, UNKNOWN)
        self._atoms.update(zip(vocab.atoms, vocab.atom_ids, strict=False))
        self._pieces = {index: text.encode() for text, index in vocab.specials.items()}
        self._pieces.update(zip(vocab.ids, vocab.tokens, strict=False))
        self._source = f"{source} {vocab.pre}"

    def count(self, text: str) -> int:
        """Return the tokens of `text`. Releases the GIL: call it in a thread for long texts.

        Texts over 128 Ki characters are counted in parts that end at a line end which no word
        crosses. Where there is none (one endless line), a part ends anywhere, which can add a
        token or two a part: a pattern engine gives up on endless runs.
        """
        parts = _split_at(text, self._atoms)
        encode = self._encoding.encode_ordinary
        return sum(
            1 if part in self._atoms else sum(len(encode(chunk)) for chunk in _chunks(part))
            for part in parts
        )

    def describe(self) -> str:
        """Return "exact (...)", for `:checkhealth`."""
        return f"exact ({self._source})"

    def encode(self, text: str, plain: Collection[str] = ()) -> tuple[int, ...] | None:
        """Return the ids of `text`, None where a needed id is not known.

        Equal to llama.cpp's /tokenize with add_special and parse_special false: control tokens'
        names in `text` are plain text. Texts over 128 Ki characters: see `count`.

        Args:
            text: Any.
            plain: User-defined tokens that are to be plain text, too (a family's markers, which
                some vocabularies do not mark as control tokens).

        """
        atoms = {atom: index for atom, index in self._atoms.items() if atom not in plain}
        ids: list[int] = []
        for part in _split_at(text, atoms):
            ids.extend([atoms[part]] if part in atoms else self._plain(part))
        return None if UNKNOWN in ids else tuple(ids)

    def last_word(self, text: str) -> int:
        """Return where the last word of `text` begins; a user-defined token is a word.

        The tokens before it stay whatever is typed next, those behind it may not.
        """
        last = _split_at(text, self._atoms)[-1]
        start = len(text) - len(last)
        return start if last in self._atoms else start + self._words.last(last)

    def special(self, text: str) -> int | None:
        """Return the id of the control or user-defined token written `text`, None without one."""
        return self._vocab.specials.get(text)

    def bos(self) -> int | None:
        """Return the id that a prompt begins with, None where prompts of this model have none."""
        adds = self._vocab.adds_bos
        if adds is None:
            pre = find_pre(self._vocab.pre)
            adds = pre is not None and pre.adds_bos
        return self._vocab.bos_id if adds else None

    def eos(self) -> int | None:
        """Return the id that ends a text, None where it is not known."""
        return self._vocab.eos_id

    def piece(self, token: int) -> bytes:
        """Return what the token `token` stands for, maybe a part of a character; b"" = unknown."""
        return b"" if token == UNKNOWN else self._pieces.get(token, b"")

    @cached_property
    def _words(self) -> Words:
        return Words(self._vocab.pre)

    def _plain(self, text: str) -> Iterable[int]:
        ids, encode = self._vocab.ids, self._encoding.encode_ordinary
        ranks = (rank for chunk in _chunks(text) for rank in encode(chunk))
        return (ids[rank] if ids else UNKNOWN for rank in ranks)


def _split_at(text: str, atoms: Collection[str]) -> list[str]:
    """Cut `text` before and after each atom: the longest everywhere first, as llama.cpp does."""
    parts = [text]
    for atom in atoms:
        if atom in text:
            parts = [piece for part in parts for piece in _around(part, atom, atoms)]
    return parts


def _around(part: str, atom: str, atoms: Collection[str]) -> Iterable[str]:
    if part in atoms:  # a longer one may hold this one
        yield part
        return
    first, *others = part.split(atom)
    if first:
        yield first
    for other in others:
        yield atom
        if other:
            yield other


def _chunks(text: str) -> Iterable[str]:
    start = 0
    while len(text) - start > _LONGEST:
        breaks = _SAFE_BREAK.finditer(text, start + _LONGEST // 2, start + _LONGEST)
        first = next(breaks, None)
        end = first.start() if first else start + _LONGEST
        yield text[start:end]
        start = end
    yield text[start:]
