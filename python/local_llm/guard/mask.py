"""Secrets out of a text before it goes anywhere, and back into what comes.

    masker = Masker()
    masked = masker.mask(text)      # "[REDACTED:gitlab-token:1]" in place of each
    masker.put_back(masked.text)    # == text

A placeholder never takes in a line end, so that lines keep their number and a key of twenty lines
has twenty placeholders. A secret keeps its placeholder for the session: what a server has read
stays valid. Lines that were seen before are not looked at again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache, partial

import msgspec

from local_llm.guard.mask_blocks import blocks
from local_llm.guard.mask_lines import Lines, Read
from local_llm.guard.mask_patterns import Mark
from local_llm.guard.mask_scan import Scanner, merged
from local_llm.guard.mask_sums import in_sum, sums, wrapped
from local_llm.guard.secret_format import Format
from local_llm.guard.secret_formats import FORMATS, gitlab_formats
from local_llm.guard.vault import OPENING, PLACEHOLDER, Vault

ByRow = dict[int, list[tuple[int, int, str]]]  # by row: start, end, kind


class Span(msgspec.Struct, frozen=True):
    """A secret: `start` and `end` in the original text, `at` in the masked one; characters."""

    start: int
    end: int
    kind: str
    at: int
    placeholder: str

    def __repr__(self) -> str:
        return f"Span({self.start}, {self.end}, {self.kind!r})"


class Masked(msgspec.Struct, frozen=True):
    """A text without its secrets, and the way back to its positions."""

    text: str
    spans: tuple[Span, ...] = ()

    def __repr__(self) -> str:
        return f"Masked({len(self.text)} characters, {len(self.spans)} secrets)"

    def original(self, at: int) -> int:
        """Return a position's place in the original; inside of a placeholder, where it begins."""
        index = bisect_right(self.spans, at, key=lambda span: span.at) - 1
        if index < 0:
            return at
        span = self.spans[index]
        inside = at - span.at
        if inside < len(span.placeholder):
            return span.start
        return span.end + inside - len(span.placeholder)

    def whole(self, at: int) -> int:
        """Return a position of the original; inside of a secret, where it begins."""
        span = self._begun(at)
        return span.start if span and at < span.end else at

    def masked(self, at: int) -> int:
        """Return a position's place in the masked text; inside of a secret, where it begins."""
        span = self._begun(at)
        if span is None:
            return at
        return span.at if at < span.end else span.at + len(span.placeholder) + at - span.end

    def _begun(self, at: int) -> Span | None:
        """Return the last secret that has begun at a position of the original."""
        index = bisect_right(self.spans, at, key=lambda span: span.start) - 1
        return self.spans[index] if index >= 0 else None


class Masker:
    """Masks texts of one session.

    Args:
        prefixes: Of GitLab tokens, which an administrator can choose.
        formats: More formats of secrets, of a rule file.
        more: What is masked whatever it looks like: e-mail addresses ...
        vault: Keeps the secrets; None = a new one.
        scanner: Of another masker, in place of the three above.

    """

    def __init__(
        self,
        prefixes: Sequence[str] = (),
        formats: Sequence[Format] = (),
        more: Sequence[Format] = (),
        *,
        vault: Vault | None = None,
        scanner: Scanner | None = None,
    ) -> None:
        self.vault = vault or Vault()
        all_formats = (*gitlab_formats(prefixes), *FORMATS, *formats)
        self._scanner = scanner or _scanner(all_formats, tuple(more))
        self._lines = Lines(self._scanner)
        self._loose = lru_cache(maxsize=1024)(self._scanner.loose)
        formed = lru_cache(maxsize=1024)(self._scanner.formed)
        # A sum that was looked at is not put together again at the next key.
        self._in_sum = lru_cache(maxsize=4096)(partial(in_sum, loose=self._loose, formats=formed))

    def apart(self) -> Masker:
        """Return one with the same secrets and rules that remembers lines of its own."""
        return Masker(vault=self.vault, scanner=self._scanner)

    def mask(self, text: str, of: str = "") -> Masked:
        """Return the text with a placeholder for every secret.

        Args:
            text: All of it.
            of: What it is a newer state of (a buffer, say), so that only what changed is looked at.

        """
        read = self._lines.read(text, of)
        if not read.facts:
            return Masked(text)
        self.vault.note_foreign(text)
        return self._masked(read, _without_placeholders(read.lines, self._placed(read)))

    def put_back(self, text: str) -> str:
        """Return the text with the secrets in place of their placeholders."""
        return self.vault.put_back(text)

    def _placed(self, read: Read) -> ByRow:
        found = {row: list(one.spans) for row, one in read.facts.items()}
        marked = {row: one.mark for row, one in read.facts.items() if one.mark}
        if marked:
            more = blocks(read.lines, marked) + sums(read.lines, marked, self._in_sum)
            for row in [row for row, mark in marked.items() if mark & Mark.WRAPPED]:
                more += wrapped(read.lines, row, self._loose)
            for row, start, end, kind in more:
                found.setdefault(row, []).append((start, end, kind))
        return {row: spans for row, spans in found.items() if spans}

    def _masked(self, read: Read, placed: ByRow) -> Masked:
        parts: list[str] = []
        spans: list[Span] = []
        text, done, size, above, begin = read.text, 0, 0, 0, 0
        for row in sorted(placed):
            begin += sum(map(len, read.lines[above:row])) + row - above
            above = row
            for start, end, kind in merged(placed[row]):
                first, last = begin + start, begin + end
                placeholder = self.vault.placeholder(kind, text[first:last])
                parts += (text[done:first], placeholder)
                size += first - done
                spans.append(Span(first, last, kind, size, placeholder))
                size += len(placeholder)
                done = last
        return Masked("".join((*parts, text[done:])), tuple(spans)) if spans else Masked(text)


@lru_cache(maxsize=8)
def _scanner(formats: tuple[Format, ...], more: tuple[Format, ...]) -> Scanner:
    """Make a scanner once: its patterns take a tenth of a second to compile."""
    return Scanner(formats, more)


def _without_placeholders(lines: Sequence[str], placed: ByRow) -> ByRow:
    """Leave out what touches a placeholder: that is masked already."""
    for row, spans in placed.items():
        if OPENING in lines[row]:
            taken = [match.span() for match in PLACEHOLDER.finditer(lines[row])]
            placed[row] = [
                span for span in spans if not any(a < span[1] and span[0] < b for a, b in taken)
            ]
    return placed
