""":LocalWtfFix: lines in place of those that diagnostics complain about; Lua shows a diff."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from local_llm.errors import EmptyAnswer
from local_llm.features.asking import Asker, Question, Wish
from local_llm.features.delivery import Collected
from local_llm.features.history import History
from local_llm.features.history_entry import entry_of
from local_llm.features.masking import Masking
from local_llm.features.port import Editor
from local_llm.features.report import notes
from local_llm.features.wtf.replacement import lines_of
from local_llm.features.wtf.wtf import Case, Cases
from local_llm.prompts.code import fence, opening
from local_llm.prompts.evidence import Passage
from local_llm.prompts.wtf_fix import SCHEMA, fix_pieces, region_of


class Fixer:
    """The use-case.

    Args:
        editor: Whom to show it.
        asker: Puts questions to models.
        cases: Judges and gathers.
        history: Keeps the answers.
        masking: Puts secrets back into what goes to the buffer.

    """

    def __init__(
        self, editor: Editor, asker: Asker, cases: Cases, history: History, masking: Masking
    ) -> None:
        self._editor = editor
        self._masking = masking
        self._history = history
        self._asker = asker
        self._cases = cases

    async def fix(self, ask_id: int, message: dict[str, Any]) -> None:
        """Find lines that mend a region, and send them as "fix".

        Raises: InputRejected, PathRefused, BackendError, BudgetError and PolicyRefused subclasses.
        """
        case = await self._cases.of(ask_id, message)
        subject = case.subject
        region = region_of(case.evidence.found.code, [it.row for it in subject.diagnostics])
        tried = msgspec.convert(message.get("tried") or (), tuple[str, ...])
        async with self._asker.connected(ask_id, case.settings) as link:
            pieces = fix_pieces(
                subject,
                case.evidence.found,
                case.evidence.rules,
                region,
                versions=case.evidence.versions,
                instructions=case.instructions,
                tried=tried,
                schema=link.backend.takes_schema,
            )
            question = await self._asker.fitted(link, pieces, _wish(case), case.settings)
            answer = await self._asker.stream(ask_id, question, lambda: None, Collected())
        lines = _lines(question, region)
        new = [self._masking.put_back(line) for line in lines]
        self._editor.tell("fix", ask_id, _proposal(case, question, region, new))
        said = msgspec.structs.replace(answer, text=_block(lines, subject.filetype))
        entry = entry_of("wtf_fix", subject, said, title=case.title(), question=case.instructions)
        self._history.keep(entry, case.settings)


def _wish(case: Case) -> Wish:
    options = case.settings.wtf
    return Wish(
        command="wtf_fix",
        answer_tokens=options.answer_tokens,
        temperature=options.temperature,
        schema=SCHEMA,
    )


def _lines(question: Question, region: Passage) -> tuple[str, ...]:
    """Return what the model puts there. Raises: EmptyAnswer."""
    old = "\n".join(region.lines)
    old = question.masker.mask(old).text if question.masker else old
    lines = lines_of(question.answer, tuple(old.split("\n")))
    if lines is None:
        raise EmptyAnswer("the model gave no lines to put there", where=question.link.where)
    return lines


def _block(lines: Sequence[str], filetype: str) -> str:
    """Return the lines as somebody reads them later."""
    text = "\n".join(lines)
    ticks = fence(text)
    return f"{opening(ticks, filetype)}{text}\n{ticks}"


def _proposal(
    case: Case, question: Question, region: Passage, lines: Sequence[str]
) -> dict[str, Any]:
    """Return what Lua shows."""
    return {
        "first_row": region.first_row,
        "old": list(region.lines),
        "new": list(lines),
        "notes": [*case.notes(), *notes(case.subject, question.prompt)],
        "retries": case.settings.wtf.retries,
    }
