"""Token ids of the parts of a prompt, from the model's own vocabulary or from its server.

As ids, user text can never turn into a marker, and the server need not take a long text apart at
each key. Where neither can be had, prompts go as text.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

from local_llm.backends.base import TellsIds
from local_llm.features.connect import Link
from local_llm.fim.heal import hand_back_word
from local_llm.fim.prompt import Part
from local_llm.tokens.count import LocalCounter

ASK_S = 5.0
_KEPT = 16  # texts whose ids the server has told: the frozen ones and the latest typed


class Tokenizer(Protocol):
    """What turns prompt parts into ids."""

    async def start(self) -> tuple[int, ...]:
        """Return what the model wants before every prompt (BOS)."""
        ...

    async def ids(self, parts: Sequence[Part]) -> tuple[int, ...]:
        """Return the ids of markers and text. Raises: Unspeakable, BackendError."""
        ...

    def split(self, typed: str) -> tuple[str, str]:
        """Cut off the last word of `typed`, whose tokens may change with the next letter."""
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
        self._latest: tuple[str, tuple[int, ...]] = "", ()

    async def start(self) -> tuple[int, ...]:
        """Return BOS, where prompts of this model begin with it."""
        bos = self._counter.bos()
        return () if bos is None else (bos,)

    async def ids(self, parts: Sequence[Part]) -> tuple[int, ...]:
        """Return the ids."""
        found: list[int] = []
        for part in parts:
            found += self._marker(part.text) if part.special else self._plain(part.text)
        return tuple(found)

    def split(self, typed: str) -> tuple[str, str]:
        """Cut at the start of the last word, as the model's own pattern has it."""
        cut = self._counter.last_word(typed) if typed else 0
        return typed[:cut], typed[cut:]

    def knows(self, markers: Sequence[str]) -> bool:
        """Tell whether every marker is one token of this vocabulary."""
        return all(self._counter.special(marker.strip()) is not None for marker in markers)

    def _marker(self, text: str) -> tuple[int, ...]:
        """Return a marker's id, and those of the blanks that belong to it."""
        bare = text.strip()
        token = self._counter.special(bare)
        if token is None:
            return self._plain(text)
        lead, _, rest = text.partition(bare)
        return (*self._plain(lead), token, *self._plain(rest))

    def _plain(self, text: str) -> tuple[int, ...]:
        """Return the ids; while a word is typed, the text before it is the same for each key."""
        if self._latest[0] != text:
            ids = self._counter.encode(text, self._reserved)
            if ids is None:
                raise Unspeakable
            self._latest = text, ids
        return self._latest[1]


class ServerTokenizer:
    """Fulfils Tokenizer by asking the server, for vocabularies that cannot be run here.

    Args:
        link: The server.
        backend: Its dialect.
        model: The model's name.

    """

    def __init__(self, link: Link, backend: TellsIds, model: str) -> None:
        self._link = link
        self._backend = backend
        self._model = model
        self._known: OrderedDict[Part, tuple[int, ...]] = OrderedDict()
        self._start: tuple[int, ...] | None = None

    async def start(self) -> tuple[int, ...]:
        """Return what the server itself would put before a text."""
        if self._start is None:
            plan = self._backend.ids(self._model, "", special=False, start=True)
            self._start = await self._link.transport.run(plan, timeout_s=ASK_S)
        return self._start

    async def ids(self, parts: Sequence[Part]) -> tuple[int, ...]:
        """Return the ids; what was asked before is remembered."""
        return tuple([token for part in parts for token in await self._part(part)])

    def split(self, typed: str) -> tuple[str, str]:
        """Cut before the last word, as far as one can tell without the model's own pattern."""
        return hand_back_word(typed)

    async def _part(self, part: Part) -> tuple[int, ...]:
        if part not in self._known:
            plan = self._backend.ids(self._model, part.text, special=part.special, start=False)
            self._known[part] = await self._link.transport.run(plan, timeout_s=ASK_S)
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        self._known.move_to_end(part)
        return self._known[part]
