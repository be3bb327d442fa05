"""The pieces of a prompt that asks for lines in place of those that are complained about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from local_llm.guard.defuse import clean
from local_llm.prompts.blocks import block, required, shown
from local_llm.prompts.code import numbered
from local_llm.prompts.defuse import defuse
from local_llm.prompts.evidence import Found, Passage
from local_llm.prompts.load import PromptFile, builtin, fill
from local_llm.prompts.wtf import Subject, evidence_pieces, question_piece, what
from local_llm.rules.base import RuleText
from local_llm.tokens.pieces import Piece, Priority

SHORT = 60  # rows of a function that is written anew as a whole
NEAR = 8  # rows on each side of a diagnostic that are, in a longer one

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"lines": {"type": "array", "items": {"type": "string"}}},
    "required": ["lines"],
    "additionalProperties": False,
}
_AS_JSON = 'The form: a JSON object {"lines": ["first line", "second line", ...]}.'
_AS_BLOCK = "The form: one fenced code block with the lines, no word before or after it."


def region_of(code: Passage, rows: Sequence[int]) -> Passage:
    """Return the lines that are to be written anew: the function, or those near the diagnostics.

    Args:
        code: The function around, or as many lines as there are in its place.
        rows: Of the diagnostics, 0-based, at least one.

    """
    if len(code.lines) <= SHORT:
        return code
    first = max(0, min(rows) - NEAR - code.first_row)
    last = max(first + 1, max(rows) + NEAR + 1 - code.first_row)
    lines = code.lines[first:last]
    return msgspec.structs.replace(code, first_row=code.first_row + first, lines=lines)


def fix_pieces(
    subject: Subject,
    found: Found,
    rules: Sequence[RuleText],
    region: Passage,
    *,
    versions: Sequence[str] = (),
    instructions: str = "",
    tried: Sequence[str] = (),
    schema: bool = True,
    prompt: PromptFile | None = None,
) -> tuple[Piece, ...]:
    """Return the pieces in prompt order.

    Args:
        subject: The file and its diagnostics.
        found: What the editor gathered.
        rules: What the tools say of the rules.
        region: The lines that are to be written anew.
        versions: Of the toolchain.
        instructions: What the user added, "" = nothing.
        tried: Lines that were put there before, and did not help.
        schema: Whether the server makes the answer keep to SCHEMA.
        prompt: A user's own, None = ours.

    """
    prompt = prompt or builtin("wtf_fix")
    values = {
        "path": defuse(shown(subject.path, subject.root)),
        "first": str(region.first_row + 1),
        "last": str(region.first_row + len(region.lines)),
        "what": what(subject.diagnostics),
        "form": _AS_JSON if schema else _AS_BLOCK,
    }
    pieces = [
        required("task", fill(prompt.system, values), role="system"),
        *evidence_pieces(subject, found, rules, versions),
        *_tried(tried),
        _region(region, subject.filetype),
        question_piece(fill(prompt.task, values), instructions),
    ]
    return tuple(piece for piece in pieces if piece.text)


def _region(region: Passage, filetype: str) -> Piece:
    text = numbered(region.lines, region.first_row + 1)
    head = "The region:"
    return block("region", Priority.TASK, head, text, filetype, shrink=None, required=True)


def _tried(lines: Sequence[str]) -> list[Piece]:
    if not lines:
        return []
    head = "This was tried before, and the diagnostics stayed:"
    text = defuse(clean("\n".join(lines)))
    return [block("last attempt", Priority.HISTORY, head, text)]
