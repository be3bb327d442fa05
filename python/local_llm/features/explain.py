""":LocalExplain, its follow-up questions and its preview.

The way of one explanation: judge the input and the path -> find the server and its model -> fit
the prompt -> look in the cache -> stream. The exchange is kept, so that a follow-up begins with
the same messages and finds the server's prompt cache warm.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from local_llm.backends.base import ChatAsk, ModelInfo, Sampling
from local_llm.errors import (
    BackendError,
    ContextOverflow,
    InputRejected,
)
from local_llm.features.answers import Answer, AnswerCache, answer_key
from local_llm.features.connect import Connector, Link
from local_llm.features.context import context_window
from local_llm.features.counting import Counting
from local_llm.features.delivery import Delivery
from local_llm.features.events import Events
from local_llm.features.intake import check_input, check_path, readable
from local_llm.features.options import Options
from local_llm.features.port import Editor, Snapshot
from local_llm.features.preview import preview_lines
from local_llm.features.prompting import Prompt, Shares, build_prompt
from local_llm.features.readiness import until_ready
from local_llm.features.report import notes, shown_model, stats
from local_llm.features.streaming import Outcome, Streaming
from local_llm.prompts.explain import explain_pieces, follow_up_pieces
from local_llm.settings import Settings
from local_llm.tokens.pieces import Piece

COMMAND = "explain"


class Exchange(msgspec.Struct, kw_only=True, eq=False):
    """One open answer: what is needed to ask on."""

    snapshot: Snapshot
    settings: Settings
    link: Link
    model: ModelInfo
    pieces: tuple[Piece, ...]
    prompt: Prompt
    answer: str = ""


class Explainer:
    """The use-case.

    Args:
        editor: Whom to show it.
        connector: Finds servers.
        options: The options in force.
        counting: Counts tokens.
        events: Told when a request starts.
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
        clock: Callable[[], float],
    ) -> None:
        self._editor = editor
        self._connector = connector
        self._options = options
        self._counting = counting
        self._events = events
        self._clock = clock
        self._cache = AnswerCache()
        self._open: dict[int, Exchange] = {}

    async def explain(self, ask_id: int, snapshot: Snapshot, *, again: bool) -> None:
        """Explain the snapshot; `again` asks the model even where the cache has an answer."""
        exchange = await self._prepare(ask_id, snapshot)
        await self._answer(ask_id, exchange, again=again)

    async def follow_up(self, ask_id: int, parent: int, question: str) -> None:
        """Ask on in the exchange `parent`."""
        before = self._open.get(parent)
        if before is None or not before.answer:
            raise InputRejected(
                "there is no answer to ask about", hint="wait until one is complete"
            )
        if not question.strip():
            raise InputRejected("the question is empty", hint="type what you want to know")
        self._editor.tell("state", ask_id, {"state": "connecting"})
        pieces = (*before.pieces, *follow_up_pieces(before.answer, question))
        exchange = await self._fitted(ask_id, before.snapshot, before.settings, pieces)
        await self._answer(ask_id, exchange, again=True)

    async def preview(self, ask_id: int, snapshot: Snapshot) -> None:
        """Show the prompt that would be sent."""
        exchange = await self._prepare(ask_id, snapshot)
        lines = preview_lines(exchange.link, exchange.model, exchange.prompt)
        self._editor.tell("preview", ask_id, {"lines": lines})

    def forget(self, ask_id: int) -> None:
        """Drop an exchange whose window is gone."""
        self._open.pop(ask_id, None)

    async def _prepare(self, ask_id: int, snapshot: Snapshot) -> Exchange:
        settings = self._options.for_root(snapshot.root)
        check_input(snapshot)
        check_path(snapshot, settings)
        self._editor.tell("state", ask_id, {"state": "connecting"})
        return await self._fitted(
            ask_id, snapshot, settings, explain_pieces(readable(snapshot), settings.language)
        )

    async def _fitted(
        self, ask_id: int, snapshot: Snapshot, settings: Settings, pieces: Sequence[Piece]
    ) -> Exchange:
        link = await self._ready(ask_id, settings)
        model = await self._connector.model(link, self._options.model(link))
        prompt = await self._fit(link, model, settings, pieces)
        return Exchange(
            snapshot=snapshot,
            settings=settings,
            link=link,
            model=model,
            pieces=tuple(pieces),
            prompt=prompt,
        )

    async def _ready(self, ask_id: int, settings: Settings) -> Link:
        """Connect, and wait for a model that loads; what fails here is looked for anew."""
        link = await self._connector.connect(settings, self._options.backend)

        def loading() -> None:
            self._editor.tell("state", ask_id, {"state": "loading"})

        try:
            await until_ready(link, loading, self._clock)
        except BackendError:
            await self._connector.drop(link)
            raise
        return link

    async def _fit(
        self,
        link: Link,
        model: ModelInfo,
        settings: Settings,
        pieces: Sequence[Piece],
        context_tokens: int | None = None,
    ) -> Prompt:
        wanted = context_tokens or link.server.context_tokens
        window = context_window(link.backend.kind, model, wanted)
        counter = await self._counting.counter(link, model)
        shares = Shares(window, settings.explain.answer_tokens)
        return await build_prompt(link, model, pieces, counter, shares)

    async def _answer(self, ask_id: int, exchange: Exchange, *, again: bool) -> None:
        self._announce(ask_id, exchange)
        key = _key(exchange)
        known = None if again else self._cache.get(key)
        if known is not None:
            await self._show_known(ask_id, exchange, known)
            return
        answer = await self._stream(ask_id, exchange)
        if answer.stats.finish == "stop":
            self._cache.put(key, answer, exchange.settings.explain.cache_entries)
        self._finish(ask_id, exchange, answer)

    async def _show_known(self, ask_id: int, exchange: Exchange, known: Answer) -> None:
        delivery = Delivery(self._editor, ask_id, self._clock)
        await delivery.text(known.text)
        told = msgspec.structs.replace(known.stats, cached=True)
        self._finish(ask_id, exchange, Answer(text=known.text, stats=told))

    def _finish(self, ask_id: int, exchange: Exchange, answer: Answer) -> None:
        exchange.answer = answer.text
        self._open[ask_id] = exchange
        self._editor.tell("done", ask_id, msgspec.to_builtins(answer.stats))

    async def _stream(self, ask_id: int, exchange: Exchange) -> Answer:
        """Ask the model; on an overflow learn the server's numbers and ask once more."""
        delivery = Delivery(self._editor, ask_id, self._clock)
        streaming = Streaming(self._editor, delivery, self._events, ask_id, self._clock)
        self._started(ask_id, exchange)
        try:
            outcome = await self._run(streaming, exchange)
        except ContextOverflow as exc:
            exchange.prompt = await self._refit(exchange, exc)
            self._announce(ask_id, exchange)
            outcome = await self._run(streaming, exchange)
        except BackendError:
            await self._connector.drop(exchange.link)
            raise
        finally:
            exchange.answer = delivery.answer
            if delivery.answer:
                self._open[ask_id] = exchange
        self._counting.learn(exchange.link, exchange.model, exchange.prompt, outcome)
        model, backend = shown_model(exchange.model.name), exchange.link.info.product
        told = stats(model, backend, exchange.prompt, outcome)
        return Answer(text=delivery.answer, stats=told)

    async def _run(self, streaming: Streaming, exchange: Exchange) -> Outcome:
        backend = exchange.link.backend
        request = backend.chat(_ask(exchange))
        return await streaming.run(exchange.link, request, backend.chat_decoder)

    async def _refit(self, exchange: Exchange, overflow: ContextOverflow) -> Prompt:
        """Fit again to the numbers of the server's refusal."""
        if overflow.context_tokens is None or overflow.prompt_tokens is None:
            raise overflow
        self._counting.overflowed(exchange.link, exchange.model, exchange.prompt, overflow)
        return await self._fit(
            exchange.link,
            exchange.model,
            exchange.settings,
            exchange.pieces,
            context_tokens=overflow.context_tokens,
        )

    def _announce(self, ask_id: int, exchange: Exchange) -> None:
        meta = {
            "model": shown_model(exchange.model.name),
            "backend": exchange.link.info.product,
            "window": exchange.settings.explain.window,
            "notes": [*self._detour(exchange.link), *notes(exchange.snapshot, exchange.prompt)],
        }
        self._editor.tell("meta", ask_id, meta)

    def _detour(self, link: Link) -> list[str]:
        """Say that a fall-back answers."""
        if link.name == self._options.backend:
            return []
        wanted = self._options.backend or "the main backend"
        return [f"{wanted} does not answer; {link.name} ({link.where}) is used"]

    def _started(self, ask_id: int, exchange: Exchange) -> None:
        kind = exchange.link.backend.kind
        self._events.started(ask_id, COMMAND, shown_model(exchange.model.name), kind)


def _ask(exchange: Exchange) -> ChatAsk:
    server, settings = exchange.link.server, exchange.settings
    temperature = settings.explain.temperature if server.temperature is None else server.temperature
    return ChatAsk(
        model=exchange.model.name,
        messages=exchange.prompt.messages,
        max_tokens=exchange.prompt.room.answer,
        context_tokens=exchange.prompt.window.send,
        sampling=Sampling(temperature=temperature),
        keep_alive=server.keep_alive,
    )


def _key(exchange: Exchange) -> str:
    ask = _ask(exchange)
    sampling = f"{ask.sampling.temperature}/{ask.max_tokens}"
    return answer_key(exchange.link.where, ask.model, sampling, ask.messages)
