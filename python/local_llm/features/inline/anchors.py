"""The anchor in force, and when it moves."""

from __future__ import annotations

from pathlib import PurePath
from typing import NamedTuple

import msgspec

from local_llm.features.inline.intake import relative
from local_llm.features.inline.seat import Seat
from local_llm.features.inline.shot import INFILL_PREFIX, INFILL_SUFFIX, Frozen
from local_llm.fim.anchor import LONG_SPAN, Anchor, set_anchor, typed_since
from local_llm.fim.prompt import Extra, Names
from local_llm.fim.ring import Ring
from local_llm.fim.ticket import Ticket
from local_llm.fim.window import cut_suffix
from local_llm.tokens.room import MARGIN

_LEAST = 64
_SPAN_TOKENS = 256  # for what is typed behind an anchor, and for headers and markers


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
        frozen, typed = self._new(seat, ticket, full=False)
        self.keep(seat, frozen)
        return frozen, typed

    def better(self, seat: Seat, ticket: Ticket) -> tuple[Frozen, str] | None:
        """Return a new anchor with a larger window or a shorter span; `keep` puts it in force.

        None where the one in force is as good.
        """
        held = self._held(seat, ticket)
        if held is not None and self._is_good(seat, *held):
            return None
        return self._new(seat, ticket, full=True)

    def keep(self, seat: Seat, frozen: Frozen) -> None:
        """Put an anchor in force."""
        self._seat, self._frozen = seat, frozen

    def forget(self) -> None:
        """Set a new anchor at the next ticket."""
        self._frozen = None

    def _held(self, seat: Seat, ticket: Ticket) -> tuple[Frozen, str] | None:
        if self._frozen is None or seat is not self._seat:
            return None
        typed = typed_since(self._frozen.anchor, ticket)
        return None if typed is None else (self._frozen, typed)

    def _is_good(self, seat: Seat, frozen: Frozen, typed: str) -> bool:
        sizes = window_sizes(seat)
        if len(typed) > LONG_SPAN or (
            frozen.is_cut and not frozen.full and sizes.full > sizes.quick
        ):
            return False
        return frozen.extras == self._extras(seat, frozen.anchor, frozen.names.path, full=True)

    def _new(self, seat: Seat, ticket: Ticket, *, full: bool) -> tuple[Frozen, str]:
        """Make an anchor; other files that the server has not read yet take their share of it."""
        sizes = window_sizes(seat)
        tokens = sizes.full if full else sizes.quick
        names = _names(ticket)
        anchor, line = set_anchor(ticket, tokens, seat.counter.count)
        extras = self._extras(seat, anchor, names.path, full=full)
        cost = sum(seat.counter.count(extra.text) for extra in extras)
        known = not full and self._frozen is not None and extras == self._frozen.extras
        left = min(tokens if known else tokens - cost, sizes.room - cost)
        if extras and left < tokens:
            anchor, line = set_anchor(ticket, max(_LEAST, left), seat.counter.count)
        if _is_cut_by_server(seat):
            suffix = cut_suffix(anchor.suffix, INFILL_SUFFIX, seat.counter.count)
            anchor = msgspec.structs.replace(anchor, suffix=suffix)
        return Frozen(anchor, names, extras, full=full, is_cut=_is_cut(anchor, ticket)), line

    def _extras(self, seat: Seat, anchor: Anchor, path: str, *, full: bool) -> tuple[Extra, ...]:
        """Choose pieces of other files; right after a jump, of those that were sent before."""
        if not seat.settings.complete.extra_files or seat.route.kind != "raw":
            return ()
        sizes = window_sizes(seat)
        sent = self._frozen is not None and bool(self._frozen.extras)
        chunks = self._ring.select(
            around=anchor.prefix + anchor.suffix,
            limit_tokens=seat.pace.extra_tokens(sizes.full if full or sent else sizes.quick),
            count=seat.counter.count,
            path=path,
            brief=not full,
        )
        return tuple(Extra(path=chunk.path, text=chunk.text) for chunk in chunks)


class Sizes(NamedTuple):
    """Tokens of a window: right after a jump, with time at hand, and at the very most."""

    quick: int
    full: int
    room: int


def window_sizes(seat: Seat) -> Sizes:
    """Return the sizes for a server and a model."""
    answer = seat.pace.answer_tokens(seat.settings.complete.max_lines, one_line=False, first=False)
    room = max(_LEAST, seat.window.tokens - answer - _SPAN_TOKENS - MARGIN)
    if _is_cut_by_server(seat):
        room = min(room, INFILL_PREFIX - _SPAN_TOKENS)
    wanted = seat.settings.complete.window_tokens
    if wanted != "auto":
        return Sizes(min(wanted, room), min(wanted, room), room)
    return Sizes(*seat.pace.window_tokens(room), room)


def _is_cut_by_server(seat: Seat) -> bool:
    return seat.route.kind == "infill" and seat.link.backend.kind != "ollama"


def _is_cut(anchor: Anchor, ticket: Ticket) -> bool:
    """Tell whether a larger window would hold more."""
    return anchor.first_row > ticket.first_row or len(anchor.suffix) < len(ticket.after)


def _names(ticket: Ticket) -> Names:
    return Names(
        repo=PurePath(ticket.root).name,
        path=relative(ticket.path, ticket.root),
        comment=ticket.comment,
        filetype=ticket.filetype,
    )
