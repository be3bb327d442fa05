"""Token ids of the parts of a prompt, from the model's own vocabulary or from its server.

As ids, user text can never turn into a marker. Where neither can be had, prompts go as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from local_llm.fim.heal import Token
from local_llm.fim.prompt import Part
from local_llm.tokens.count import LocalCounter


class Tokenizer(Protocol):
    """What turns prompt parts into ids."""

    def start(self) -> tuple[int, ...]:
        """Return what the model wants before every prompt (BOS)."""
        ...

    async def parts(self, parts: Sequence[Part]) -> tuple[int, ...]:
        """Return the ids of markers and text. Raises: Unspeakable."""
        ...

    async def text(self, text: str) -> list[Token]:
        """Return the tokens of user text. Raises: Unspeakable."""
        ...


class Unspeakable(Exception):
    """Some text has no ids here; the prompt goes as text. A signal, never shown."""


class LocalTokenizer:
    """Fulfils Tokenizer without asking anybody.

    Args:
        counter: Holds the vocabulary.
        reserved: Strings that are plain text in user code, whatever the vocabulary says.

    """

    def __init__(self, counter: LocalCounter, reserved: Sequence[str]) -> None:
        self._counter = counter
        self._reserved = frozenset(reserved)
        bos = counter.bos()
        self._start = () if bos is None else (bos,)

    def start(self) -> tuple[int, ...]:
        """Return BOS, where prompts of this model begin with it."""
        return self._start

    async def parts(self, parts: Sequence[Part]) -> tuple[int, ...]:
        """Return the ids."""
        ids: list[int] = []
        for part in parts:
            ids += self._marker(part.text) if part.special else self._ids(part.text)
        return tuple(ids)

    async def text(self, text: str) -> list[Token]:
        """Return the tokens of user text."""
        return [Token(token, self._counter.piece(token)) for token in self._ids(text)]

    def knows(self, markers: Sequence[str]) -> bool:
        """Tell whether every marker is one token of this vocabulary."""
        return all(self._counter.special(marker.strip()) is not None for marker in markers)

    def _marker(self, text: str) -> tuple[int, ...]:
        """Return a marker's id, and those of the blanks that belong to it."""
        bare = text.strip()
        token = self._counter.special(bare)
        if token is None:
            return self._ids(text)
        lead, _, rest = text.partition(bare)
        return (*self._ids(lead), token, *self._ids(rest))

    def _ids(self, text: str) -> tuple[int, ...]:
        ids = self._counter.encode(text, self._reserved)
        if ids is None:
            raise Unspeakable
        return ids
