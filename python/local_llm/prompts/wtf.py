"""The pieces of a prompt about diagnostics.

What stays the same between questions comes first (the system text, the file, its imports, its
code), then what belongs to the diagnostics, and the task last, where small models heed it best.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Protocol

import msgspec

from local_llm.guard.defuse import clean
from local_llm.prompts.blocks import block, enclosing_pieces, required, shown
from local_llm.prompts.code import numbered
from local_llm.prompts.defuse import defuse, note
from local_llm.prompts.evidence import Found, Hover, Passage
from local_llm.prompts.imports import imports_for
from local_llm.prompts.load import PromptFile, builtin, fill
from local_llm.rules.base import RuleText
from local_llm.tokens.pieces import Piece, Priority, Shrink

_AROUND = 12  # rows of code on each side of a diagnostic that are sent before all else
_LIBRARY_LINES = 24
_LONGEST_MESSAGE = 4000  # characters; the rest of a message repeats its beginning


class Pointed(Protocol):
    """A place that a diagnostic points at; `row` is 0-based."""

    @property
    def path(self) -> str: ...  # noqa: D102 - absolute
    @property
    def row(self) -> int: ...  # noqa: D102 - said above
    @property
    def message(self) -> str: ...  # noqa: D102 - "" = none
    @property
    def first_row(self) -> int: ...  # noqa: D102 - of `lines`
    @property
    def lines(self) -> Sequence[str]: ...  # noqa: D102 - may be empty


class Reported(Protocol):
    """One diagnostic; `features.port.Diagnostic` fulfils it. `row` and `col` are 0-based."""

    @property
    def row(self) -> int: ...  # noqa: D102 - said above
    @property
    def col(self) -> int: ...  # noqa: D102 - bytes
    @property
    def severity(self) -> str: ...  # noqa: D102 - a word
    @property
    def message(self) -> str: ...  # noqa: D102 - all of its lines
    @property
    def source(self) -> str: ...  # noqa: D102 - "" = unknown
    @property
    def code(self) -> str: ...  # noqa: D102 - "" = none
    @property
    def href(self) -> str: ...  # noqa: D102 - "" = none
    @property
    def related(self) -> Sequence[Pointed]: ...  # noqa: D102 - often empty


class Subject(Protocol):
    """The file asked about."""

    @property
    def path(self) -> str: ...  # noqa: D102 - absolute, "" = none
    @property
    def root(self) -> str: ...  # noqa: D102 - of the project, "" = none
    @property
    def filetype(self) -> str: ...  # noqa: D102 - the editor's word
    @property
    def diagnostics(self) -> Sequence[Reported]: ...  # noqa: D102 - in the order of rows


def wtf_pieces(
    subject: Subject,
    found: Found,
    rules: Sequence[RuleText],
    *,
    versions: Sequence[str] = (),
    instructions: str = "",
    language: str = "English",
    prompt: PromptFile | None = None,
) -> tuple[Piece, ...]:
    """Return the pieces in prompt order.

    Args:
        subject: The file and its diagnostics.
        found: What the editor gathered; files that must not go out are not among it any more.
        rules: What the tools say of the rules.
        versions: Of the toolchain, as in "ruff 0.14.2".
        instructions: What the user added, "" = nothing.
        language: Of the answer.
        prompt: A user's own, None = ours.

    """
    prompt = prompt or builtin("wtf")
    values = {
        "language": language,
        "path": defuse(shown(subject.path, subject.root)),
        "what": what(subject.diagnostics),
        "filetype": subject.filetype,
    }
    pieces = [
        required("task", fill(prompt.system, values), role="system"),
        *evidence_pieces(subject, found, rules, versions),
        question_piece(fill(prompt.task, values), instructions),
    ]
    return tuple(piece for piece in pieces if piece.text)


def evidence_pieces(
    subject: Subject, found: Found, rules: Sequence[RuleText], versions: Sequence[str]
) -> list[Piece]:
    """Return what is known, between the system text and the task of a prompt."""
    return [
        _file(subject, found, versions),
        *_imports(subject, found),
        *enclosing_pieces(found.enclosing, subject.filetype),
        *_more(found.before, subject.filetype, "More of the file, before that:", "lines-start"),
        *_code(subject, found.code),
        *_more(found.behind, subject.filetype, "More of the file, behind that:", "lines-end"),
        *(_definition(passage, subject) for passage in found.definitions),
        *(_hover(hover) for hover in found.hovers),
        *(_rule(rule) for rule in rules),
        *_related(subject),
        _reports(subject.diagnostics),
    ]


def what(diagnostics: Sequence[Reported]) -> str:
    """Return what is asked about, as in "the diagnostic on line 12"."""
    rows = sorted({report.row + 1 for report in diagnostics})
    if len(diagnostics) == 1:
        return f"the diagnostic on line {rows[0]}"
    where = f"line {rows[0]}" if len(rows) == 1 else f"lines {', '.join(map(str, rows[:12]))}"
    return f"the {len(diagnostics)} diagnostics on {where}"


def question_piece(task: str, instructions: str) -> Piece:
    """Return the task with the user's own words, of which there may be none."""
    wished = f"The programmer adds: {defuse(clean(instructions))}" if instructions.strip() else ""
    return required("question", "\n".join(filter(None, (task, wished))))


