"""Code as it stands in a prompt: numbered lines in a fence that nothing inside can close."""

from __future__ import annotations

import re
from collections.abc import Sequence

from local_llm.prompts.defuse import defuse

_TICKS = re.compile(r"`{3,}")
_NUMBER = re.compile(r" *\d+ \| ")
_LANGUAGE = re.compile(r"[\w+#.-]{1,32}")


def fence(text: str) -> str:
    """Return a run of backticks longer than any in `text`, and at least three."""
    return "`" * max(3, 1 + max((len(run) for run in _TICKS.findall(text)), default=0))


def numbered(lines: Sequence[str], first: int) -> str:
    """Return the lines with their numbers, `  42 | code`, all as wide as the last.

    A line end inside a line is how Neovim hands over a NUL byte; it is shown as U+2400.
    """
    width = len(str(first + len(lines) - 1))
    whole = "\n".join(line.replace("\n", "\u2400") for line in lines)
    safe = defuse(whole).split("\n") if lines else []
    return "\n".join(f"{first + n:>{width}} | {line}" for n, line in enumerate(safe))


def without_numbers(text: str) -> tuple[list[str], str]:
    """Take off what `numbered` put in front of each line; of any other text, nothing.

    Returns: What stood in front of each line, [] for none; and the lines.
    """
    lines = text.split("\n")
    numbers = [_NUMBER.match(line) for line in lines]
    if not all(numbers):
        return [], text
    starts = [match.group() for match in numbers if match]
    return starts, "\n".join(line[len(start) :] for line, start in zip(lines, starts, strict=True))


def opening(ticks: str, filetype: str) -> str:
    """Return the line that opens a fenced block."""
    language = filetype if _LANGUAGE.fullmatch(filetype) else ""
    return f"{ticks}{language}\n"
