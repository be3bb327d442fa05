"""What completion did: counted here by model, kept on this machine, sent nowhere.

Counting is a few additions in memory; ledger.py keeps the sums.
"""

from __future__ import annotations

from typing import Any

import msgspec

from local_llm import log
from local_llm.features.inline.ledger import Ledger
from local_llm.features.inline.run import Finding
from local_llm.features.inline.stats import Count, Counts, Kind
from local_llm.features.inline.stats_lines import stats_lines

_REMEMBERED = 512  # tickets; what became of one is told soon after


class _Used(msgspec.Struct, frozen=True):
    """What became of the suggestion for ticket `id`; see lua/local_llm/usage.lua."""

    kind: Kind
    id: int
    chars: Count = 0
    screen_ms: float | None = None


class Tally:
    """Counts requests, answers and what became of them; used on one loop only.

    Args:
        ledger: Keeps the counts.

    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._models: dict[int, str] = {}  # by ticket
        self._latest: str | None = None
        self._taken_id: int | None = None

    def asked(self, ticket_id: int, model: str | None = None) -> None:
        """Count a key that asked `model`; None = the same as the key before."""
        name = self._latest if model is None else model
        if name is None:
            return
        self._latest = self._models[ticket_id] = name
        if len(self._models) > _REMEMBERED:
            del self._models[next(iter(self._models))]
        self._ledger.of(name).keys += 1

    def answered(self, model: str, finding: Finding, *, ahead: bool = False) -> None:
        """Count an answer that came to its end; `ahead`: no key had asked for it yet."""
        counts = self._request(model, finding, ahead=ahead)
        _read(counts, finding, early=ahead)

    def cut_short(self, model: str, finding: Finding, *, ahead: bool = False) -> None:
        """Count a request that was given up before the answer's end, as far as that came."""
        self._request(model, finding, ahead=ahead).cut_short += 1

    def warmed(self, model: str, finding: Finding) -> None:
        """Count a prompt that was read ahead."""
        counts = self._ledger.of(model)
        counts.warmed += 1
        _read(counts, finding, early=True)
        _generated(counts, finding)

    def used(self, message: dict[str, Any]) -> None:
        """Count what the editor tells in the field `used`, if the message has it; never raises."""
        try:
            entries = msgspec.convert(message.get("used") or (), tuple[_Used, ...])
        except msgspec.ValidationError:
            log.warning("an unknown use of a suggestion")
            return
        for entry in entries:
            self._use(entry)

    async def lines(self) -> list[str]:
        """Return what all editors counted, as lines for a window."""
        return stats_lines(await self._ledger.book(), str(self._ledger.path))

    async def reset(self) -> None:
        """Forget all counts, of all editors. Raises: LocalLlmError."""
        await self._ledger.clear()

    async def aclose(self) -> None:
        """Write what is not written yet."""
        await self._ledger.aclose()

    def _request(self, model: str, finding: Finding, *, ahead: bool) -> Counts:
        counts = self._ledger.of(model)
        if ahead:
            counts.ahead += 1
        else:
            counts.requests += 1
            if finding.first_token_ms is not None:
                counts.first_token.note(finding.first_token_ms)
        _generated(counts, finding)
        return counts

    def _use(self, used: _Used) -> None:
        model = self._models.get(used.id, self._latest)
        if model is None:
            return
        counts = self._ledger.of(model)
        counts.use(used.kind, used.chars)
        if used.kind == "shown" and used.screen_ms is not None:
            counts.screen.note(used.screen_ms)
        if used.kind in ("all", "line", "word") and used.id != self._taken_id:
            self._taken_id = used.id
            counts.taken += 1


def _read(counts: Counts, finding: Finding, *, early: bool) -> None:
    """Count the prompt tokens that the server had to read, as far as it tells."""
    evaluated = max(0, finding.evaluated or 0)
    counts.prompt_tokens += evaluated
    counts.early_tokens += evaluated if early else 0


def _generated(counts: Counts, finding: Finding) -> None:
    """Count an answer's tokens; where the server did not come to tell, a piece is one."""
    counts.answer_tokens += max(finding.usage.answer_tokens or 0, finding.pieces)
    counts.answer_chars += finding.chars
