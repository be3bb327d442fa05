"""What turns text into ids and back for a fake server: the small tokenizer, or a model's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from fakes import tokens


class Vocabulary(Protocol):
    """Ids of one model."""

    def encode(self, text: str, *, parse_special: bool = False) -> list[int]:
        """Return the ids of `text`; control tokens' names are one token each if asked for."""
        ...

    def piece(self, token: int) -> bytes:
        """Return the bytes of one token."""
        ...

    def specials(self, names: Iterable[str]) -> set[int]:
        """Return the ids of those of `names` that are control tokens."""
        ...


class Small:
    """The tokenizer that needs no table, see tokens.py."""

    def encode(self, text: str, *, parse_special: bool = False) -> list[int]:
        """Return the ids of `text`."""
        return tokens.encode(text, parse_special=parse_special)

    def piece(self, token: int) -> bytes:
        """Return the bytes of one token."""
        return tokens.piece(token)

    def specials(self, names: Iterable[str]) -> set[int]:
        """Return the ids of those of `names` that are control tokens."""
        known = set(names) & set(tokens.SPECIALS)
        return {token for name in known for token in tokens.encode(name, parse_special=True)}


class FromGguf:
    """The vocabulary of a GGUF file, by our own code: its ids are compared with the real server's.

    With it a client that reads the file itself, and never asks /tokenize, can be tried.
    """

    def __init__(self, path: Path) -> None:
        from local_llm.tokens.count import LocalCounter
        from local_llm.tokens.gguf_vocab import read_vocab

        vocab = read_vocab(path)
        if vocab is None:
            raise ValueError(f"no byte-level vocabulary in {path}")
        self._counter = LocalCounter(vocab, "")
        self._names = sorted(vocab.specials, key=len, reverse=True)
        self._any = re.compile("(" + "|".join(map(re.escape, self._names)) + ")")

    def encode(self, text: str, *, parse_special: bool = False) -> list[int]:
        """Return the ids of `text`. Raises ValueError for what the vocabulary cannot write."""
        ids: list[int] = []
        for part in self._any.split(text) if parse_special and self._names else [text]:
            special = self._counter.special(part) if parse_special else None
            ids += self._plain(part) if special is None else (special,)
        return ids

    def piece(self, token: int) -> bytes:
        """Return the bytes of one token."""
        return self._counter.piece(token)

    def specials(self, names: Iterable[str]) -> set[int]:
        """Return the ids of those of `names` that are control tokens."""
        return {id_ for name in names if (id_ := self._counter.special(name)) is not None}

    def _plain(self, text: str) -> tuple[int, ...]:
        ids = self._counter.encode(text)
        if ids is None:
            raise ValueError("the vocabulary lacks a token")
        return ids


def decode(vocabulary: Vocabulary, ids: Sequence[int]) -> str:
    """Return the text of `ids`."""
    return b"".join(map(vocabulary.piece, ids)).decode("utf-8", "replace")


def ids_of(vocabulary: Vocabulary, prompt: object) -> list[int]:
    """Return the ids of a prompt as /completion takes it: text, ids, or a mixed list.

    Strings in a list are parsed for special tokens, too (server-common.cpp, tokenize_mixed).
    """
    ids: list[int] = []
    for part in prompt if isinstance(prompt, list) else [prompt]:
        if isinstance(part, int):
            ids.append(part)
        else:
            ids += vocabulary.encode(str(part), parse_special=True)
    return ids
