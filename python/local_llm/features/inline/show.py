"""Suggestions on their way to the editor, and the latest ones kept for asking again."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from local_llm.features.port import Editor
from local_llm.fim.ticket import Ticket

_BEFORE, _AFTER = 2000, 500  # characters that tell one place from another
_KEPT = 64

Key = tuple[int, str, str]


class Show:
    """Sends the texts of one ticket; without one it keeps the latest until it gets one.

    Args:
        editor: Whom to tell.
        ticket_id: Who asked; None = nobody yet.
        more: Fields for every message.

    """

    def __init__(self, editor: Editor, ticket_id: int | None, more: dict[str, Any]) -> None:
        self._editor = editor
        self._ticket_id = ticket_id
        self._more = more
        self._latest: tuple[tuple[str, ...], bool, str] | None = None

    def put(self, texts: tuple[str, ...], *, done: bool, info: str = "") -> None:
        """Show `texts`; `done` says that no more follows."""
        self._latest = texts, done, info
        if self._ticket_id is not None:
            data = {"texts": list(texts), "done": done, **self._more}
            if info:
                data["info"] = info
            self._editor.tell("ghost", self._ticket_id, data)

    def aim(self, ticket_id: int) -> None:
        """Show from now on to `ticket_id`, what has come so far at once."""
        self._ticket_id = ticket_id
        if self._latest is not None:
            texts, done, info = self._latest
            self.put(texts, done=done, info=info)


class Recent:
    """The latest suggestions by the text around them."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, tuple[str, ...]] = OrderedDict()

    def get(self, key: Key) -> tuple[str, ...] | None:
        """Return what was suggested there."""
        return self._kept.get(key)

    def put(self, key: Key, texts: tuple[str, ...]) -> None:
        """Keep a suggestion; the oldest goes."""
        self._kept[key] = texts
        self._kept.move_to_end(key)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    def clear(self) -> None:
        """Forget all: another model or another option."""
        self._kept.clear()


def key_of(ticket: Ticket) -> Key:
    """Return what a place is known by."""
    return ticket.buf, ticket.before[-_BEFORE:], ticket.after[:_AFTER]
