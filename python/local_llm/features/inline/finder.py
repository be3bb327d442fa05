"""From a place to a suggestion: anchor, request, answer; and once more where that may help."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from local_llm.errors import ContextOverflow
from local_llm.features.inline.anchors import Anchors
from local_llm.features.inline.masked import masked_ticket, with_secrets
from local_llm.features.inline.run import Emit, Finding, Run
from local_llm.features.inline.seat import Seat
from local_llm.features.inline.shot import Wanted
from local_llm.features.inline.tally import Tally
from local_llm.features.masking import Masking
from local_llm.features.recording import Asked, Recorder
from local_llm.fim.heal import Derailed
from local_llm.fim.ticket import Ticket


class Finder:
    """Asks models.

    Args:
        anchors: Keeps the anchor.
        tally: Counts.
        masking: Takes secrets out of what is sent.
        recorder: Keeps the audit log.
        clock: Seconds, monotonic.

    """

    def __init__(
        self,
        anchors: Anchors,
        tally: Tally,
        masking: Masking,
        recorder: Recorder,
        clock: Callable[[], float],
    ) -> None:
        self._recorder = recorder
        self._anchors = anchors
        self._tally = tally
        self._masking = masking
        self._clock = clock

    async def find(self, seat: Seat, ticket: Ticket, emit: Emit, *, ahead: bool = False) -> Finding:
        """Ask; once more where the answer did not begin as it must, or the window was too large.

        Args:
            seat: Server and model.
            ticket: The place.
            emit: Called as texts come; with True at the end.
            ahead: Nobody has asked for it yet.

        Raises: BackendError subclasses.

        """
        masked = self._masked(seat, ticket)
        if masked is None:
            return _nothing(emit)
        back = self._masking.put_back

        def shown(finding: Finding, done: bool) -> None:
            emit(with_secrets(finding, back), done)

        return with_secrets(await self._found(seat, masked, shown, ahead=ahead), back)

    async def _found(self, seat: Seat, ticket: Ticket, emit: Emit, *, ahead: bool) -> Finding:
        wanted = _wanted(seat, ticket)
        for last in (False, True):
            frozen, typed = self._anchors.at(seat, ticket)
            shot = await frozen.shot(seat, typed, wanted)
            try:
                return await self._run(Run(seat, shot, ticket, emit, self._clock), ahead=ahead)
            except Derailed:
                if last:
                    break
                wanted = msgspec.structs.replace(wanted, healed=False)
            except ContextOverflow as exc:
                if last or exc.context_tokens is None:
                    raise
                seat.shrink(exc.context_tokens)
                self._anchors.forget()
        return _nothing(emit)

    def forget(self) -> None:
        """Make a new prompt for the next ticket: the old one holds what may not go out any more."""
        self._anchors.forget()

    async def warm(self, seat: Seat, ticket: Ticket) -> None:
        """Let the server read the prompt of a better anchor, where there is one.

        The old one stays until that is done: half a new prompt would help nobody.
        """
        masked = self._masked(seat, ticket)
        moved = self._anchors.better(seat, masked) if masked else None
        if masked is None or moved is None:
            return
        frozen, typed = moved
        shot = await frozen.shot(seat, typed, Wanted(tokens=1))
        finding = await self._asked(Run(seat, shot, masked, _ignore, self._clock), "complete_idle")
        self._tally.warmed(seat.model.name, finding)
        self._anchors.keep(seat, frozen)

    async def _asked(self, run: Run, command: str) -> Finding:
        """Ask the model, and record that."""
        seat = run.seat
        asked = Asked(link=seat.link, model=seat.model.name, prompt=run.sent)
        with self._recorder.call(run.ticket_id, command, asked):
            finding = await run.finding()
            asked.response = "\n".join(finding.texts)
            asked.prompt_tokens = finding.usage.prompt_tokens
            asked.answer_tokens = finding.usage.answer_tokens
        return finding

    def _masked(self, seat: Seat, ticket: Ticket) -> Ticket | None:
        """Return the ticket without secrets, None where the cursor is in one."""
        masker = self._masking.for_link(seat.settings, seat.link)
        return masked_ticket(ticket, masker) if masker else ticket

    async def _run(self, run: Run, *, ahead: bool) -> Finding:
        seat = run.seat
        try:
            finding = await self._asked(run, "complete")
        except (asyncio.CancelledError, Derailed):
            self._tally.cut_short(seat.model.name, run.so_far(), ahead=ahead)
            raise
        self._tally.answered(seat.model.name, finding, ahead=ahead)
        usage = finding.usage
        seat.pace.note(
            first_token_ms=finding.first_token_ms,
            prompt_tokens=finding.evaluated,
            prompt_ms=usage.prompt_ms,
            answer_tokens=usage.answer_tokens,
            answer_ms=usage.answer_ms,
        )
        return finding


def _nothing(emit: Emit) -> Finding:
    nothing = Finding()
    emit(nothing, True)
    return nothing


def _ignore(_finding: Finding, _done: bool) -> None:
    return


def _wanted(seat: Seat, ticket: Ticket) -> Wanted:
    complete = seat.settings.complete
    one_line = bool(ticket.right.strip())
    asked = ticket.alternatives or complete.alternatives
    return Wanted(
        tokens=seat.pace.answer_tokens(complete.max_lines, one_line=one_line, first=True),
        one_line=one_line,
        alternatives=min(asked, seat.most_alternatives),
        other=ticket.alternatives > 1,
    )
