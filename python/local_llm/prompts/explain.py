"""The pieces of an explanation's prompt.

What stays the same between questions comes first (the system text, then the file, the functions
around, the code), so that a server can reuse what it has read; the task comes last, where small
models heed it best. A follow-up only appends.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Protocol

from local_llm.prompts.code import fence, numbered, opening
from local_llm.prompts.defuse import defuse, note
from local_llm.prompts.load import PromptFile, builtin, fill
from local_llm.tokens.pieces import Piece, Priority


class Head(Protocol):
    """The first line of an enclosing function or class; `row` is 0-based."""

    @property
    def row(self) -> int: ...  # noqa: D102 - said above
    @property
    def text(self) -> str: ...  # noqa: D102 - said above


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
    pieces = [
        _required("task", fill(prompt.system, values), system=True),
        _required("place", _place(place)),
        _enclosing(place),
        _selection(place),
        _diagnostics(place),
        _required("question", fill(prompt.task, values)),
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
        _required("question", defuse(question)),
    )


def shown(path: str, root: str) -> str:
    """Return a path relative to the project root; of a file outside of it, the name alone."""
    if not path:
        return "an unnamed buffer"
    root = root.rstrip("/")
    if root and path.startswith(f"{root}/"):
        return path[len(root) + 1 :]
    return os.path.basename(path)  # noqa: PTH119 - text from the editor, no file is touched


def _required(name: str, text: str, *, system: bool = False) -> Piece:
    return Piece(
        name=name,
        text=text,
        priority=Priority.TASK,
        required=True,
        role="system" if system else "user",
    )


def _place(place: Place) -> str:
    kind = f" ({place.filetype})" if place.filetype else ""
    said = [f"File: {defuse(shown(place.path, place.root))}{defuse(kind)}"]
    if place.omitted_lines:
        said.append(f"{place.omitted_lines} more lines of the selection are not shown.")
    said.append(note("\n".join(place.lines)))
    return "\n".join(filter(None, said))


def _enclosing(place: Place) -> Piece | None:
    heads = [head for head in place.enclosing if head.row < place.first_row]
    if not heads:
        return None
    text = "\n".join(numbered(head.text.split("\n"), head.row + 1) for head in heads)
    ticks = fence(text)
    return Piece(
        name="enclosing",
        text=text,
        priority=Priority.ENCLOSING,
        head="The code stands inside of:\n" + opening(ticks, place.filetype),
        tail=f"\n{ticks}",
    )


def _selection(place: Place) -> Piece:
    text = numbered(place.lines, place.first_row + 1)
    ticks = fence(text)
    return Piece(
        name="selection",
        text=text,
        priority=Priority.CODE,
        required=True,
        shrink="lines-end",
        head="The code, with line numbers:\n" + opening(ticks, place.filetype),
        tail=f"\n{ticks}",
        first_line=place.first_row + 1,
    )


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
