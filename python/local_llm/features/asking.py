"""Putting a question to a model: connect, fit the prompt, stream the answer, learn from it.

What every command does between its own pieces of a prompt and its own use of the answer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from local_llm.backends.base import ChatAsk, ModelInfo, Sampling
from local_llm.errors import BackendError, ContextOverflow
from local_llm.features.answers import Answer
from local_llm.features.audit import prompt_text
from local_llm.features.connect import Connector, Link
from local_llm.features.context import context_window
from local_llm.features.counting import Counting
from local_llm.features.delivery import Delivery, Receiver
from local_llm.features.events import Events
from local_llm.features.masking import Masking, masked_pieces
from local_llm.features.options import Options
from local_llm.features.port import Editor
from local_llm.features.prompting import Prompt, Shares, build_prompt
from local_llm.features.readiness import until_ready
from local_llm.features.recording import Asked, Recorder
from local_llm.features.report import shown_model, stats
from local_llm.features.streaming import Outcome, Streaming
from local_llm.features.turns import Turns
from local_llm.guard.mask import Masker
from local_llm.settings import Settings
from local_llm.tokens.pieces import Piece


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a command wants of the answer.

    `temperature` counts unless the backend has its own; `schema` where the server keeps to one.
    """

    command: str
    answer_tokens: int
    temperature: float
    schema: dict[str, Any] | None = None


class Question(msgspec.Struct, kw_only=True, eq=False):
    """A prompt that fits the model it is for, and the answer once there is one."""

    wish: Wish
    link: Link
    model: ModelInfo
    pieces: tuple[Piece, ...]
    prompt: Prompt
    masker: Masker | None = None
    answer: str = ""

    def ask(self, slot: int | None = None) -> ChatAsk:
        """Return what the backend is asked, in one of the server's slots."""
        server = self.link.server
        own = server.temperature
        return ChatAsk(
            model=self.model.name,
            messages=self.prompt.messages,
            max_tokens=self.prompt.room.answer,
            context_tokens=self.prompt.window.send,
            sampling=Sampling(temperature=self.wish.temperature if own is None else own),
            keep_alive=server.keep_alive,
            slot=slot,
            schema=self.wish.schema,
        )


class Asker:
    """Connects, fits and streams for the commands.

    Args:
        editor: Whom to show it.
        connector: Finds servers.
        options: The options in force.
        counting: Counts tokens.
        events: Told when a request starts.
        turns: Shares the server with completion.
        masking: Takes secrets out of prompts and answers.
        recorder: Keeps the audit log.
        clock: Seconds, monotonic.

    """

    def __init__(
        self,
        editor: Editor,
        connector: Connector,
        options: Options,
        counting: Counting,
        events: Events,
        *,
        turns: Turns,
        masking: Masking,
        recorder: Recorder,
        clock: Callable[[], float],
    ) -> None:
        self._editor = editor
        self._masking = masking
        self._recorder = recorder
        self._connector = connector
        self._options = options
        self._counting = counting
        self._events = events
        self._turns = turns
        self._clock = clock

    @asynccontextmanager
    async def connected(self, ask_id: int, settings: Settings) -> AsyncIterator[Link]:
        """Connect, wait for a model that loads, and hold the link; what fails is looked for anew.

        Raises: as Connector.connect; AuthRejected, ModelLoading.
        """
        self._editor.tell("state", ask_id, {"state": "connecting"})
        link = await self._connector.connect(settings, self._options.backend)

        def loading() -> None:
            self._editor.tell("state", ask_id, {"state": "loading"})

        async with self._connector.held(link):
            try:
                await until_ready(link, loading, self._clock)
                yield link
            except BackendError:
                await self._connector.drop(link)
                raise

    async def fitted(
        self, link: Link, pieces: Sequence[Piece], wish: Wish, settings: Settings
    ) -> Question:
        """Choose the model, mask the prompt and fit it.

        Raises: ModelMissing, CloudRefused, BudgetError; SettingsError for a broken rule file.
        """
        model = await self._connector.model(link, self._options.model(link))
        masker = self._masking.for_link(settings, link)
        clean = masked_pieces(pieces, masker) if masker else tuple(pieces)
        prompt = await self._fit(link, model, clean, wish, link.server.context_tokens)
        return Question(
            wish=wish, link=link, model=model, pieces=clean, prompt=prompt, masker=masker
        )

    async def stream(
        self,
        ask_id: int,
        question: Question,
        refitted: Callable[[], None],
        delivery: Receiver | None = None,
    ) -> Answer:
        """Ask the model, and record that; see `_streamed`."""
        asked = Asked(
            link=question.link,
            model=question.model.name,
            prompt=lambda: prompt_text(question.prompt.messages),
        )
        with self._recorder.call(ask_id, question.wish.command, asked):
            try:
                answer = await self._streamed(ask_id, question, refitted, delivery)
            finally:
                asked.response = question.answer
            asked.prompt_tokens = answer.stats.prompt_tokens
            asked.answer_tokens = answer.stats.answer_tokens
        return answer

    async def _streamed(
        self,
        ask_id: int,
        question: Question,
        refitted: Callable[[], None],
        delivery: Receiver | None,
    ) -> Answer:
        """Ask the model; on an overflow learn the server's numbers and ask once more.

        Args:
            ask_id: The request.
            question: Its `answer` is what has come, also where this raises.
            refitted: Called when the prompt had to be made smaller.
            delivery: Takes the text; None = its window.

        Raises: BackendError subclasses, WindowGone.

        """
        delivery = delivery or Delivery(self._editor, ask_id, self._clock, question.masker)
        streaming = Streaming(self._editor, delivery, self._events, ask_id, self._clock)
        model, product = shown_model(question.model.name), question.link.info.product
        kind = question.link.backend.kind
        self._events.started(ask_id, question.wish.command, model, kind)
        try:
            try:
                outcome = await self._run(streaming, question)
            except ContextOverflow as exc:
                question.prompt = await self._refit(question, exc)
                refitted()
                outcome = await self._run(streaming, question)
        except BaseException:
            delivery.break_off()
            raise
        finally:
            question.answer = delivery.answer
        self._counting.learn(question.link, question.model, question.prompt, outcome)
        told = stats(model, product, question.prompt, outcome)
        return Answer(text=delivery.answer, stats=told)

    async def _run(self, streaming: Streaming, question: Question) -> Outcome:
        backend = question.link.backend
        with self._turns.answering(question.link, question.model) as slot:
            request = backend.chat(question.ask(slot))
            return await streaming.run(question.link, request, backend.chat_decoder)

    async def _refit(self, question: Question, overflow: ContextOverflow) -> Prompt:
        """Fit again to the numbers of the server's refusal."""
        if overflow.context_tokens is None or overflow.prompt_tokens is None:
            raise overflow
        link, model, pieces = question.link, question.model, question.pieces
        self._counting.overflowed(link, model, question.prompt, overflow)
        return await self._fit(link, model, pieces, question.wish, overflow.context_tokens)

    async def _fit(
        self,
        link: Link,
        model: ModelInfo,
        pieces: Sequence[Piece],
        wish: Wish,
        context_tokens: int | None,
    ) -> Prompt:
        window = context_window(link.backend.kind, model, context_tokens)
        counter = await self._counting.counter(link, model)
        return await build_prompt(link, model, pieces, counter, Shares(window, wish.answer_tokens))
