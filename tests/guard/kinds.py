"""Every kind of secret, and which of them are held out."""

from __future__ import annotations

from collections.abc import Iterable

from guard import (
    kinds_cloud,
    kinds_code,
    kinds_gitlab,
    kinds_keys,
    kinds_later,
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


def _lent(draw: Draw) -> str:
    raise LookupError("the value of a split secret is that of another kind")


def _split(name: str, count: int) -> Kind:
    return Kind(name, _lent, count=count)


_FIRST = (
    *(*kinds_gitlab.KINDS, *kinds_code.KINDS, *kinds_cloud.KINDS, *kinds_services.KINDS),
    *(*kinds_keys.KINDS, *kinds_plain.KINDS, *kinds_placed.KINDS),
    *(_split("split-on-one-line", 30), _split("split-over-lines", 40)),
)
_LATER = (*kinds_later.KINDS, _split("split-in-literals", 30))
KINDS: dict[str, Kind] = {kind.name: kind for kind in (*_FIRST, *_LATER)}

_HELD_OUT_SEED = 43


def third_of(names: Iterable[str]) -> frozenset[str]:
    """Choose a third of `names`, always the same."""
    shuffled = sorted(names)
    Draw(_HELD_OUT_SEED).shuffle(shuffled)
    return frozenset(shuffled[: len(shuffled) // 3])


# Who writes rules against the corpus looks at the misses of the other kinds only; how well the
# rules do on these says how well they do on what nobody thought of.
HELD_OUT = third_of(kind.name for kind in _FIRST) | third_of(kind.name for kind in _LATER)


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
