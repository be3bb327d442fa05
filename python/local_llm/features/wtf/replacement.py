"""From an answer to the lines that stand in place of a region.

Models wrap lines in JSON, in fences, in talk; number them as they were shown; repeat what stands
above and below; and forget the indentation. What cannot be told from a mistake is left as it is:
the user sees a diff before anything changes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

_FENCED = re.compile(
    r"^[ \t]*(`{3,}|~{3,})[^\n`]*\n(.*?)^[ \t]*\1[`~]*[ \t]*$", re.DOTALL | re.MULTILINE
)
_OPEN = re.compile(r"^[ \t]*(?:`{3,}|~{3,})[^\n`]*\n", re.MULTILINE)
_NUMBERED = re.compile(r"\s*\d+ \| ?(.*)", re.DOTALL)
_MARGIN = re.compile(r"[ \t]*")


class _Lines(msgspec.Struct):
    """What was asked for, and what models like to make of it."""

    lines: list[str] | None = None
    code: str | None = None


def lines_of(answer: str, region: Sequence[str]) -> tuple[str, ...] | None:
    """Return the lines that an answer gives for a region; None where it gives none.

    Args:
        answer: All of it, with or without a schema.
        region: The lines as they are.

    """
    found = _from_json(answer)
    if found is None:
        found = _from_block(answer)
    if found is None:
        return None
    lines = _without_numbers([line.rstrip("\r") for line in found])
    return tuple(_indented(lines, region))


def _from_json(answer: str) -> list[str] | None:
    try:
        it = msgspec.json.decode(_unfenced(answer).strip(), type=_Lines)
    except (msgspec.DecodeError, RecursionError):
        return None
    if it.lines is None and it.code is None:
        return None
    # A line of the list that holds several is what models make of a block.
    parts = [it.code] if it.code is not None else it.lines or []
    return [line for part in parts for line in part.removesuffix("\n").split("\n")]


def _unfenced(answer: str) -> str:
    block = _FENCED.search(answer)
    return block[2] if block else answer


def _from_block(answer: str) -> list[str] | None:
    """Return the longest fenced block, also one whose end is missing."""
    blocks = [match[2] for match in _FENCED.finditer(answer)]
    if not blocks and (start := _OPEN.search(answer)):
        blocks = [answer[start.end() :]]
    if not blocks:
        return None
    return max(blocks, key=len).removesuffix("\n").split("\n")


def _without_numbers(lines: list[str]) -> list[str]:
    """Take off the numbers that lines were shown with, where every one has one."""
    matches = [_NUMBERED.fullmatch(line) for line in lines]
    if not all(match or not line.strip() for match, line in zip(matches, lines, strict=True)):
        return lines
    return [match[1] if match else line for match, line in zip(matches, lines, strict=True)]


def _indented(lines: list[str], region: Sequence[str]) -> list[str]:
    """Put back the indentation that all of the region has and all of the answer lost."""
    wanted, given = _common(region), _common(lines)
    if given or not wanted:
        return lines
    return [wanted + line if line.strip() else line for line in lines]


def _common(lines: Sequence[str]) -> str:
    """Return the white space that all lines begin with."""
    margins = [match[0] for line in lines if line.strip() and (match := _MARGIN.match(line))]
    if not margins:
        return ""
    first, last = min(margins), max(margins)
    size = next(
        (at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b),
        min(len(first), len(last)),
    )
    return first[:size]
