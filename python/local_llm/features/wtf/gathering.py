"""What is known of diagnostics 150 ms after the question: the editor's part and the tools'.

The editor sends its part in a second message while the tools are asked here. What comes later is
kept by those who found it, for the next question, and named in this answer.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

import msgspec

from local_llm.features.intake import context_rule
from local_llm.features.port import Diagnostic, Related, Snapshot
from local_llm.features.wtf.rulebook import Rulebook
from local_llm.guard.findings import Fired
from local_llm.prompts.blocks import shown
from local_llm.prompts.evidence import Found
from local_llm.rules.base import RuleAsk, RuleText
from local_llm.settings import Settings

GATHER_S = 0.14  # of 150 ms; the request then takes some, too
_EDITOR_S = 1.0  # its part comes in 150 ms, and later only where the editor is stuck
_MOST_RULES = 8

T = TypeVar("T")


class Sieve:
    """Leaves out lines of files that must not go along, and notes which rules fired.

    Args:
        subject: What is asked about; its own file has been judged.
        settings: The options.

    """

    def __init__(self, subject: Snapshot, settings: Settings) -> None:
        self._subject = subject
        self._guard = settings.guard
        self.fired: list[Fired] = []

    def lets(self, path: str) -> bool:
        """Tell whether lines of a file may go along; "" is the file asked about."""
        if path in ("", self._subject.path):
            return True
        rule = context_rule(path, self._subject.root, self._guard)
        if rule is not None:
            self.fired.append(Fired(rule=rule, what=shown(path, self._subject.root)))
        return rule is None

    def found(self, found: Found) -> Found:
        """Return what the editor found, without such lines."""
        kept = tuple(passage for passage in found.definitions if self.lets(passage.path))
        return msgspec.structs.replace(found, definitions=kept)

    def reports(self, reports: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """Return diagnostics without such lines; that they point there stays."""
        return tuple(
            msgspec.structs.replace(report, related=tuple(map(self._place, report.related)))
            for report in reports
        )

    def _place(self, place: Related) -> Related:
        if not place.lines or self.lets(place.path):
            return place
        return msgspec.structs.replace(place, lines=())


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What there is in time. late: What is not, in words. fired: What left parts of it out."""

    found: Found = Found()
    rules: tuple[RuleText, ...] = ()
    versions: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    fired: tuple[Fired, ...] = ()


class Gathering:
    """Waits for all parts of the evidence, each no longer than it may take.

    Args:
        rulebook: Asks the tools; what nobody waits for any more goes on, for the next question.

    """

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook
        self._editors: dict[int, asyncio.Future[Found]] = {}
        self._asked: set[asyncio.Task[Any]] = set()

    def expect(self, ask_id: int) -> None:
        """Get ready for the editor's part; before anything is awaited."""
        self._editors[ask_id] = asyncio.get_running_loop().create_future()

    def take(self, message: dict[str, Any]) -> None:
        """Take the editor's part; of a question that nobody waits for any more, nothing."""
        part = self._editors.get(int(message.get("id") or 0))
        if part is not None and not part.done():
            part.set_result(msgspec.convert(message["found"], Found))

    def forget(self, ask_id: int) -> None:
        """Wait no more for the editor's part."""
        self._editors.pop(ask_id, None)

    async def evidence(self, ask_id: int, subject: Snapshot, settings: Settings) -> Evidence:
        """Return what there is within 150 ms."""
        reports = _different(subject.diagnostics)
        rules = {self._ask(self._rulebook.find(_ask(it, subject))): it for it in reports}
        versions = self._ask(self._rulebook.versions(subject.filetype, subject.root, subject.path))
        _, late = await asyncio.wait([*rules, versions], timeout=GATHER_S)
        sieve = Sieve(subject, settings)
        found = sieve.found(await self._editors_part(ask_id))
        return Evidence(
            found=found,
            fired=tuple(sieve.fired),
            rules=_each_once(task.result() for task in rules if task not in late),
            versions=() if versions in late else versions.result(),
            late=(*found.late, *_names(late, rules)),
        )

    async def aclose(self) -> None:
        """End what is still asked."""
        for task in self._asked:
            task.cancel()
        await asyncio.gather(*self._asked, return_exceptions=True)
        await self._rulebook.aclose()

    async def _editors_part(self, ask_id: int) -> Found:
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(self._editors[ask_id], _EDITOR_S)
        return Found(late=("what the editor knows",))

    def _ask(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(work)
        self._asked.add(task)
        task.add_done_callback(self._asked.discard)
        return task


def _different(reports: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return one diagnostic a rule, as many as anybody reads about."""
    known = {(report.source, report.code or report.message): report for report in reports}
    return list(known.values())[:_MOST_RULES]


def _ask(report: Diagnostic, subject: Snapshot) -> RuleAsk:
    return RuleAsk(
        source=report.source,
        code=report.code,
        href=report.href,
        message=report.message,
        filetype=subject.filetype,
        path=subject.path,
        root=subject.root,
    )


def _each_once(rules: Iterable[RuleText | None]) -> tuple[RuleText, ...]:
    return tuple({rule.title: rule for rule in rules if rule is not None}.values())


def _names(
    late: set[asyncio.Task[Any]], rules: dict[asyncio.Task[RuleText | None], Diagnostic]
) -> list[str]:
    """Return what did not come in time, in words."""
    named = [f"what {it.source} says of {it.code}" for task, it in rules.items() if task in late]
    return named if len(named) == len(late) else [*named, "the versions of the tools"]
