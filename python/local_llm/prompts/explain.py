"""The pieces of an explanation's prompt.

What stays the same between questions comes first (the system text, then the file, the functions
around, the code), so that a server can reuse what it has read; the task comes last, where small
models heed it best. A follow-up only appends.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from local_llm.prompts.blocks import Head, block, enclosing_pieces, required, shown
from local_llm.prompts.code import numbered
from local_llm.prompts.defuse import defuse, note
from local_llm.prompts.load import PromptFile, builtin, fill
from local_llm.tokens.pieces import Piece, Priority


class Finding(Protocol):
    """One diagnostic; `row` is 0-based."""

    @property
    def row(self) -> int: ...  # noqa: D102 - said above
    @property
    def severity(self) -> str: ...  # noqa: D102 - a word
    @property
    def message(self) -> str: ...  # noqa: D102 - the first line of it is used
    @property
    def source(self) -> str: ...  # noqa: D102 - "" = unknown


class Place(Protocol):
    """What is explained and where it stands: `features.port.Snapshot` fulfils it."""

    @property
    def path(self) -> str: ...  # noqa: D102 - absolute, "" = none
    @property
    def root(self) -> str: ...  # noqa: D102 - of the project, "" = none
    @property
    def filetype(self) -> str: ...  # noqa: D102 - the editor's word
    @property
    def first_row(self) -> int: ...  # noqa: D102 - 0-based
    @property
    def last_row(self) -> int: ...  # noqa: D102 - inclusive
    @property
    def lines(self) -> Sequence[str]: ...  # noqa: D102 - what was captured
    @property
    def omitted_lines(self) -> int: ...  # noqa: D102 - at the end, not captured
    @property
    def enclosing(self) -> Sequence[Head]: ...  # noqa: D102 - outermost first
    @property
    def diagnostics(self) -> Sequence[Finding]: ...  # noqa: D102 - inside the range


def explain_pieces(
    place: Place, language: str, prompt: PromptFile | None = None
) -> tuple[Piece, ...]:
    """Return the pieces in prompt order; the selection alone may be shortened.

    Args:
        place: The code and what is known about it.
        language: Of the answer, as in "English".
        prompt: A user's own, None = ours.

    """
    prompt = prompt or builtin("explain")
    values = {
        "language": language,
        "path": defuse(shown(place.path, place.root)),
        "filetype": place.filetype,
        "first": str(place.first_row + 1),
        "last": str(place.first_row + max(1, len(place.lines))),
    }
    heads = [head for head in place.enclosing if head.row < place.first_row]
    pieces = [
        required("task", fill(prompt.system, values), role="system"),
        required("place", _place(place)),
        *enclosing_pieces(heads, place.filetype),
        _selection(place),
        _diagnostics(place),
        required("question", fill(prompt.task, values)),
    ]
    return tuple(piece for piece in pieces if piece is not None and piece.text)


def follow_up_pieces(answer: str, question: str) -> tuple[Piece, ...]:
    """Return what a follow-up appends to the exchange; the answer may be left out."""
    return (
        Piece(
            name="answer",
            text=defuse(answer),
            priority=Priority.HISTORY,
            shrink="lines-end",
            role="assistant",
        ),
        required("question", defuse(question)),
    )


def _place(place: Place) -> str:
    kind = f" ({place.filetype})" if place.filetype else ""
    said = [f"File: {defuse(shown(place.path, place.root))}{defuse(kind)}"]
    if place.omitted_lines:
        said.append(f"{place.omitted_lines} more lines of the selection are not shown.")
    said.append(note("\n".join(place.lines)))
    return "\n".join(filter(None, said))


def _selection(place: Place) -> Piece:
    row, kind = place.first_row, place.filetype
    text, head = numbered(place.lines, row + 1), "The code, with line numbers:"
    return block("selection", Priority.CODE, head, text, kind, required=True, first_row=row)


def _diagnostics(place: Place) -> Piece | None:
    if not place.diagnostics:
        return None
    return Piece(
        name="diagnostics",
        text="\n".join(_finding(finding) for finding in place.diagnostics),
        priority=Priority.DIAGNOSTICS,
        shrink="lines-end",
        head="The editor reports:\n",
    )


def _finding(finding: Finding) -> str:
    source = f" ({finding.source})" if finding.source else ""
    message = " ".join(finding.message.split("\n", 1)[0].split())
    return defuse(f"- line {finding.row + 1}, {finding.severity}: {message}{source}")
