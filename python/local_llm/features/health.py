"""What `:checkhealth local_llm` says of the Python side and of every configured backend.

It talks to the server that will be used, as the commands will. Each failure comes with one
remedy, and all of it ends in time, also against a server that never answers.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import platform
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from local_llm.backends.base import ChatAsk, Message, ModelInfo, State, Text, Thinking
from local_llm.errors import BackendSilent, BackendUnreachable, InstallError, LocalLlmError
from local_llm.features.audit import prompt_text
from local_llm.features.connect import Connector, Link
from local_llm.features.context import context_window
from local_llm.features.counting import Counting
from local_llm.features.inline.route import Routes
from local_llm.features.inline.seat import fim_model
from local_llm.features.options import Options
from local_llm.features.port import Editor
from local_llm.features.recording import Asked, Recorder
from local_llm.installation import how_to_add
from local_llm.settings import Settings

WHOLE_S = 8.5  # `:checkhealth` waits 10 s
ROUND_TRIP_S = 5.0
NEEDED = ("pynvim", "httpx", "h11", "httptools", "tiktoken", "msgspec", "google-re2", "pathspec")

Item = dict[str, Any]


class HealthCheck:
    """Builds the report.

    Args:
        editor: Whom to tell.
        connector: The same one that the commands use.
        options: The options in force.
        counting: Tells how tokens are counted.
        routes: Tells how a model is asked to fill a gap.
        recorder: Keeps the audit log.
        sections: What other parts add: functions that return a section each, at once.

    """

    def __init__(
        self,
        editor: Editor,
        connector: Connector,
        options: Options,
        counting: Counting,
        *,
        routes: Routes,
        recorder: Recorder,
        sections: Sequence[Callable[[], dict[str, Any]]] = (),
    ) -> None:
        self._editor = editor
        self._connector = connector
        self._options = options
        self._counting = counting
        self._routes = routes
        self._recorder = recorder
        self._sections = sections

    async def report(self, ask_id: int, message: dict[str, Any]) -> None:
        """Send one "health" message with all sections."""
        settings = self._options.for_root(str(message.get("root") or ""))
        names = ["", *sorted(settings.backends)]
        backends = await asyncio.gather(*(self._within(ask_id, settings, name) for name in names))
        more = [section() for section in self._sections]
        python = {"title": "Python side", "items": [*_packages(), self._embedded_item(settings)]}
        sections = [python, self._options_section(), *more, *backends]
        self._editor.tell("health", ask_id, {"sections": sections})

    def _options_section(self) -> dict[str, Any]:
        advice = "put it right; see :help local-llm-options"
        items = [_item("warn", warning, advice) for warning in self._options.warnings()]
        return {"title": "Options", "items": items or [_item("ok", "all options are understood")]}

    def _embedded_item(self, settings: Settings) -> Item:
        try:
            return _item("ok", f"embedded backend: {self._connector.embedded(settings)}")
        except InstallError as exc:
            if settings.embedded.server is not None:
                return _item("warn", exc.sentence(), exc.hint)
            return _item("info", f"no embedded backend (optional): {exc.hint} to have one")

    async def _within(self, ask_id: int, settings: Settings, name: str) -> dict[str, Any]:
        """Check one backend; what is known when the time is up is reported."""
        items: list[Item] = []
        try:
            async with asyncio.timeout(WHOLE_S):
                await self._backend(ask_id, settings, name, items)
        except TimeoutError:
            items.append(_item("error", "the check took too long", "look at the server's log"))
        except LocalLlmError as exc:
            items.append(_item("error", exc.sentence(), _remedy(exc)))
        title = f"Backend {name}" if name else "Backend in use"
        return {"title": title, "items": items}

    async def _backend(self, ask_id: int, settings: Settings, name: str, items: list[Item]) -> None:
        link = await self._connector.link(settings, name or self._options.backend)
        server = f"{link.info.product} {link.info.version}".rstrip()
        items.append(_item("ok", f"{server} at {link.where}"))
        if link.info.state is not State.READY:
            items.append(_state_item(link))
            return
        wanted = self._options.model(link)
        model = await self._connector.model(link, wanted)
        items.append(_item("ok", f"model {model.name}{_loaded(model)}"))
        items.append(_context_item(link, model))
        items.append(await self._fim_item(link, wanted))
        items.append(_item("info", f"tokens: {await self._counting.describe(link, model)}"))
        if not name:
            items.append(await self._round_trip(ask_id, link, model))

    async def _round_trip(self, ask_id: int, link: Link, model: ModelInfo) -> Item:
        """Ask for one word and time the first token."""
        ask, begun = _one_word(link, model), time.monotonic()
        asked = Asked(link=link, model=model.name, prompt=lambda: prompt_text(ask.messages))
        try:
            with self._recorder.call(ask_id, "checkhealth", asked):
                async with asyncio.timeout(ROUND_TRIP_S):
                    asked.response = await _first_token(link, ask)
        except TimeoutError:
            silent = BackendSilent(f"no token within {ROUND_TRIP_S:g} s", where=link.where)
            return _item("warn", silent.sentence(), "it may be loading the model; check again soon")
        took_ms = (time.monotonic() - begun) * 1000
        return _item("ok", f"one round trip: first token after {took_ms:.0f} ms")

    async def _fim_item(self, link: Link, chosen: str | None) -> Item:
        """Say how inline completion would ask, and which model."""
        model = await self._connector.model(link, fim_model(link, chosen))
        route = await self._routes.find(link, model)
        level = "warn" if route.kind == "chat" else "ok"
        advice = ["set backend.fim_model to a coder model"] if route.kind == "chat" else []
        return _item(level, f"inline completion with {model.name}: {route.why}", *advice)


def _remedy(exc: LocalLlmError) -> str:
    """Return what to do; a hint to run this very check would lead in a circle."""
    match exc:
        case BackendUnreachable():
            return "start the server, or set backend.url to where it listens"
        case BackendSilent():
            return "restart what listens there, or set backend.url to the model server"
        case _:
            return exc.hint


def _packages() -> list[Item]:
    """Say which Python runs, and which of the packages that it needs are there."""
    items = [_item("ok", f"Python {platform.python_version()} ({sys.executable})")]
    for package in NEEDED:
        try:
            items.append(_item("ok", f"{package} {importlib.metadata.version(package)}"))
        except importlib.metadata.PackageNotFoundError:
            items.append(_item("error", f"{package} is missing", how_to_add()))
    return items


def _state_item(link: Link) -> Item:
    match link.info.state:
        case State.LOADING:
            return _item("warn", "it is still loading the model", "run :checkhealth again soon")
        case State.KEY_WANTED:
            advice = "set backend.api_key_cmd or backend.api_key_env"
            return _item("error", "it wants an API key, or another one", advice)
        case _:
            return _item("error", "it has no model", "load or pull one on the server")


def _loaded(model: ModelInfo) -> str:
    if model.loaded is None:
        return ""
    return ", loaded" if model.loaded else ", not loaded: the first request waits for that"


def _context_item(link: Link, model: ModelInfo) -> Item:
    wanted = link.server.context_tokens
    window = context_window(link.backend.kind, model, wanted)
    text = f"context: {window.tokens} tokens ({window.source})"
    if wanted is not None and window.tokens < wanted:
        advice = f"start the server with a context of {wanted}, or lower backend.context_tokens"
        return _item("warn", f"{text}; {wanted} were wanted", advice)
    if model.context_tokens is None and wanted is None and link.backend.kind != "ollama":
        return _item("warn", text, "set backend.context_tokens to what the server was started with")
    return _item("ok", text)


def _one_word(link: Link, model: ModelInfo) -> ChatAsk:
    window = context_window(link.backend.kind, model, link.server.context_tokens)
    return ChatAsk(
        model=model.name,
        messages=(Message("user", "Say OK."),),
        max_tokens=8,
        context_tokens=window.send,
        keep_alive=link.server.keep_alive,
        think=False if model.thinking else None,
    )


async def _first_token(link: Link, ask: ChatAsk) -> str:
    """Return the first of the answer; the rest is not waited for."""
    decoder = link.backend.chat_decoder()
    async with link.transport.stream(link.backend.chat(ask), link.backend.error) as body:
        while data := await body.read():
            for event in decoder.feed(data):
                if isinstance(event, Text | Thinking):
                    return event.text
        decoder.finish()
    return ""


def _item(level: str, text: str, *advice: str) -> Item:
    return {"level": level, "text": text, "advice": list(advice)}
