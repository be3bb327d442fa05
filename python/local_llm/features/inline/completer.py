"""Inline completion: one ticket at a time, from the key to the ghost text.

A newer ticket ends the older one, whose socket is closed before anything else is sent: there is
never more than one request under way. After an answer, the next one is asked for as if this one
had been taken (`speculate`); a ticket for just that place takes it over.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import PurePath
from typing import Any

import msgspec

from local_llm import log
from local_llm.errors import (
    BackendError,
    ContextOverflow,
    LocalLlmError,
    PathRefused,
)
from local_llm.features.inline.anchors import Anchors
from local_llm.features.inline.run import Emit, Finding, Run
from local_llm.features.inline.seat import Seat, Seats
from local_llm.features.inline.shot import Frozen, Wanted
from local_llm.features.inline.show import Key, Recent, Show, key_of
from local_llm.features.inline.tally import Tally
from local_llm.features.port import Editor
from local_llm.features.turns import Turns
from local_llm.fim.heal import Derailed
from local_llm.fim.ring import Chunk, Kind, Ring
from local_llm.fim.ticket import Ticket
from local_llm.fim.trim import Place
from local_llm.guard.paths import denied
from local_llm.settings import Settings

REST_S = 0.2  # a suggestion is looked at that long before the next one is asked for
PAUSE_S = 5.0  # after a failure nothing is asked unasked; doubles up to the longest
LONGEST_PAUSE_S = 60.0
_AROUND = 64  # lines that trimming looks at on each side


class Completer:
    """The use-case.

    Args:
        editor: Whom to show it.
        seats: Finds server and model.
        turns: Tells when an answer streams.
        tally: Counts.
        clock: Seconds, monotonic.

    """

    def __init__(
        self,
        editor: Editor,
        seats: Seats,
        turns: Turns,
        tally: Tally,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._editor = editor
        self._seats = seats
        self._turns = turns
        self._tally = tally
        self._clock = clock
        self._ring = Ring()
        self._anchors = Anchors(self._ring)
        self._recent = Recent()
        self._task: asyncio.Task[None] | None = None
        self._ahead: tuple[Key, Show] | None = None
        self._troubles = _Troubles(clock)

    # -- messages -------------------------------------------------------------------------------

    def ask(self, message: dict[str, Any]) -> None:
        """Answer a ticket, and no older one any more."""
        ticket = _ticket(message)
        if self._ahead is not None and self._ahead[0] == key_of(ticket) and not ticket.manual:
            self._tally.asked(ticket.id)
            self._ahead[1].aim(ticket.id)
            return
        self._start(self._answered(ticket))

    def idle(self, message: dict[str, Any]) -> None:
        """Use a pause: move the anchor, and let the server read the new prompt."""
        if self._task is None or self._task.done():
            self._start(self._warmed(_ticket(message)))

    def cancel(self) -> None:
        """End what is under way."""
        self._start(None)

    def remember(self, message: dict[str, Any]) -> None:
        """Keep a piece of a file for the prompts to come, unless it must never go out."""
        path, root = str(message.get("path") or ""), str(message.get("root") or "")
        try:
            settings = self._seats.settings(root)
        except LocalLlmError:
            return
        if _rule(path, root, settings.guard.deny_paths, self._moment()) is not None:
            self._ring.forget(_relative(path, root))
            return
        text = _readable(str(message.get("text") or ""))
        kind = msgspec.convert(message.get("kind"), Kind)
        self._ring.add(Chunk(path=_relative(path, root), text=text, kind=kind))

    def configured(self) -> None:
        """Look at the options again: they have changed."""
        self._seats.forget_options()
        self._recent.clear()
        self._troubles.clear()

    async def aclose(self) -> None:
        """End what is under way and let go of the server."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await self._seats.leave()
        await self._tally.aclose()

    # -- one ticket -----------------------------------------------------------------------------

    def _start(self, work: Any) -> None:
        """End the old work; the new begins when its socket is closed."""
        old, self._ahead = self._task, None
        if old is not None:
            old.cancel()
        if work is not None:
            self._task = asyncio.get_running_loop().create_task(_after(old, work))

    async def _answered(self, ticket: Ticket) -> None:
        try:
            await self._answer(ticket)
        except PathRefused as exc:
            self._give_up(ticket, exc, refused=True)
        except BackendError as exc:
            await self._seats.fail()
            self._give_up(ticket, exc)
        except LocalLlmError as exc:
            self._give_up(ticket, exc)

    async def _answer(self, ticket: Ticket) -> None:
        settings = self._seats.settings(ticket.root)
        _check(ticket, settings, self._moment())
        if not ticket.manual and (self._troubles.pause or _is_unwanted(ticket, settings)):
            self._editor.tell("ghost", ticket.id, {"texts": [], "done": True})
            return
        seat = await self._seats.take(ticket.root)
        self._tally.asked(ticket.id, seat.model.name)
        show = Show(self._editor, ticket.id, _pace_of(seat, ticket))
        key = key_of(ticket)
        texts = None if ticket.manual else self._recent.get(key)
        if texts is None:
            if not settings.complete.while_answering and not ticket.manual:
                await self._turns.quiet(seat.link)
            texts = await self._found(seat, ticket, show)
            self._recent.put(key, texts)
        else:
            show.put(texts, done=True)
        self._troubles.clear()
        await self._look_ahead(seat, ticket, texts)

    async def _found(self, seat: Seat, ticket: Ticket, show: Show) -> tuple[str, ...]:
        def emit(finding: Finding, done: bool) -> None:
            info = _info(finding) if done and seat.settings.complete.show_info else ""
            show.put(finding.texts, done=done, info=info)

        finding = await self._find(seat, ticket, emit)
        return finding.texts

    async def _find(self, seat: Seat, ticket: Ticket, emit: Emit) -> Finding:
        """Ask; once more where the answer did not begin as it must, or the window was too large."""
        wanted = _wanted(seat, ticket)
        for last in (False, True):
            frozen, typed = self._anchors.at(seat, ticket)
            try:
                return await self._run(seat, frozen, typed, ticket, wanted, emit)
            except Derailed:
                if last:
                    break
                wanted = msgspec.structs.replace(wanted, healed=False)
            except ContextOverflow as exc:
                if last or exc.context_tokens is None:
                    raise
                seat.shrink(exc.context_tokens)
                self._anchors.forget()
        emit(Finding(), True)
        return Finding()

    async def _run(
        self,
        seat: Seat,
        frozen: Frozen,
        typed: str,
        ticket: Ticket,
        wanted: Wanted,
        emit: Emit,
    ) -> Finding:
        shot = await frozen.shot(seat, typed, wanted)
        ahead = self._ahead is not None
        run = Run(seat, shot, _place(ticket), emit, self._clock)
        try:
            finding = await run.finding()
        except (asyncio.CancelledError, Derailed):
            self._tally.cut_short(seat.model.name, run.so_far(), ahead=ahead)
            raise
        self._tally.answered(seat.model.name, finding, ahead=ahead)
        seat.pace.note(
            first_token_ms=finding.first_token_ms,
            prompt_tokens=_evaluated(finding),
            prompt_ms=finding.usage.prompt_ms,
            answer_tokens=finding.usage.answer_tokens,
            answer_ms=finding.usage.answer_ms,
        )
        return finding

    async def _look_ahead(self, seat: Seat, ticket: Ticket, texts: tuple[str, ...]) -> None:
        """Ask for what would follow the first suggestion."""
        if not texts or not seat.settings.complete.speculate or seat.route.kind == "chat":
            return
        await asyncio.sleep(REST_S)
        taken = msgspec.structs.replace(ticket, before=ticket.before + texts[0], manual=False)
        key = key_of(taken)
        if self._recent.get(key) is not None:
            return
        show = Show(self._editor, None, _pace_of(seat, ticket))
        self._ahead = key, show
        try:
            self._recent.put(key, await self._found(seat, taken, show))
        finally:
            self._ahead = None

    async def _warmed(self, ticket: Ticket) -> None:
        try:
            await self._warm(ticket)
        except LocalLlmError as exc:
            log.debug("warming failed: %s", exc.code)

    async def _warm(self, ticket: Ticket) -> None:
        if self._troubles.pause:
            return
        _check(ticket, self._seats.settings(ticket.root), self._moment())
        seat = await self._seats.take(ticket.root)
        if seat.route.kind != "raw":
            return
        moved = self._anchors.settled(seat, ticket)
        if moved is None:
            return
        await self._turns.quiet(seat.link)
        frozen, typed = moved
        shot = await frozen.shot(seat, typed, Wanted(tokens=1))
        run = Run(seat, shot, _place(ticket), lambda _finding, _done: None, self._clock)
        self._tally.warmed(seat.model.name, await run.finding())

    def _moment(self) -> int:
        """Return what changes every two seconds: so long a path's judgement is kept."""
        return int(self._clock() // 2)

    def _give_up(self, ticket: Ticket, exc: LocalLlmError, *, refused: bool = False) -> None:
        """Tell the editor that nothing comes; the user only once, or when asked for it."""
        told = self._troubles.note(exc) if not refused else False
        log.debug("no suggestion: %s", exc.code)
        data = {"texts": [], "done": True, "refused": refused}
        self._editor.tell("ghost", ticket.id, data)
        if ticket.manual or told:
            level = "error" if ticket.manual else "warn"
            message = f"no suggestions: {exc.sentence()}; {exc.hint}"
            self._editor.tell("notice", ticket.id, {"level": level, "message": message})


class _Troubles:
    """The last failure: told once, and a reason to leave the server alone for a while."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._told: set[str] = set()
        self._until = 0.0
        self._pause_s = PAUSE_S

    @property
    def pause(self) -> bool:
        """Whether it is too early to try again unasked."""
        return self._clock() < self._until

    def note(self, exc: LocalLlmError) -> bool:
        """Note a failure; tell whether the user has not heard of its kind yet."""
        self._until = self._clock() + self._pause_s
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        fresh = exc.code not in self._told
        self._told.add(exc.code)
        return fresh

    def clear(self) -> None:
        """All is well again."""
        self._told.clear()
        self._until, self._pause_s = 0.0, PAUSE_S


async def _after(old: asyncio.Task[None] | None, work: Any) -> None:
    """Begin `work` when `old` has ended."""
    if old is not None and not old.done():
        try:
            await asyncio.gather(old, return_exceptions=True)
        except asyncio.CancelledError:
            work.close()
            raise
    await work


def _ticket(message: dict[str, Any]) -> Ticket:
    ticket = msgspec.convert(message["ticket"], Ticket)
    before, after = _readable(ticket.before), _readable(ticket.after)
    if before is ticket.before and after is ticket.after:
        return ticket
    return msgspec.structs.replace(ticket, before=before, after=after)


def _readable(text: str) -> str:
    """Put U+FFFD for bytes that are not UTF-8, which JSON cannot carry."""
    if text.isascii():
        return text
    return text.encode("utf-8", "replace").decode("utf-8", "replace")


def _check(ticket: Ticket, settings: Settings, moment: int) -> None:
    """Refuse what must not go out. Raises: PathRefused."""
    rule = _rule(ticket.path, ticket.root, settings.guard.deny_paths, moment)
    if rule is not None:
        name = PurePath(ticket.path).name
        raise PathRefused(f"{name} never goes out: guard.deny_paths has {rule}")


def _is_unwanted(ticket: Ticket, settings: Settings) -> bool:
    """Tell whether `complete.filetypes` leaves a filetype out; the last rule that fits decides."""
    for rule in reversed(settings.complete.filetypes):
        if rule.removeprefix("!") in (ticket.filetype, "*"):
            return not rule.startswith("!")
    return False


@lru_cache(maxsize=256)
def _rule(path: str, root: str, patterns: tuple[str, ...], moment: int) -> str | None:
    """Judge a path once a moment: it costs system calls, and a key has no time for them."""
    del moment
    return denied(path, root, patterns, os.path.realpath)


def _relative(path: str, root: str) -> str:
    return os.path.relpath(path, root) if path and root else PurePath(path).name


def _place(ticket: Ticket) -> Place:
    above = ticket.before.split("\n")[:-1]
    below = ticket.after.split("\n", _AROUND + 1)[1 : _AROUND + 1]
    return Place(
        left=ticket.left,
        right=ticket.right,
        above=tuple(reversed(above[-_AROUND:])),
        below=tuple(below),
        expandtab=ticket.expandtab,
        shiftwidth=ticket.shiftwidth,
        tabstop=ticket.tabstop,
    )


def _wanted(seat: Seat, ticket: Ticket) -> Wanted:
    complete = seat.settings.complete
    one_line = bool(ticket.right.strip())
    asked = ticket.alternatives or complete.alternatives
    return Wanted(
        tokens=seat.pace.answer_tokens(complete.max_lines, one_line=one_line, first=True),
        one_line=one_line,
        alternatives=min(asked, seat.most_alternatives),
    )


def _pace_of(seat: Seat, ticket: Ticket) -> dict[str, Any]:
    """Return how long the editor should wait after a key from now on."""
    wanted = seat.settings.complete.debounce_ms
    auto = seat.pace.debounce_ms(ticket.typing_ms)
    return {"debounce_ms": auto if wanted == "auto" else wanted}


def _evaluated(finding: Finding) -> int | None:
    """Return the prompt tokens that the server had to read."""
    usage = finding.usage
    if usage.prompt_tokens is None:
        return None
    return usage.prompt_tokens - (usage.cached_tokens or 0)


def _info(finding: Finding) -> str:
    """Return the figures of an answer, such as "12 ms · 8 tokens · prompt 3 of 700"."""
    usage, parts = finding.usage, []
    if finding.first_token_ms is not None:
        parts.append(f"{finding.first_token_ms:.0f} ms")
    if usage.answer_tokens is not None:
        parts.append(f"{usage.answer_tokens} tokens")
    if usage.prompt_tokens is not None:
        parts.append(f"prompt {_evaluated(finding)} of {usage.prompt_tokens}")
    return " · ".join(parts)
