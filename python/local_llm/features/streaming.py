"""One request from its first byte to its end marker, shown as it comes.

States as the user sees them: connecting -> (loading the model) -> reading the prompt ->
(thinking) -> writing. "Loading" is a state of its own: the request is repeated until the model
is there, as every llama.cpp route answers 503 meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec

from local_llm.backends.base import Decoder, Done, Event, Progress, Request, Text, Thinking, Usage
from local_llm.body import Body
from local_llm.errors import EmptyAnswer, ModelLoading
from local_llm.features.connect import Link
from local_llm.features.delivery import Receiver
from local_llm.features.events import Events
from local_llm.features.port import Editor
from local_llm.features.readiness import POLL_S


class Outcome(msgspec.Struct, kw_only=True):
    """How an answer went: the end marker's words and our own times, in seconds."""

    finish: str = "stop"
    truncated: bool = False
    usage: Usage = Usage()
    first_token_s: float | None = None
    writing_s: float | None = None
    total_s: float = 0.0


class Streaming:
    """Runs one request against a link and shows it.

    Args:
        editor: Told the states.
        delivery: Takes the text.
        events: Told the first token.
        ask_id: The request.
        clock: Seconds, monotonic.

    """

    def __init__(
        self,
        editor: Editor,
        delivery: Receiver,
        events: Events,
        ask_id: int,
        clock: Callable[[], float],
    ) -> None:
        self._editor = editor
        self._delivery = delivery
        self._events = events
        self._id = ask_id
        self._clock = clock
        self._state = ""
        self._begun = clock()
        self._first: float | None = None
        self._done: Done | None = None

    async def run(self, link: Link, request: Request, decoder: Callable[[], Decoder]) -> Outcome:
        """Stream until the end marker.

        Raises: BackendError subclasses (what arrived has been shown), WindowGone.
        """
        self._begun = self._clock()
        async with self._open(link, request) as body:
            await self._read(body, decoder(), link.where)
        await self._delivery.finish()
        if not self._delivery.answer.strip():
            raise EmptyAnswer("the server answered with no text", where=link.where)
        return self._outcome()

    def state(self, state: str, percent: int | None = None, detail: str | None = None) -> None:
        """Show a state, once."""
        if (mark := f"{state}{percent}{detail}") != self._state:
            self._state = mark
            self._editor.tell(
                "state", self._id, {"state": state, "percent": percent, "detail": detail}
            )

    @asynccontextmanager
    async def _open(self, link: Link, request: Request) -> AsyncIterator[Body]:
        """Open the stream, waiting as long as the model loads."""
        deadline = self._clock() + link.server.start_timeout_s
        while True:
            try:
                async with link.transport.stream(request, link.backend.error) as body:
                    yield body
            except ModelLoading:
                if self._clock() > deadline:
                    raise
            else:
                return
            self.state("loading")
            await asyncio.sleep(POLL_S)

    async def _read(self, body: Body, decoder: Decoder, where: str) -> None:
        self.state("reading")
        data = await body.read()
        if not data:
            raise EmptyAnswer("the server answered with nothing", where=where)
        while data and self._done is None:
            await self._show(decoder.feed(data))
            await self._delivery.turn()
            data = b"" if self._done else await body.read()
        if self._done is None:
            await self._show(decoder.finish())
        else:
            await body.finish()

    async def _show(self, events: list[Event]) -> None:
        text: list[str] = []
        for event in events:
            match event:
                case Text():
                    text.append(event.text)
                case Thinking():
                    self._think(event, text)
                case Progress():
                    self._progress(event)
                case Done():
                    self._done = event
        if text:
            self._note_first("writing")
            await self._delivery.text("".join(text))

    def _think(self, event: Thinking, text: list[str]) -> None:
        """Keep reasoning apart; an end tag alone tells that all before it was reasoning, too."""
        self._note_first("thinking")
        if event.all_before:
            self._delivery.retract()
            self._delivery.thinking("".join(text))
            text.clear()
        self._delivery.thinking(event.text)

    def _progress(self, event: Progress) -> None:
        if event.total > 0 and self._first is None:
            self.state("reading", percent=min(100, event.done * 100 // event.total))

    def _note_first(self, state: str) -> None:
        self.state(state)
        if self._first is None:
            self._first = self._clock()
            self._events.first_token(self._id)

    def _outcome(self) -> Outcome:
        now = self._clock()
        done = self._done or Done()
        return Outcome(
            finish=done.finish,
            truncated=done.truncated,
            usage=done.usage,
            first_token_s=None if self._first is None else self._first - self._begun,
            writing_s=None if self._first is None else now - self._first,
            total_s=now - self._begun,
        )
