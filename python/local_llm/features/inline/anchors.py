"""The anchor in force, and when it moves."""

from __future__ import annotations

import os
from pathlib import PurePath

from local_llm.features.inline.seat import Seat
from local_llm.features.inline.shot import INFILL_PREFIX, Frozen
from local_llm.fim.anchor import LONG_SPAN, Anchor, set_anchor, typed_since
from local_llm.fim.prompt import Extra, Names
from local_llm.fim.ring import Ring
from local_llm.fim.ticket import Ticket
from local_llm.tokens.room import MARGIN

_LEAST = 64


class Anchors:
    """Keeps one anchor: a server's slot holds one prompt.

    Args:
        ring: Pieces of other files.

    """

    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        self._frozen: Frozen | None = None
        self._seat: Seat | None = None

    def at(self, seat: Seat, ticket: Ticket) -> tuple[Frozen, str]:
        """Return the anchor for a ticket and what was typed since it was set."""
        held = self._held(seat, ticket)
        if held is not None:
            return held
        return self._set(seat, ticket, full=False)

    def settled(self, seat: Seat, ticket: Ticket) -> tuple[Frozen, str] | None:
        """Move the anchor while there is time, to a larger window or a shorter span.

        Returns: The new one, None where the old one is as good.
        """
        held = self._held(seat, ticket)
        if held is not None and self._is_good(seat, *held):
            return None
        return self._set(seat, ticket, full=True)

    def forget(self) -> None:
        """Set a new anchor at the next ticket."""
        self._frozen = None

    def _held(self, seat: Seat, ticket: Ticket) -> tuple[Frozen, str] | None:
        if self._frozen is None or seat is not self._seat:
            return None
        typed = typed_since(self._frozen.anchor, ticket)
        return None if typed is None else (self._frozen, typed)

    def _is_good(self, seat: Seat, frozen: Frozen, typed: str) -> bool:
        if len(typed) > LONG_SPAN:
            return False
        quick, full = window_sizes(seat)
        if not frozen.full and full > quick and frozen.is_cut:
            return False
        return frozen.extras == self._extras(seat, frozen.anchor, frozen.names.path, full)

    def _set(self, seat: Seat, ticket: Ticket, *, full: bool) -> tuple[Frozen, str]:
        """Set an anchor; the other files get their share of the window first."""
        quick, most = window_sizes(seat)
        tokens = most if full else quick
        names = _names(ticket)
        anchor, line = set_anchor(ticket, tokens, seat.counter.count)
        extras = self._extras(seat, anchor, names.path, tokens)
        if extras:
            cost = sum(seat.counter.count(extra.text) for extra in extras)
            anchor, line = set_anchor(ticket, max(_LEAST, tokens - cost), seat.counter.count)
        self._seat = seat
        self._frozen = Frozen(anchor, names, extras, full=full, is_cut=_is_cut(anchor, ticket))
        return self._frozen, line

    def _extras(self, seat: Seat, anchor: Anchor, path: str, tokens: int) -> tuple[Extra, ...]:
        if not seat.settings.complete.extra_files or seat.route.kind != "raw":
            return ()
        chunks = self._ring.select(
            around=anchor.prefix + anchor.suffix,
            limit_tokens=seat.pace.extra_tokens(tokens),
            count=seat.counter.count,
            path=path,
        )
        return tuple(Extra(path=chunk.path, text=chunk.text) for chunk in chunks)


def window_sizes(seat: Seat) -> tuple[int, int]:
    """Return the tokens of the window right after a jump, and with time at hand."""
    answer = seat.pace.answer_tokens(seat.settings.complete.max_lines, one_line=False, first=False)
    room = max(_LEAST, seat.window.tokens - 2 * answer - 4 * MARGIN)
    if seat.route.kind == "infill":
        room = min(room, INFILL_PREFIX)
    wanted = seat.settings.complete.window_tokens
    if wanted != "auto":
        return min(wanted, room), min(wanted, room)
    return seat.pace.window_tokens(room)


def _is_cut(anchor: Anchor, ticket: Ticket) -> bool:
    """Tell whether a larger window would hold more."""
    return anchor.first_row > ticket.first_row or len(anchor.suffix) < len(ticket.after)


def _names(ticket: Ticket) -> Names:
    root = PurePath(ticket.root).name
    path = os.path.relpath(ticket.path, ticket.root) if ticket.path and ticket.root else ""
    return Names(
        repo=root,
        path=path or PurePath(ticket.path).name,
        comment=ticket.comment,
        filetype=ticket.filetype,
    )
