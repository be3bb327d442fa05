"""Blocks by their indentation: which lines open one, and where an answer leaves the cursor's."""

from __future__ import annotations

import re

from local_llm.fim.trim_place import Draft, Place, bare, blank, full_lines, margin

_OPENS = re.compile(
    r"(?:[{(\[:\\]|=>|->|&&|\|\||(?<![-+*/=<>!])=|\b(?:then|do|else|repeat|begin|try)"
    r"|\bfunction\b[^()]*\([^()]*\))\s*\Z"
    r"|\A\s*(?:(?:def|class|module)\b[^:;]*\Z|@\w)"
)
_HAS_BODY = re.compile(
    r"(?:\{|\b(?:then|do|repeat)|\bfunction\b[^()]*\([^()]*\))\s*\Z"
    r"|\A\s*(?:async\s+)?(?:if|elif|else|for|while|def|class|with|try|except|finally|match)\b.*:\s*\Z"
)
_NO_BODY = re.compile(r"\s*(?:[-#)\]}]|\w+\s*:|(?:case|default|end)\b)")
_ENDS = "end|fi|done|esac|until|endif|endfor|endwhile|endfunction|endfunc|endtry"
_CLOSING_WORD = re.compile(
    rf"\s*(?:{_ENDS}|else|elif|elseif|elsif|except|finally|rescue|ensure|catch)\b"
)
_PREPROCESSOR = re.compile(r"#\s*(?:if|el|end|def|inc|pragma|undef|error|region)")
# What ends in one line what another began, written alike or not.
_PAIRS = {'"""': '"""', "'''": "'''", "```": "```", "~~~": "~~~", "*/": "/*", "-->": "<!--"}


def opens_block(line: str) -> bool:
    """Tell whether more has to follow a line, usually deeper ones."""
    return _OPENS.search(line) is not None


def lacks_indent(opener: str, line: str, place: Place) -> bool:
    """Tell whether `line`, the first of a block, does not stand deeper than what opens the block.

    So says a model that has the code in mind, but not where it is to stand.
    """
    if not opens_block(opener) or _NO_BODY.match(line):
        return False
    column, outer = place.indent(line), place.indent(opener)
    return column < outer or (column == outer and _HAS_BODY.search(opener) is not None)


def ends_own_block(lines: list[str], row: int, place: Place) -> bool:
    """Tell whether a line ends, or goes on with, what the answer itself began.

    Args:
        lines: As they stand in the buffer, the cursor's first.
        row: Of a line that could as well belong to the text around.
        place: Where.

    """
    text = bare(lines[row])
    if text in _PAIRS:
        before = "\n".join(lines[:row])[len(place.left) :]
        begun = before.count(_PAIRS[text])
        return begun % 2 == 1 if _PAIRS[text] == text else begun > before.count(text)
    return _CLOSING_WORD.match(lines[row]) is not None and _begun(lines, row, place)


def _begun(lines: list[str], row: int, place: Place) -> bool:
    """Tell whether a line of the answer with the same indentation has deeper ones below it."""
    wanted, deeper = place.indent(lines[row]), False
    for at in range(row - 1, -1, -1):
        if blank(lines[at]):
            continue
        if place.indent(lines[at]) <= wanted:
            same = place.indent(lines[at]) == wanted and (at > 0 or blank(place.left))
            return same and (deeper or opens_block(lines[at]))
        deeper = True
    return False


def ends_block(line: str) -> bool:
    """Tell whether a line ends or splits what another began: `end`, `else:`, `fi`, three quotes."""
    return bare(line) in _PAIRS or _CLOSING_WORD.match(line) is not None


def ended_indent(line: str, place: Place) -> int | None:
    """Return the column of the block above that a line at the cursor ends, None without one."""
    wanted, deeper = place.indent(line), False
    for other in full_lines(place.above):
        column = place.indent(other)
        begins = column == wanted and (deeper or opens_block(other)) and not ends_block(other)
        if begins or column < wanted:
            return column
        deeper = column > wanted
    return None


def cut_where_block_ends(draft: Draft, place: Place) -> Draft:
    """End the draft where it leaves the block that the lines below go on with."""
    below = full_lines(place.below)
    if not below or draft.first() == len(draft.lines):
        return draft
    here = place.indent(place.left or margin(draft.lines[draft.first()]))
    least = min(here, place.indent(below[0]))
    for row, line in enumerate(draft.lines[1:], 1):
        leaves = not blank(line) and place.indent(line) < least
        if leaves and not _PREPROCESSOR.match(line):
            return draft.cut(row)
    return draft
