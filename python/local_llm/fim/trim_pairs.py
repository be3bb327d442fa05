"""Brackets that wait for their other one, before the cursor and after it."""

from __future__ import annotations

from typing import NamedTuple

from local_llm.fim.trim_scan import OPENER


class Opened(NamedTuple):
    """A bracket open at the cursor."""

    char: str
    indent: int
    here: bool = False  # on the cursor's line


class Closed(NamedTuple):
    """A bracket after the cursor that closes one from before it.

    leads: Its line begins with the end of something.
    floor: The column from which on it can have been opened to the left: its line's, or that of the
        least indented line on the way to it.
    """

    opener: str
    leads: bool
    floor: float

    def may_close(self, bracket: Opened) -> bool:
        """Tell by the indentation whether this can be the other one of a bracket."""
        return bracket.indent <= self.floor if self.leads else bracket.indent < self.floor


def take_off(stack: list[Opened], opener: str) -> int | None:
    """Close the last such bracket; return how many above it stay unclosed, None without one."""
    for above, bracket in enumerate(reversed(stack)):
        if bracket.char == opener:
            del stack[len(stack) - above - 1 :]
            return above
    return None


def take(stack: list[Opened], bracket: Opened) -> int:
    """Put a bracket on the stack, or take its opener off; return how many do not match."""
    if bracket.char not in OPENER:
        stack.append(bracket)
        return 0
    unclosed = take_off(stack, OPENER[bracket.char])
    return 1 if unclosed is None else unclosed
