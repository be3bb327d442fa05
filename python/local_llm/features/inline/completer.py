"""Inline completion: one ticket at a time, from the key to the ghost text.

A newer ticket ends the older one, whose socket is closed before anything else is sent: there is
never more than one request under way. After an answer, the next one is asked for as if this one
had been taken (`speculate`); a ticket for just that place takes it over. A pause is used to have
the server read a better prompt.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from local_llm import log
from local_llm.errors import BackendError, LocalLlmError, PathRefused
from local_llm.features.ending import end
from local_llm.features.faults import bug
from local_llm.features.inline.anchors import Anchors
from local_llm.features.inline.finder import Finder
from local_llm.features.inline.intake import check, is_unwanted, ticket_of
from local_llm.features.inline.pieces import Pieces
from local_llm.features.inline.run import Finding
from local_llm.features.inline.seat import Seat, Seats
from local_llm.features.inline.show import Key, Recent, Show, key_of
from local_llm.features.inline.tally import Tally
from local_llm.features.inline.troubles import Troubles
from local_llm.features.masking import Masking
from local_llm.features.port import Editor
from local_llm.features.recording import Recorder
from local_llm.features.turns import Turns
from local_llm.fim.ring import Ring
from local_llm.fim.ticket import Ticket

REST_S = 0.2  # a suggestion is looked at that long before the next one is asked for


class Completer:
    """The use-case.

    Args:
        editor: Whom to show it.
        seats: Finds server and model.
        turns: Tells when an answer streams.
        tally: Counts.
        masking: Takes secrets out of what is sent.
        recorder: Keeps the audit log.
        clock: Seconds, monotonic.

    """

    def __init__(
        self,
        editor: Editor,
        seats: Seats,
        turns: Turns,
        tally: Tally,
        *,
        masking: Masking,
        recorder: Recorder,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._editor = editor
        self._recorder = recorder
        self._seats = seats
        self._turns = turns
        self._tally = tally
        self._clock = clock
        ring = Ring()
        self._pieces = Pieces(ring, masking, clock)
        self._finder = Finder(Anchors(ring), tally, masking, recorder, clock)
        self._recent = Recent()
        self._troubles = Troubles(clock)
        self._task: asyncio.Task[None] | None = None
        self._ahead: tuple[Key, Show] | None = None
        self._resting: Ticket | None = None

    # -- messages -------------------------------------------------------------------------------

    def ask(self, message: dict[str, Any]) -> None:
        """Answer a ticket, and no older one any more."""
        ticket = ticket_of(message)
        if self._ahead is not None and self._ahead[0] == key_of(ticket) and not ticket.manual:
            self._tally.asked(ticket.id)
            self._ahead[1].aim(ticket.id)
            return
        self._start(partial(self._answered, ticket))

    def idle(self, message: dict[str, Any]) -> None:
        """Use a pause: have the server read a better prompt, after what is under way."""
        ticket = ticket_of(message)
        if self._task is None or self._task.done():
            self._start(partial(self._warmed, ticket))
        else:
            self._resting = ticket

    def cancel(self) -> None:
        """End what is under way."""
        self._start(None)

    def remember(self, message: dict[str, Any]) -> None:
        """Keep a piece of a file for the prompts to come, unless it must never go out."""
        try:
            settings = self._seats.settings(str(message.get("root") or ""))
        except LocalLlmError:
            return
        self._pieces.remember(message, settings)

    def configured(self) -> None:
        """Look at the options again: they have changed."""
        self._seats.forget_options()
        self._recent.clear()
        self._troubles.clear()

    async def aclose(self) -> None:
        """End what is under way and let go of the server."""
        task, self._task = self._task, None
        if task is not None:
            end(task)
            await asyncio.gather(task, return_exceptions=True)
        await self._seats.leave()
        await self._tally.aclose()

    # -- one ticket -----------------------------------------------------------------------------

    def _start(self, work: Callable[[], Coroutine[Any, Any, None]] | None) -> None:
        """End the old work; the new begins when its socket is closed."""
        old, self._ahead, self._resting = self._task, None, None
        if old is not None:
            end(old)
        if work is not None:
            self._task = asyncio.get_running_loop().create_task(_after(old, work))

    async def _answered(self, ticket: Ticket) -> None:
        try:
            await self._answer(ticket)
        except PathRefused as exc:
            place = {"path": ticket.path, "root": ticket.root}
            self._recorder.refusal(ticket.id, "complete", exc, **place)
            self._give_up(ticket, exc, rule=exc.rule)
        except BackendError as exc:
            await self._seats.fail()
            self._give_up(ticket, exc)
        except LocalLlmError as exc:
            self._give_up(ticket, exc)
        except Exception as exc:  # noqa: BLE001 - the editor waits for an end of every ticket
            self._give_up(ticket, bug(exc))
        if self._resting is not None:
            await self._warmed(self._resting)

    async def _answer(self, ticket: Ticket) -> None:
        settings = self._seats.settings(ticket.root)
        check(ticket, settings, self._clock())
        if not ticket.manual and (self._troubles.pause or is_unwanted(ticket, settings)):
            self._editor.tell("ghost", ticket.id, {"texts": [], "done": True})
            return
        seat = await self._seats.take(ticket.root)
        self._sift(seat)
        self._tally.asked(ticket.id, seat.model.name)
        show = Show(self._editor, ticket.id, _waits(seat, ticket))
        key = key_of(ticket)
        known = self._recent.get(key)
        if known is None or ticket.manual:
            if not settings.complete.while_answering and not ticket.manual:
                await self._turns.quiet(seat.link)
            others = (known or ()) if ticket.alternatives else ()
            texts = await self._found(seat, ticket, show, known=others)
            self._recent.put(key, texts)
        else:
            texts = known
            show.put(texts, done=True)
        self._troubles.clear()
        await self._look_ahead(seat, ticket, texts)

    async def _found(
        self,
        seat: Seat,
        ticket: Ticket,
        show: Show,
        *,
        known: tuple[str, ...] = (),
        ahead: bool = False,
    ) -> tuple[str, ...]:
        """Return what is suggested: what is `known` already, and what is found."""

        def emit(finding: Finding, done: bool) -> None:
            info = finding.figures() if done and seat.settings.complete.show_info else ""
            show.put(_merged(known, finding.texts), done=done, info=info)

        finding = await self._finder.find(seat, ticket, emit, ahead=ahead)
        return _merged(known, finding.texts)

    async def _look_ahead(self, seat: Seat, ticket: Ticket, texts: tuple[str, ...]) -> None:
        """Ask for what would follow the first suggestion."""
        if not texts or not seat.settings.complete.speculate or seat.route.kind == "chat":
            return
        await asyncio.sleep(REST_S)
        taken = ticket.followed_by(texts[0])
        key = key_of(taken)
        if self._recent.get(key) is not None:
            return
        show = Show(self._editor, None, _waits(seat, ticket))
        self._ahead = key, show
        try:
            self._recent.put(key, await self._found(seat, taken, show, ahead=True))
        finally:
            self._ahead = None

    def _sift(self, seat: Seat) -> None:
        """Let nothing into a prompt that may not go out, also of what it held before."""
        if self._pieces.sift(seat.settings):
            self._finder.forget()

    async def _warmed(self, ticket: Ticket) -> None:
        self._resting = None
        try:
            if self._troubles.pause:
                return
            check(ticket, self._seats.settings(ticket.root), self._clock())
            seat = await self._seats.take(ticket.root)
            self._sift(seat)
            if seat.route.kind == "raw":
                await self._turns.quiet(seat.link)
                await self._finder.warm(seat, ticket)
        except LocalLlmError as exc:
            log.debug("nothing was read ahead: %s", exc.code)

    def _give_up(self, ticket: Ticket, exc: LocalLlmError, *, rule: str = "") -> None:
        """Tell the editor that nothing comes; the user only once, or when asked for it.

        Args:
            ticket: What was asked.
            exc: Why nothing comes.
            rule: The rule by which this buffer never goes out; the editor asks no more then.

        """
        told = False if rule else self._troubles.note(exc)
        log.debug("no suggestion: %s", exc.code)
        data = {
            "texts": [],
            "done": True,
            "refused": bool(rule),
            "rule": rule or None,
            "failed": True,
        }
        self._editor.tell("ghost", ticket.id, data)
        if ticket.manual or told:
            level = "error" if ticket.manual else "warn"
            message = f"no suggestions: {exc.sentence()}; {exc.hint}"
            self._editor.tell("notice", ticket.id, {"level": level, "message": message})


async def _after(
    old: asyncio.Task[None] | None, work: Callable[[], Coroutine[Any, Any, None]]
) -> None:
    """Begin `work` when `old` has ended; so does whoever comes while this one still waits."""
    if old is not None and not old.done():
        try:
            await asyncio.wait([old])
        except asyncio.CancelledError:
            await asyncio.wait([old])  # it was cancelled before, and closes its socket now
            raise
    await work()


def _merged(known: tuple[str, ...], found: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *found)))


def _waits(seat: Seat, ticket: Ticket) -> dict[str, Any]:
    """Return how long the editor should wait after a key from now on."""
    wanted = seat.settings.complete.debounce_ms
    auto = seat.pace.debounce_ms(ticket.typing_ms)
    return {"debounce_ms": auto if wanted == "auto" else wanted}
