"""The brackets around the cursor: what stands open, what the text after it closes.

Open ones are counted from the lines above and left, closing ones from the text right and below.
Matched against each other from the inside out, they tell how many of the open brackets an answer
has to close: none in `print(|)`, one in `f(g(|)`. A closing bracket at the start of a line closes
what was opened at its indentation, which tells the end of a loop from the end of its function
where only one of them is there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from math import inf
from typing import NamedTuple

from local_llm.fim.trim_pairs import Closed, Opened, take
from local_llm.fim.trim_place import LINE_CHARS, Place, full_lines
from local_llm.fim.trim_scan import OPENER, is_label, is_loose, scan, shared_quote

MANY = 1 << 20  # faults
_COMMENT = re.compile(r"\s*(?://|#|--|;|%|/\*|\*[\s/])")  # its brackets need not match
_ENDS = re.compile(r"\s*(?:[)\]}]|end\b)")


class Around(NamedTuple):
    """What an answer meets, from the inside out: brackets to be closed, brackets that close.

    opened: Open at the cursor, outermost first.
    right, below: What the rest of the cursor's line closes, and what the lines below do.
    indent: Of the cursor's line.
    """

    opened: tuple[Opened, ...]
    right: tuple[Closed, ...]
    below: tuple[Closed, ...]
    indent: int

    def spare(self) -> int:
        """Return how many of the open brackets an answer has to close."""
        count = len(self.opened)
        return next(n for n in range(count + 1) if not self._match(self.opened[: count - n])[0])

    def suits(self, opened: Sequence[Opened]) -> bool:
        """Tell whether the text after the cursor matches these as well as what it has to close."""
        kept = self.opened[: len(self.opened) - self.spare()]
        return self._match(opened) <= self._match(kept)

    def faults(self, brackets: Sequence[tuple[int, str]]) -> list[int]:
        """Weigh what does not match around the cursor after 0, 1 ... brackets of an answer.

        The answer is one line, and the rest of the cursor's line follows it.
        """
        opened, own = list(self.opened), 0
        faults = [sum(self._match(opened))]
        for _, char in brackets:
            own += take(opened, Opened(char, self.indent, here=True))
            faults.append(2 * own + sum(self._match(opened)))
        return faults

    def _match(self, opened: Sequence[Opened]) -> tuple[int, int]:
        """Weigh what stays open, and what is closed without having been opened.

        Each bracket weighs 2, and 1 where one right of the cursor goes with one in another line.
        MANY where one meets another kind. Only up to the first line that begins with the end of
        something: beyond it, a bracket in a comment would count for more than the lines at hand.
        """
        closed = [*reversed(self.below), *reversed(self.right)]
        apart = sum(not bracket.here for bracket in opened[len(opened) - len(self.right) :])
        for done, bracket in enumerate(reversed(opened)):
            while closed and not (closed[-1].leads or closed[-1].may_close(bracket)):
                closed.pop()  # a list item, a smiley
            if not closed:
                return 2 * (len(opened) - done), apart
            found = closed.pop()
            if found.opener != bracket.char or not found.may_close(bracket):
                return MANY, apart
            if found.leads:
                return 0, apart
        return 0, 2 * len(closed) + apart


@lru_cache(maxsize=2)
def around(place: Place) -> Around:
    """Count the brackets around the cursor; once for all that arrives of an answer."""
    right, below = _closed(place)
    return Around(tuple(_opened(place)), tuple(right), tuple(below), place.indent(place.left))


def _opened(place: Place) -> list[Opened]:
    stack: list[Opened] = []
    for line in reversed(place.above):
        brackets = _brackets(line)
        indent = place.indent(line) if brackets else 0
        for _, char in brackets:
            take(stack, Opened(char, indent))
    for _, char in scan(place.left[-LINE_CHARS:], unfinished=True).brackets:
        take(stack, Opened(char, place.indent(place.left), here=True))
    return stack


def _brackets(line: str) -> list[tuple[int, str]]:
    """Return the brackets of a line above or below."""
    return [] if _COMMENT.match(line) else scan(line[:LINE_CHARS]).brackets


def _closed(place: Place) -> tuple[list[Closed], list[Closed]]:
    """Return what the rest of the cursor's line closes, and what the lines below do."""
    stack: list[str] = []
    text = place.right[:LINE_CHARS]
    found = scan(text, shared_quote(place.left[-LINE_CHARS:], text)).brackets
    right = [Closed(OPENER[char], False, inf) for _, char in found if is_loose(stack, char)]
    below: list[Closed] = []
    floor = inf
    for line in full_lines(place.below):
        indent = place.indent(line)
        floor = min(floor, indent)
        for at, char in _brackets(line):
            if is_loose(stack, char) and not (char == ")" and is_label(line[:at])):
                leads = _ENDS.match(line) is not None
                below.append(Closed(OPENER[char], leads, indent if leads else floor))
    return right, below
