"""The application: messages of the editor in, one task a request.

Runs on one loop. Whatever happens in a request ends in exactly one "done" or "fail"; a
fault of our own is told by its type and place, never by its text, which could be the user's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from local_llm import log
from local_llm.config import read_bounded
from local_llm.errors import LocalLlmError, PolicyRefused
from local_llm.features.asking import Asker
from local_llm.features.audit import Auditor
from local_llm.features.audit_queue import AuditQueue, AuditSink
from local_llm.features.connect import Connector
from local_llm.features.consent import Consent
from local_llm.features.counting import Counting
from local_llm.features.delivery import WindowGone
from local_llm.features.ending import end
from local_llm.features.events import Events
from local_llm.features.exchanges import Exchanges
from local_llm.features.explain import Explainer
from local_llm.features.faults import bug
from local_llm.features.health import HealthCheck
from local_llm.features.history import History
from local_llm.features.history_entry import HistoryStore
from local_llm.features.inline.completer import Completer
from local_llm.features.inline.ledger import Ledger
from local_llm.features.inline.route import Routes
from local_llm.features.inline.seat import Seats
from local_llm.features.inline.tally import Tally
from local_llm.features.learned import Learned
from local_llm.features.masking import Masking
from local_llm.features.options import Options
from local_llm.features.pick import Picker
from local_llm.features.port import Editor, EmbeddedServer, Snapshot, Tools
from local_llm.features.recording import Recorder
from local_llm.features.search import Searcher, names_here
from local_llm.features.turns import Turns
from local_llm.features.wtf.fix import Fixer
from local_llm.features.wtf.gathering import Gathering
from local_llm.features.wtf.rulebook import Rulebook
from local_llm.features.wtf.wtf import Cases, Wtf
from local_llm.guard.audit_record import Actor
from local_llm.settings import Guard, Rule, Settings

Handler = Callable[[int, dict[str, Any]], Coroutine[Any, Any, None]]


class App:
    """Routes messages by name; see lua/local_llm/host.lua for their fields.

    Args:
        editor: Whom to answer.
        env: The environment.
        embedded: Starts the embedded server.
        trusted: Tells whether a project's options file was trusted with this content.
        tools: The programs of this machine.
        past: Keeps past answers.
        audit: Returns where records of the audit log go.
        cache: Folder for what is learned of models, below the XDG cache.
        state: Folder for what is kept of the user's work, below the XDG state folder.

    """

    def __init__(
        self,
        editor: Editor,
        env: Mapping[str, str],
        embedded: EmbeddedServer,
        trusted: Callable[[str, bytes], bool],
        tools: Tools,
        *,
        past: HistoryStore,
        audit: Callable[[Guard], AuditSink],
        cache: Path,
        state: Path,
    ) -> None:
        self._editor = editor
        self._options = Options(env, trusted)
        connector = Connector(env, embedded)
        self._connector = connector
        counting = Counting(cache / "tokens")
        self._counting = counting
        self._events = events = Events(editor)
        clock = time.monotonic
        turns = Turns()
        masking = Masking(env, read_bounded)
        log.mask_with(lambda text: masking.plain().mask(text).text)
        self._guard = Guard()
        self._audit = AuditQueue(lambda: audit(self._guard), self._not_recorded)
        user = Actor(type="user", username=env.get("USER") or env.get("LOGNAME"))
        auditor = Auditor(
            self._audit,
            lambda: self._guard,
            lambda text: masking.masker(Settings(guard=self._guard)).mask(text).text,
            actor=user,
        )
        self._recorder = Recorder(auditor)
        asker = Asker(
            editor,
            connector,
            self._options,
            counting,
            events,
            turns=turns,
            masking=masking,
            recorder=self._recorder,
            clock=clock,
        )
        self._history = History(editor, past, masking)
        self._exchanges = Exchanges(editor, self._options, asker, self._history, clock)
        self._explainer = Explainer(self._options, self._exchanges)
        rulebook = Rulebook(tools, cache / "rules", self._own_rules)
        self._gathering = Gathering(rulebook)
        cases = Cases(self._options, self._gathering)
        self._wtf = Wtf(cases, self._exchanges)
        self._fixer = Fixer(editor, asker, cases, self._history, masking)
        self._picker = Picker(editor, connector, self._options)
        consent = Consent(state / "search.json")
        self._searcher = Searcher(editor, self._options, consent, partial(names_here, env))
        routes = Routes(self._recorder)
        self._health = HealthCheck(
            editor,
            connector,
            self._options,
            counting,
            routes=routes,
            recorder=self._recorder,
            sections=(self._searcher.section,),
        )
        speeds = Learned(cache / "speeds.json")
        seats = Seats(connector, self._options, counting, speeds, routes=routes, clock=clock)
        self._tally = Tally(Ledger(state / "stats.json"))
        self._completer = Completer(
            editor, seats, turns, self._tally, masking=masking, recorder=self._recorder, clock=clock
        )
        self._at_once: dict[str, Callable[[dict[str, Any]], None]] = {
            "configure": self._configure,
            "complete": self._complete,
            "complete_used": self._tally.used,
            "complete_idle": self._completer.idle,
            "complete_cancel": lambda _message: self._completer.cancel(),
            "context": self._completer.remember,
            "wtf_found": self._gathering.take,
        }
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._handlers: dict[str, Handler] = {
            "explain": self._explain,
            "wtf": self._wtf.explain,
            "wtf_fix": self._fixer.fix,
            "follow_up": self._follow_up,
            "preview": self._preview,
            "models": self._picker.models,
            "use_model": self._picker.use_model,
            "backends": self._picker.backends,
            "use_backend": self._picker.use_backend,
            "health": self._health.report,
            "stats": self._stats,
            "history": self._history.find,
            "history_entry": self._history.entry,
            "history_delete": self._history.delete,
            "search": self._searcher.query,
            "search_allow": self._searcher.allow,
            "search_forget": self._searcher.forget,
            "engines": self._searcher.engines,
        }

    def receive(self, message: dict[str, Any]) -> None:
        """Take one message; never raises, never waits."""
        name, ask_id = str(message.get("name")), message.get("id")
        if name in self._at_once:
            self._at_once[name](message)
        elif name == "stop":
            self._stop(ask_id)
        elif name == "forget" and isinstance(ask_id, int):
            self._stop(ask_id)
            self._exchanges.forget(ask_id)
        elif name in self._handlers and isinstance(ask_id, int):
            self._start(ask_id, name, message)
        else:
            log.warning("unknown message from the editor")

    async def aclose(self) -> None:
        """Cancel every request and close every connection."""
        tasks = list(self._tasks.values())
        self._stop(None)
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._gathering.aclose()
        await self._history.aclose()
        await self._completer.aclose()
        await self._counting.aclose()
        await self._connector.aclose()
        await self._audit.aclose()

    def _configure(self, message: dict[str, Any]) -> None:
        warnings = self._options.configure(message.get("setup") or {}, message.get("cwd") or "")
        everywhere = self._options.everywhere()
        log.set_level(everywhere.log_level)
        self._guard = everywhere.guard
        self._completer.configured()
        self._editor.tell("configured", 0, {"warnings": warnings})

    def _own_rules(self, root: str) -> Mapping[str, Rule]:
        return self._options.for_root(root).wtf.rules

    def _complete(self, message: dict[str, Any]) -> None:
        self._completer.ask(message)
        # Counted while the server thinks: the key waits for the request.
        asyncio.get_running_loop().call_soon(self._tally.used, message)

    def _stop(self, ask_id: int | None) -> None:
        for known, task in list(self._tasks.items()):
            if ask_id is None or known == ask_id:
                end(task)

    def _start(self, ask_id: int, name: str, message: dict[str, Any]) -> None:
        if name in ("wtf", "wtf_fix"):
            self._gathering.expect(ask_id)  # what follows may be here before the task begins
        task = asyncio.get_running_loop().create_task(self._guarded(ask_id, name, message))
        self._tasks[ask_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(ask_id, None))

    async def _guarded(self, ask_id: int, name: str, message: dict[str, Any]) -> None:
        try:
            await self._handlers[name](ask_id, message)
            self._events.finished(ask_id)
        except asyncio.CancelledError:
            self._editor.tell("done", ask_id, {"stopped": True})
            self._events.finished(ask_id)
        except WindowGone:
            self._exchanges.forget(ask_id)
            self._events.finished(ask_id)
        except LocalLlmError as exc:
            self._fail(ask_id, name, message, exc)
        except Exception as exc:  # noqa: BLE001 - the last line before the user: no traceback there
            self._fail(ask_id, name, message, bug(exc))

    def _not_recorded(self, exc: LocalLlmError) -> None:
        text = f"the audit log is not written: {exc.sentence()}; {exc.hint}"
        self._editor.tell("notice", 0, {"level": "warn", "message": text})

    def _fail(self, ask_id: int, name: str, message: dict[str, Any], exc: LocalLlmError) -> None:
        log.warning("%s failed: %s", name, exc.code)
        if isinstance(exc, PolicyRefused):
            place = message.get("snapshot") or {}
            path, root = str(place.get("path") or ""), str(place.get("root") or "")
            self._recorder.refusal(ask_id, name, exc, path=path, root=root)
        self._editor.tell(
            "fail",
            ask_id,
            {"code": exc.code, "message": str(exc), "hint": exc.hint, "where": exc.where},
        )
        self._events.failed(ask_id, name, exc.code)

    async def _explain(self, ask_id: int, message: dict[str, Any]) -> None:
        snapshot = msgspec.convert(message["snapshot"], Snapshot)
        await self._explainer.explain(ask_id, snapshot, again=bool(message.get("again")))

    async def _follow_up(self, ask_id: int, message: dict[str, Any]) -> None:
        await self._exchanges.follow_up(ask_id, int(message["parent"]), str(message["question"]))

    async def _preview(self, ask_id: int, message: dict[str, Any]) -> None:
        if message.get("command") == "wtf":
            await self._wtf.preview(ask_id, message)
            return
        snapshot = msgspec.convert(message["snapshot"], Snapshot)
        await self._explainer.preview(ask_id, snapshot)

    async def _stats(self, ask_id: int, message: dict[str, Any]) -> None:
        if message.get("reset"):
            await self._tally.reset()
        self._editor.tell("stats", ask_id, {"lines": await self._tally.lines()})
