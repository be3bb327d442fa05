""":LocalWtf: what diagnostics mean, why they are there, and how the code is mended."""

from __future__ import annotations

from typing import Any

import msgspec

from local_llm.errors import (
    AuthRejected,
    BackendUnreachable,
    InputRejected,
    LocalLlmError,
    ModelLoading,
    ModelMissing,
    PolicyRefused,
    WrongServer,
)
from local_llm.features.asking import Wish
from local_llm.features.exchanges import Exchanges, Matter
from local_llm.features.intake import check_path, readable, split_tokens
from local_llm.features.options import Options
from local_llm.features.port import Snapshot
from local_llm.features.wtf.gathering import Evidence, Gathering, Sieve
from local_llm.guard.findings import Fired, together
from local_llm.prompts.wtf import wtf_pieces
from local_llm.rules.base import RuleText
from local_llm.settings import Settings

_NOT_ASKED = (
    AuthRejected,
    BackendUnreachable,
    ModelLoading,
    ModelMissing,
    PolicyRefused,
    WrongServer,
)


class Case(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Diagnostics, and all that is known about them. fired: What was left out, by which rules."""

    subject: Snapshot
    settings: Settings
    evidence: Evidence
    instructions: str = ""
    fired: tuple[Fired, ...] = ()

    def title(self) -> str:
        """Return what is asked about, in one line."""
        first = self.subject.diagnostics[0]
        by = " ".join(filter(None, (first.source, first.code)))
        message = first.message.split("\n", 1)[0]
        return f"{by}: {message}" if by else message

    def notes(self) -> tuple[str, ...]:
        """Return which rule texts the answer can lean on, and what could not be used for it."""
        evidence = self.evidence
        used = [f"rule text: {rule.origin or rule.title}" for rule in evidence.rules if rule.text]
        late = (f"not used, it came too late: {name}" for name in evidence.late)
        kept = (f"not sent: lines of {one.what}, as {one.rule}" for one in self.fired)
        return (*used, *late, *kept)


class Cases:
    """Makes a case of what the editor sends.

    Args:
        options: The options in force.
        gathering: Brings together what is known.

    """

    def __init__(self, options: Options, gathering: Gathering) -> None:
        self._options = options
        self._gathering = gathering

    async def of(self, ask_id: int, message: dict[str, Any]) -> Case:
        """Judge what was pointed at, and gather. Raises: InputRejected, PathRefused."""
        try:
            return await self._gathered(ask_id, message)
        finally:
            self._gathering.forget(ask_id)

    async def _gathered(self, ask_id: int, message: dict[str, Any]) -> Case:
        subject = readable(msgspec.convert(message["snapshot"], Snapshot))
        settings = self._options.for_root(subject.root)
        check_path(subject, settings)
        if not subject.diagnostics:
            raise InputRejected("there is no diagnostic", hint="see :help vim.diagnostic")
        sieve = Sieve(subject, settings)
        subject = msgspec.structs.replace(subject, diagnostics=sieve.reports(subject.diagnostics))
        if "found" in message:  # asked again, or a preview
            self._gathering.expect(ask_id)
            self._gathering.take({"id": ask_id, "found": message["found"]})
        evidence = await self._gathering.evidence(ask_id, subject, settings)
        return Case(
            subject=subject,
            settings=settings,
            evidence=evidence,
            fired=together((*sieve.fired, *evidence.fired)),
            instructions=str(message.get("instructions") or ""),
        )


class Wtf:
    """The use-case.

    Args:
        cases: Judges and gathers.
        exchanges: Puts questions and shows answers.

    """

    def __init__(self, cases: Cases, exchanges: Exchanges) -> None:
        self._cases = cases
        self._exchanges = exchanges

    async def explain(self, ask_id: int, message: dict[str, Any]) -> None:
        """Say what the diagnostics of a snapshot mean; without a model, what the tools say.

        Raises: InputRejected, PathRefused; as Exchanges.put.
        """
        case = await self._cases.of(ask_id, message)
        try:
            await self._exchanges.put(ask_id, _matter(case), again=bool(message.get("again")))
        except LocalLlmError as exc:
            if not self._exchanges.has(ask_id):
                await self._exchanges.show(ask_id, _rules_alone(case.evidence.rules, exc))
            raise

    async def preview(self, ask_id: int, message: dict[str, Any]) -> None:
        """Show the prompt that would be sent."""
        await self._exchanges.preview(ask_id, _matter(await self._cases.of(ask_id, message)))


def _matter(case: Case) -> Matter:
    settings, evidence = case.settings, case.evidence
    pieces = wtf_pieces(
        case.subject,
        evidence.found,
        evidence.rules,
        versions=evidence.versions,
        instructions=case.instructions,
        language=settings.language,
    )
    wish = Wish(
        command="wtf",
        answer_tokens=settings.wtf.answer_tokens,
        temperature=settings.wtf.temperature,
    )
    return Matter(
        snapshot=case.subject,
        settings=settings,
        pieces=pieces,
        wish=wish,
        asked=case.instructions,
        title=case.title(),
        notes=case.notes(),
        fired=(*case.fired, *split_tokens(case.subject)),
    )


def _rules_alone(rules: tuple[RuleText, ...], fault: LocalLlmError) -> str:
    """Return what the tools say, for somebody without a model; "" where they say nothing."""
    parts = [f"## {rule.title}\n\n{rule.text or rule.link}" for rule in rules]
    if not parts:
        return ""
    why = "No model was asked" if isinstance(fault, _NOT_ASKED) else "The model has not answered"
    return "\n\n".join([f"{why}. This is what the tools themselves say:", *parts])
