"""Where completion sits: a server it holds on to, a model, the way to ask it, and its pace.

Found once and kept, because a key leaves no time to look for it again: until the options, the
chosen backend or model change, or a request fails.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AsyncExitStack

import msgspec

from local_llm.backends.base import ModelInfo, TellsIds
from local_llm.features.connect import Connector, Link
from local_llm.features.context import ContextWindow, context_window
from local_llm.features.counting import Counting
from local_llm.features.inline.route import Route, Routes
from local_llm.features.inline.tokens import LocalTokenizer, ServerTokenizer, Tokenizer
from local_llm.features.learned import Learned, key_of
from local_llm.features.options import Options
from local_llm.features.readiness import until_ready
from local_llm.features.turns import slots_of
from local_llm.fim.families import find_family
from local_llm.fim.pace import Pace
from local_llm.settings import Settings
from local_llm.tokens.count import Counter, LocalCounter

OPTIONS_FRESH_S = 2.0  # an edited options file counts that soon


class Seat(msgspec.Struct, kw_only=True, eq=False):
    """Everything a request needs that does not depend on the place.

    slot: The server's slot that is ours; None where it has one only, or does not tell.
    most_alternatives: How many suggestions one request can bring.
    """

    settings: Settings
    link: Link
    model: ModelInfo
    route: Route
    counter: Counter
    tokenizer: Tokenizer | None
    window: ContextWindow
    pace: Pace
    slot: int | None = None
    most_alternatives: int = 1

    def shrink(self, context_tokens: int) -> None:
        """Take the server's word for its context."""
        self.window = msgspec.structs.replace(self.window, tokens=context_tokens)


class Seats:
    """Finds and keeps the seat.

    Args:
        connector: Finds servers.
        options: The options in force.
        counting: Knows vocabularies.
        speeds: What was measured in earlier sessions.
        routes: Finds the way to ask a model.
        clock: Seconds, monotonic.

    """

    def __init__(
        self,
        connector: Connector,
        options: Options,
        counting: Counting,
        speeds: Learned,
        *,
        routes: Routes,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._routes = routes
        self._connector = connector
        self._options = options
        self._counting = counting
        self._speeds = speeds
        self._clock = clock
        self._seat: Seat | None = None
        self._chosen: tuple[object, ...] = ()
        self._read: dict[str, tuple[Settings, float]] = {}  # options by root, and when
        self._held = AsyncExitStack()
        self._paces: dict[str, Pace] = {}

    async def take(self, root: str) -> Seat:
        """Return the seat for a project.

        Raises: SettingsError, PolicyRefused and BackendError subclasses.
        """
        settings = self.settings(root)
        chosen = (settings, self._options.choices())
        if self._seat is None or chosen != self._chosen:
            await self.leave()
            self._seat, self._chosen = await self._find(settings), chosen
        return self._seat

    def settings(self, root: str) -> Settings:
        """Return the options for a project. Raises: SettingsError."""
        known, now = self._read.get(root), self._clock()
        if known is not None and now - known[1] < OPTIONS_FRESH_S:
            return known[0]
        settings = self._options.for_root(root)
        self._read[root] = settings, now
        return settings

    async def leave(self) -> None:
        """Let go of the server; its speed stays known."""
        if self._seat is not None:
            self._speeds.keep(key_of(self._seat.link, self._seat.model), self._seat.pace.state())
        held, self._held, self._seat = self._held, AsyncExitStack(), None
        await held.aclose()

    async def fail(self) -> None:
        """Let go of a server that failed; the next ticket looks for one anew."""
        if self._seat is not None:
            await self._connector.drop(self._seat.link)
        await self.leave()

    def forget_options(self) -> None:
        """Look at the options again at the next ticket."""
        self._read.clear()

    async def _find(self, settings: Settings) -> Seat:
        link = await self._connector.connect(settings, self._options.backend)
        await self._held.enter_async_context(self._connector.held(link))
        try:
            await until_ready(link, lambda: None, self._clock)
            return await self._seat_at(settings, link)
        except BaseException:
            await self.leave()
            raise

    async def _seat_at(self, settings: Settings, link: Link) -> Seat:
        model = await self._connector.model(link, fim_model(link, self._options.model(link)))
        route = await self._routes.find(link, model)
        counter = await self._counting.counter(link, model)
        slots = slots_of(link, model)
        return Seat(
            settings=settings,
            link=link,
            model=model,
            route=route,
            counter=counter,
            tokenizer=_tokenizer(link, model, route, counter),
            window=context_window(link.backend.kind, model, link.server.context_tokens),
            pace=self._pace(link, model),
            slot=slots - 1 if slots > 1 else None,
            most_alternatives=link.backend.most_alternatives(model),
        )

    def _pace(self, link: Link, model: ModelInfo) -> Pace:
        key = key_of(link, model)
        if key not in self._paces:
            self._paces[key] = Pace(self._speeds.of(key))
        return self._paces[key]


def fim_model(link: Link, chosen: str | None) -> str | None:
    """Return the model to complete with, None for the server's best.

    Args:
        link: The server.
        chosen: The model that other commands use, where the user named one.

    """
    named = link.server.fim_model or chosen
    if named is not None:
        return named
    local = [model for model in link.info.models if not model.remote]
    able = [model for model in local if find_family(model.name) is not None]
    best = [model for model in able if model.loaded] or able
    return best[0].name if best else None


def _tokenizer(link: Link, model: ModelInfo, route: Route, counter: Counter) -> Tokenizer | None:
    """Return what makes ids, where the server takes them."""
    if route.family is None or not link.backend.takes_ids:
        return None
    if isinstance(counter, LocalCounter):
        tokenizer = LocalTokenizer(counter, route.family.reserved())
        if tokenizer.knows([marker for marker in route.family.marks if marker]):
            return tokenizer
    if isinstance(link.backend, TellsIds):
        return ServerTokenizer(link, link.backend, model.name)
    return None