def _file(subject: Subject, found: Found, versions: Sequence[str]) -> Piece:
    kind = f" ({subject.filetype})" if subject.filetype else ""
    said = [
        f"File: {defuse(shown(subject.path, subject.root))}{defuse(kind)}",
        f"Tools here: {defuse(clean(', '.join(versions)))}." if versions else "",
        note("\n".join(found.code.lines)),
    ]
    return required("place", "\n".join(filter(None, said)))


def _imports(subject: Subject, found: Found) -> list[Piece]:
    messages = (report.message for report in subject.diagnostics)
    code = "\n".join((*found.code.lines, *messages))
    first, last = found.code.first_row, found.code.first_row + len(found.code.lines)
    lines = [
        numbered([line], row + 1)
        for row, line in imports_for(found.top, subject.filetype, code)
        if not first <= row < last
    ]
    if not lines:
        return []
    text = "\n".join(lines)
    return [block("imports", Priority.DEFINITIONS, "Its imports:", text, subject.filetype)]


def _code(subject: Subject, code: Passage) -> list[Piece]:
    """Return the lines around the diagnostics, which must stay, between the rest of the code."""
    if not code.lines:
        return []
    rows = [report.row - code.first_row for report in subject.diagnostics] or [0]
    last, kind = len(code.lines), subject.filetype
    begin = min(max(0, min(rows) - _AROUND), last - 1)
    end = max(begin + 1, min(last, max(rows) + _AROUND + 1))
    before, near, behind = (
        msgspec.structs.replace(code, first_row=code.first_row + at, lines=code.lines[at:stop])
        for at, stop in ((0, begin), (begin, end), (end, last))
    )
    around, head = Priority.ENCLOSING, "The code, with line numbers:"
    return [
        _numbered("code before", around, "The code before:", before, kind, shrink="lines-start"),
        _numbered("code", Priority.CODE, head, near, kind, required=True),
        _numbered("code behind", around, "The code behind:", behind, kind),
    ]


def _numbered(
    name: str,
    priority: int,
    head: str,
    passage: Passage,
    kind: str,
    *,
    shrink: Shrink = "lines-end",
    required: bool = False,
) -> Piece:
    """Return lines of a file; of none a piece without text, which is left out of the prompt."""
    text, row = numbered(passage.lines, passage.first_row + 1), passage.first_row
    return block(name, priority, head, text, kind, shrink=shrink, required=required, first_row=row)


def _more(passage: Passage, filetype: str, head: str, shrink: Shrink) -> list[Piece]:
    """Return what else there is of the file, if there is room."""
    if not any(line.strip() for line in passage.lines):
        return []
    return [_numbered("file", Priority.FILES, head, passage, filetype, shrink=shrink)]


def _definition(passage: Passage, subject: Subject) -> Piece:
    """Return a definition; of a library, which the model has read, a few lines if there is room."""
    root, lines = subject.root or os.path.dirname(subject.path), passage.lines  # noqa: PTH120
    where = f"From {defuse(shown(passage.path, root))}:"
    own = passage.path.startswith(f"{root}/")
    text = numbered(lines if own else lines[:_LIBRARY_LINES], passage.first_row + 1)
    priority = Priority.DEFINITIONS if own else Priority.LIBRARIES
    return block("definition", priority, where, text, subject.filetype)


def _hover(hover: Hover) -> Piece:
    head = f"The language server says of `{defuse(clean(hover.name))}`:"
    return block("hover", Priority.DEFINITIONS, head, defuse(clean(hover.text)))


def _rule(rule: RuleText) -> Piece:
    title, link = defuse(clean(rule.title)), defuse(clean(rule.link))
    if not rule.text:
        text = f"The rule {title} is documented at {link}"
        return Piece(name="rule", text=text, priority=Priority.DIAGNOSTICS)
    known = filter(None, (defuse(clean(rule.origin)), link and f"documented at {link}"))
    about = ", ".join(known)
    head = f"What the tool says of its rule {title}{f' ({about})' if about else ''}:"
    return block(f"rule {title}", Priority.DIAGNOSTICS, head, defuse(clean(rule.text)))


def _related(subject: Subject) -> list[Piece]:
    places = [place for report in subject.diagnostics for place in report.related]
    return [_pointed(place, subject) for place in places]


def _pointed(place: Pointed, subject: Subject) -> Piece:
    where = defuse(shown(place.path, subject.root))
    said = defuse(clean(" ".join(place.message.split()))) or "related"
    head = f"A diagnostic points at {where}, line {place.row + 1}: {said}"
    if not place.lines:
        return Piece(name="related", text=head, priority=Priority.DIAGNOSTICS)
    text = numbered(place.lines, place.first_row + 1)
    return block("related", Priority.DIAGNOSTICS, head, text, subject.filetype)


def _reports(diagnostics: Sequence[Reported]) -> Piece:
    text = "\n".join(map(_report, diagnostics))
    return block("diagnostics", Priority.DIAGNOSTICS, "The diagnostics:", text, required=True)


def _report(report: Reported) -> str:
    by = " ".join(filter(None, (report.source, report.code)))
    message = report.message
    if len(message) > _LONGEST_MESSAGE:
        left = len(message) - _LONGEST_MESSAGE
        message = f"{message[:_LONGEST_MESSAGE]} ... ({left} more characters)"
    lines = clean(message).split("\n")
    head = f"line {report.row + 1}, column {report.col + 1}, {report.severity}"
    first, *rest = [line.rstrip() for line in lines]
    said = "\n".join(
        [f"{head}{f' ({clean(by)})' if by else ''}: {first}", *(f"    {r}" for r in rest)]
    )
    return defuse(said)
