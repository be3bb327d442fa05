"""How well a masker does on the corpus: what it missed, and what it masked for nothing.

    report = measure(build(), find)      # find: text -> masked ranges (start, end, kind)
    report.tuned.recall, report.held_out.precision

Recall: a secret is found if no eight characters of its value, one after the other, are left outside
the masked ranges. Precision: of the masked ranges, the share that touches a secret. Ranges that
touch each other are one, and all of them inside one secret count once. Every look-alike that is
touched counts as one wrong range, even beside a secret: masking whole lines earns nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from guard.corpus import Lookalike, Sample, Secret

Finder = Callable[[str], Sequence[tuple[int, int, str]]]
Range = tuple[int, int]
# Fewer characters than this help nobody to guess the rest.
PIECE = 8
_SHOWN = 6


@dataclass(frozen=True)
class Finding:
    """A secret that was missed or a text that was masked for nothing.

    Args:
        kind: The secret's, or the look-alike's; what the masker called it if it is neither.
        line: From 1.
        shown: The first characters of the text, and its length: never all of it.
    """

    sample: str
    kind: str
    line: int
    shown: str
    held_out: bool = False

    def __str__(self) -> str:
        return f"{self.kind}: {self.sample}:{self.line}  {self.shown}"


@dataclass
class Score:
    """What is counted."""

    secrets: int = 0
    found: int = 0
    right: int = 0
    wrong: int = 0

    @property
    def recall(self) -> float:
        """The share of secrets that were found."""
        return self.found / self.secrets if self.secrets else 1.0

    @property
    def precision(self) -> float:
        """The share of masked ranges that touch a secret; 1 where nothing was masked."""
        masked = self.right + self.wrong
        return self.right / masked if masked else 1.0

    def __add__(self, other: Score) -> Score:
        return Score(
            self.secrets + other.secrets,
            self.found + other.found,
            self.right + other.right,
            self.wrong + other.wrong,
        )


@dataclass
class Report:
    """The scores of both parts, and what went wrong."""

    tuned: Score = field(default_factory=Score)
    held_out: Score = field(default_factory=Score)
    misses: list[Finding] = field(default_factory=list)
    false_alarms: list[Finding] = field(default_factory=list)

    @property
    def all(self) -> Score:
        """Both parts together."""
        return self.tuned + self.held_out


def measure(samples: Sequence[Sample], find: Finder) -> Report:
    """Let `find` mask every sample, and count."""
    report = Report()
    for sample in samples:
        found = sorted(find(sample.text))
        masked = merged([(start, end) for start, end, _ in found if start < end])
        missed = [secret for secret in sample.secrets if survives(secret, masked)]
        wrong = list(_wrong(sample, masked, found))
        part = report.held_out if sample.held_out else report.tuned
        part.secrets += len(sample.secrets)
        part.found += len(sample.secrets) - len(missed)
        part.right += len({one.start for place in masked for one in _touched(sample, place)[:1]})
        part.wrong += len(wrong)
        report.misses += [_finding(sample, one.kind, one.start, one.end) for one in missed]
        report.false_alarms += wrong
    return report


def merged(ranges: Sequence[Range]) -> list[Range]:
    """Join ranges that overlap or touch; `ranges` are sorted by their start."""
    joined: list[Range] = []
    for start, end in ranges:
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def survives(secret: Secret, masked: Sequence[Range]) -> bool:
    """Tell whether eight characters of the secret's value, or all of a shorter one, are left."""
    places = [place for start, end in secret.parts for place in range(start, end)]
    hidden = {place for start, end in masked for place in range(start, end)}
    run, longest = 0, 0
    for place in places:
        run = 0 if place in hidden else run + 1
        longest = max(longest, run)
    return longest >= min(PIECE, len(places))


def _wrong(
    sample: Sample, masked: Sequence[Range], found: Sequence[tuple[int, int, str]]
) -> Iterator[Finding]:
    named: set[Lookalike] = set()
    for place in masked:
        beside = " (masked with a secret)" if _touched(sample, place) else ""
        looks = [one for one in sample.lookalikes if _meet(place, one)]
        for one in looks:
            if one not in named:
                yield _finding(sample, one.kind + beside, one.start, one.end)
        named.update(looks)
        if not looks and not beside:
            yield _finding(sample, f"{_called(place, found)} (in the rest of the file)", *place)


def _called(place: Range, found: Sequence[tuple[int, int, str]]) -> str:
    return next(kind for start, end, kind in found if place[0] <= start < place[1])


def _touched(sample: Sample, place: Range) -> list[Secret]:
    return [one for one in sample.secrets if place[0] < one.outer[1] and one.outer[0] < place[1]]


def _meet(place: Range, one: Lookalike) -> bool:
    return place[0] < one.end and one.start < place[1]


def _finding(sample: Sample, kind: str, start: int, end: int) -> Finding:
    text = sample.text[start:end]
    shown = f"{text[:_SHOWN].splitlines()[0]}... ({len(text)} characters)" if text.strip() else ""
    line = sample.text.count("\n", 0, start) + 1
    return Finding(sample.name, kind, line, shown, sample.held_out)
