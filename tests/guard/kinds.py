"""Every kind of secret, and which of them are held out."""

from __future__ import annotations

from guard import (
    kinds_cloud,
    kinds_code,
    kinds_gitlab,
    kinds_held,
    kinds_keys,
    kinds_placed,
    kinds_plain,
    kinds_services,
)
from guard.draw import Draw
from guard.kind import Block, Kind

# What a split secret is made of is some other kind's value: see `items`. By the name of the kind,
# which templates of a language have its pieces.
SPLIT: dict[str, str] = {
    "split-on-one-line": "split_line",
    "split-over-lines": "split_lines",
    "split-in-literals": "split_lines",
}
# Its secrets are values of held-out kinds, as those of the others are values of tuned ones.
_HELD_SPLIT = "split-in-literals"


def _lent(draw: Draw) -> str:
    raise LookupError("the value of a split secret is that of another kind")


def _split(name: str, count: int) -> Kind:
    return Kind(name, _lent, count=count)


_TUNED = (
    *(*kinds_gitlab.KINDS, *kinds_code.KINDS, *kinds_cloud.KINDS, *kinds_services.KINDS),
    *(*kinds_keys.KINDS, *kinds_plain.KINDS, *kinds_placed.KINDS),
    *(_split("split-on-one-line", 30), _split("split-over-lines", 40)),
)
_HELD = (*kinds_held.KINDS, _split(_HELD_SPLIT, 30))
KINDS: dict[str, Kind] = {kind.name: kind for kind in (*_TUNED, *_HELD)}

# Who writes rules against the corpus looks at the misses of the other kinds only; how well the
# rules do on these says how well they do on what nobody thought of.
HELD_OUT = frozenset(kind.name for kind in _HELD)


def donors(held_out: bool) -> list[Kind]:
    """Give the kinds whose values may be split: one line, and no place of their own."""
    return [
        kind
        for kind in KINDS.values()
        if (kind.name in HELD_OUT) is held_out
        and not kind.places
        and kind.name not in SPLIT
        and not isinstance(kind.make(Draw(0)), Block)
    ]
