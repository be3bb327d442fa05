"""The corpus: files with labelled secrets and labelled look-alikes, made from a seed.

    for sample in build():
        for secret in sample.secrets:
            hidden = sample.text[secret.start : secret.end]

No secret stands in the repository: the values are drawn, in the formats that their vendors
describe. A third of the kinds is held out (see `kinds.HELD_OUT`): a sample has kinds of one part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from guard import marks
from guard.draw import Draw
from guard.files import as_diff, assembled, dense_file
from guard.items import Item, Maker
from guard.lookalikes import DENSE, HELD_OUT_LOOKS
from guard.lookalikes_files import EACH
from guard.places import LANGUAGES, fill, line_count

SEED = 2026
_DIFFS = 0.13
_MOST_LINES = 84
_MOST_SECRETS = (1, 2, 2, 3, 4)
_LOOKS_BESIDE, _LOOKS_ALONE = 7, 22


@dataclass(frozen=True)
class Secret:
    """A secret and where it stands. Offsets count characters of the sample's text.

    Args:
        start: Where its value begins.
        end: Where it ends; for a value in pieces, the end of the last one.
        parts: The pieces, without what stands between them; one if it is written in one.
        outer: What may be masked with it: the frame of a key. At least start to end.
    """

    kind: str
    start: int
    end: int
    held_out: bool = False
    parts: tuple[tuple[int, int], ...] = ()
    outer: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Lookalike:
    """Something that must stay as it is."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Sample:
    """A file-like text and what is in it. `name` is a path that no other sample has."""

    name: str
    language: str
    text: str
    secrets: tuple[Secret, ...]
    lookalikes: tuple[Lookalike, ...]
    held_out: bool = False

    def value(self, secret: Secret) -> str:
        """Give a secret's value, its pieces put together."""
        return "".join(self.text[start:end] for start, end in secret.parts)


def build(seed: int = SEED) -> list[Sample]:
    """Make the corpus; the same for the same seed."""
    draw = Draw(seed)
    maker = Maker(draw)
    samples: list[Sample] = []
    for (language, held_out), items in _by_language([*maker.secrets(), *maker.lookalikes()]):
        for parts in _packed(items, draw):
            samples.append(_sample(len(samples), language, held_out, parts, draw))
    for dense in DENSE * EACH:
        text = dense_file(dense, maker, draw)
        held_out = dense.name in HELD_OUT_LOOKS
        samples.append(_read(f"{len(samples):04}/{dense.file}", dense.language, held_out, text))
    return samples


def _by_language(items: Sequence[Item]) -> list[tuple[tuple[str, bool], list[Item]]]:
    groups: dict[tuple[str, bool], list[Item]] = defaultdict(list)
    for item in items:
        groups[item.language, item.held_out].append(item)
    return sorted(groups.items())


def _packed(items: list[Item], draw: Draw) -> Iterator[list[str]]:
    """Give the parts of one file after the other, until every item is used."""
    secrets = [item.text for item in items if item.secret]
    looks = [item.text for item in items if not item.secret]
    draw.shuffle(secrets)
    draw.shuffle(looks)
    while secrets or looks:
        beside = _LOOKS_BESIDE if secrets else _LOOKS_ALONE
        parts = _taken(secrets, draw.choice(_MOST_SECRETS), _MOST_LINES, first=True)
        left = _MOST_LINES - sum(map(line_count, parts))
        yield parts + _taken(looks, draw.randint(beside // 2, beside), left, first=not parts)


def _taken(items: list[str], most: int, lines: int, *, first: bool) -> list[str]:
    """Take up to `most` items off the end while they have at most `lines`; `first`: one anyway."""
    taken: list[str] = []
    while items and len(taken) < most:
        lines -= line_count(items[-1]) + 1
        if lines < 0 and (taken or not first):
            break
        taken.append(items.pop())
    return taken


def _sample(number: int, language: str, held_out: bool, parts: list[str], draw: Draw) -> Sample:
    about = LANGUAGES[language]
    name = f"{number:04}/{fill(about.file, draw, {})}"
    filled = assembled(about, parts, draw)
    if draw.random() < _DIFFS:
        text = as_diff(about, filled, name, draw)
        return _read(f"{name}.diff", "diff", held_out, text)
    text = "".join(line for _, line in filled)
    return _read(name, language, held_out, text)


def _read(name: str, language: str, held_out: bool, marked: str) -> Sample:
    text, found = marks.read(marked)
    outers = {one.label: one.ranges for one in found if one.what == marks.OUTER}
    secrets = tuple(
        Secret(
            one.kind,
            *_span(one.ranges),
            held_out=held_out,
            parts=one.ranges,
            outer=_span((*one.ranges, *outers.get(one.label, ()))),
        )
        for one in found
        if one.what == marks.SECRET
    )
    looks = (one for one in found if one.what == marks.LOOKALIKE)
    lookalikes = tuple(Lookalike(one.kind, *_span(one.ranges)) for one in looks)
    return Sample(name, language, text, secrets, lookalikes, held_out)


def _span(ranges: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return min(start for start, _ in ranges), max(end for _, end in ranges)
