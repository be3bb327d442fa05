"""What was asked and answered in this session: a cache of answers, and open conversations."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

import msgspec

from local_llm.backends.base import Message
from local_llm.features.port import Stats


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A finished answer; `repr` leaves the text out."""

    text: str
    stats: Stats

    def __repr__(self) -> str:
        return f"Answer({len(self.text)} characters)"


def answer_key(where: str, model: str, settings: str, messages: tuple[Message, ...]) -> str:
    """Return a digest that changes with whatever the answer depends on."""
    digest = hashlib.sha256()
    for part in (where, model, settings, *(f"{m.role}\0{m.content}" for m in messages)):
        digest.update(part.encode("utf-8", "surrogatepass"))
        digest.update(b"\x1f")
    return digest.hexdigest()


class AnswerCache:
    """The last answers by key, in memory only: they quote the code."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, Answer] = OrderedDict()

    def get(self, key: str) -> Answer | None:
        """Return the answer and make it the freshest."""
        if key in self._answers:
            self._answers.move_to_end(key)
        return self._answers.get(key)

    def put(self, key: str, answer: Answer, limit: int) -> None:
        """Keep `answer`, and drop the oldest beyond `limit` answers."""
        self._answers[key] = answer
        self._answers.move_to_end(key)
        while len(self._answers) > limit:
            self._answers.popitem(last=False)
