"""Open answers: a question is put, shown as it is answered, and can be asked on.

The way of every command that shows an answer: find the server and its model -> fit the prompt ->
look in the cache -> stream. The exchange is kept, so that a follow-up begins with the same
messages and finds the server's prompt cache warm.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from local_llm.errors import InputRejected
from local_llm.features.answers import Answer, AnswerCache, answer_key
from local_llm.features.asking import Asker, Question, Wish
from local_llm.features.audit import prompt_text
from local_llm.features.connect import Link
from local_llm.features.delivery import Delivery
from local_llm.features.history import History
from local_llm.features.history_entry import entry_of
from local_llm.features.options import Options
from local_llm.features.port import Editor, Snapshot
from local_llm.features.preview import preview_lines
from local_llm.features.report import notes, shown_model
from local_llm.guard.findings import Fired
from local_llm.guard.vault import placeholders
from local_llm.prompts.explain import follow_up_pieces
from local_llm.settings import Settings
from local_llm.tokens.pieces import Piece


class Matter(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What is asked about, and the prompt it makes.

    asked: The user's own words, "" for none.
    title: What is asked, in one line, for a list; "" = the words, or the first line of the code.
    notes: What the user is told of the prompt beside what was cut, one sentence each.
    fired: Rules of the guard that left something out or changed it.
    """

    snapshot: Snapshot
    settings: Settings
    pieces: tuple[Piece, ...]
    wish: Wish
    asked: str = ""
    title: str = ""
    notes: tuple[str, ...] = ()
    fired: tuple[Fired, ...] = ()


class Exchange(msgspec.Struct, kw_only=True, eq=False):
    """One open answer: what is needed to ask on."""

    matter: Matter
    question: Question


class Exchanges:
    """The answers that are open, and those that were given to the same question before.

    Args:
        editor: Whom to show them.
        options: The options in force.
        asker: Puts questions to models.
        history: Keeps the answers.
        clock: Seconds, monotonic.

    """

    def __init__(
        self,
        editor: Editor,
        options: Options,
        asker: Asker,
        history: History,
        clock: Callable[[], float],
    ) -> None:
        self._editor = editor
        self._options = options
        self._asker = asker
        self._history = history
        self._clock = clock
        self._cache = AnswerCache()
        self._open: dict[int, Exchange] = {}

    async def put(self, ask_id: int, matter: Matter, *, again: bool) -> None:
        """Show the answer to a question; `again` asks the model even where the cache has one.

        Raises: BackendError, BudgetError and PolicyRefused subclasses, WindowGone.
        """
        async with self._asker.connected(ask_id, matter.settings) as link:
            question = await self._asker.fitted(link, matter.pieces, matter.wish, matter.settings)
            await self._answer(ask_id, Exchange(matter=matter, question=question), again=again)

    async def follow_up(self, ask_id: int, parent: int, text: str) -> None:
        """Ask on in the exchange `parent`. Raises: as `put`, InputRejected."""
        before = self._open.get(parent)
        if before is None or not before.question.answer:
            hint = "wait until one is complete"
            raise InputRejected("there is no answer to ask about", hint=hint)
        if not text.strip():
            raise InputRejected("the question is empty", hint="type what you want to know")
        pieces = (*before.question.pieces, *follow_up_pieces(before.question.answer, text))
        matter = msgspec.structs.replace(before.matter, pieces=pieces, asked=text, title="")
        await self.put(ask_id, matter, again=True)

    async def preview(self, ask_id: int, matter: Matter) -> None:
        """Show the prompt that would be sent."""
        async with self._asker.connected(ask_id, matter.settings) as link:
            question = await self._asker.fitted(link, matter.pieces, matter.wish, matter.settings)
        secrets = placeholders(prompt_text(question.prompt.messages))
        masked = (Fired(rule="guard.redact", what=kind, count=n) for kind, n in secrets.items())
        lines = preview_lines(link, question.model, question.prompt, (*matter.fired, *masked))
        self._editor.tell("preview", ask_id, {"lines": lines})

    async def show(self, ask_id: int, text: str) -> None:
        """Show a text that no model has written. Raises: WindowGone."""
        delivery = Delivery(self._editor, ask_id, self._clock)
        await delivery.text(text)
        await delivery.finish()

    def has(self, ask_id: int) -> bool:
        """Tell whether anything of an answer is there to be asked about."""
        return ask_id in self._open

    def forget(self, ask_id: int) -> None:
        """Drop an exchange whose window is gone."""
        self._open.pop(ask_id, None)

    async def _answer(self, ask_id: int, exchange: Exchange, *, again: bool) -> None:
        self._announce(ask_id, exchange)
        key = _key(exchange.question)
        known = None if again else self._cache.get(key)
        if known is not None:
            await self._show_known(ask_id, exchange, known)
            return
        answer = await self._ask(ask_id, exchange)
        if answer.stats.finish == "stop":
            self._cache.put(key, answer, exchange.matter.settings.explain.cache_entries)
        self._editor.tell("done", ask_id, msgspec.to_builtins(answer.stats))
        matter = exchange.matter
        entry = entry_of(
            matter.wish.command,
            matter.snapshot,
            answer,
            title=matter.title,
            question=matter.asked,
        )
        self._history.keep(entry, matter.settings)

    async def _ask(self, ask_id: int, exchange: Exchange) -> Answer:
        """Ask the model; what came of an answer that was cut off can be asked about, too."""
        question = exchange.question
        try:
            return await self._asker.stream(
                ask_id, question, lambda: self._announce(ask_id, exchange)
            )
        finally:
            if question.answer:
                self._open[ask_id] = exchange

    async def _show_known(self, ask_id: int, exchange: Exchange, known: Answer) -> None:
        await self.show(ask_id, known.text)
        exchange.question.answer = known.text
        self._open[ask_id] = exchange
        told = msgspec.structs.replace(known.stats, cached=True)
        self._editor.tell("done", ask_id, msgspec.to_builtins(told))

    def _announce(self, ask_id: int, exchange: Exchange) -> None:
        matter, question = exchange.matter, exchange.question
        meta = {
            "model": shown_model(question.model.name),
            "backend": question.link.info.product,
            "window": matter.settings.explain.window,
            "notes": [
                *self._detour(question.link),
                *matter.notes,
                *notes(matter.snapshot, question.prompt),
            ],
        }
        self._editor.tell("meta", ask_id, meta)

    def _detour(self, link: Link) -> list[str]:
        """Say that a fall-back answers."""
        if link.name == self._options.backend:
            return []
        wanted = self._options.backend or "the main backend"
        return [f"{wanted} does not answer; {link.name} ({link.where}) is used"]


def _key(question: Question) -> str:
    ask = question.ask()
    sampling = f"{ask.sampling.temperature}/{ask.max_tokens}"
    return answer_key(question.link.where, ask.model, sampling, ask.messages)
