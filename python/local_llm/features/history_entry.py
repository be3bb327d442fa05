"""What is kept of an answer, and who keeps it.

Text in it is the user's or the model's, so `repr` leaves it out and no message ever quotes it.
"""

from __future__ import annotations

import re
from typing import Any, Protocol

import msgspec

from local_llm.features.answers import Answer
from local_llm.features.intake import readable_text
from local_llm.features.port import Snapshot
from local_llm.guard.defuse import clean

_TITLE_CHARS = 200
_BLANKS = re.compile(r"\s+")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One question and its answer.

    when: Seconds since 1970; 0 = the moment it is kept.
    command: "explain", "wtf", "wtf_fix" ...
    title: What was asked, in one line.
    question: The user's own words, "" where the command says it all.
    path, root, first_row, last_row, filetype: The place in code, as in a Snapshot.
    finish: How the answer ended: "stop", or "length" where it was cut.
    """

    when: int = 0
    command: str
    title: str
    question: str = ""
    answer: str
    path: str = ""
    root: str = ""
    first_row: int = 0
    last_row: int = 0
    filetype: str = ""
    model: str = ""
    backend: str = ""
    finish: str = "stop"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.command}, {len(self.answer)} characters)"


class Kept(Entry, frozen=True, kw_only=True):
    """An entry in the store; `number` names it and is never given to another one."""

    number: int


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a search found: the first entries, and how many there are in all."""

    entries: tuple[Kept, ...] = ()
    total: int = 0


class HistoryStore(Protocol):
    """Keeps entries on disk for all editors of this user. May wait: call it in a thread.

    Every method raises HistoryError where the disk or the file does not let it.
    """

    def add(self, entry: Entry, max_bytes: int) -> None:
        """Keep an entry, and drop the oldest ones until all of it fits."""
        ...

    def find(self, words: str, limit: int, answer_chars: int) -> Found:
        """Return the entries that have all the words, best first; without words the latest.

        Args:
            words: A word may be the beginning of a longer one; nothing in it is syntax.
            limit: So many entries at most.
            answer_chars: So much of each answer.

        """
        ...

    def get(self, number: int) -> Kept | None:
        """Return an entry whole, None where it is gone."""
        ...

    def remove(self, number: int) -> bool:
        """Forget an entry; tell whether it was there."""
        ...

    def clear(self) -> int:
        """Forget everything; return how many entries that were."""
        ...


def entry_of(
    command: str,
    snapshot: Snapshot,
    answer: Answer,
    *,
    title: str = "",
    question: str = "",
) -> Entry:
    """Return the entry for an answer about a place in code.

    Args:
        command: Who asked.
        snapshot: The place.
        answer: A finished one.
        title: What was asked; "" = the question, or else the first line of the code.
        question: The user's own words.

    """
    stats = answer.stats
    return Entry(
        command=command,
        title=one_line(title or question or _first_line(snapshot)),
        question=question,
        answer=answer.text,
        path=snapshot.path,
        root=snapshot.root,
        first_row=snapshot.first_row,
        last_row=snapshot.last_row,
        filetype=snapshot.filetype,
        model=stats.model,
        backend=stats.backend,
        finish=stats.finish,
    )


def one_line(text: str) -> str:
    """Return text fit for a list: one line, without control characters, of bounded length."""
    flat = _BLANKS.sub(" ", clean(text[: 4 * _TITLE_CHARS])).strip()
    return flat if len(flat) <= _TITLE_CHARS else flat[: _TITLE_CHARS - 1] + "…"


def storable(entry: Entry) -> Entry:
    """Return the entry with U+FFFD for bytes that are not UTF-8; no store can write them."""
    texts = {
        name: readable_text(value)
        for name in Entry.__struct_fields__
        if isinstance(value := getattr(entry, name), str)
    }
    return msgspec.structs.replace(entry, **texts)


def as_item(entry: Kept) -> dict[str, Any]:
    """Return the fields that the editor is told; see lua/local_llm/port.lua."""
    return {name: getattr(entry, name) for name in entry.__struct_fields__}


def _first_line(snapshot: Snapshot) -> str:
    return next((line for line in snapshot.lines if line.strip()), "")
