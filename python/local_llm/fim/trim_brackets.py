"""Closing brackets of an answer: none that nothing opened, none that the text below has."""

from __future__ import annotations

import re

from local_llm.fim.trim_around import around
from local_llm.fim.trim_pairs import Opened, take_off
from local_llm.fim.trim_place import LINE_CHARS, Draft, Place, bare, full_lines
from local_llm.fim.trim_scan import OPENER, is_label, scan

WHOLE_LINES = 60  # with fewer lines above than this, the file's start is among them
_CLOSERS = tuple(OPENER)
_AFTER_LAST = re.compile(r"[)\]};,:.\s]*")  # what follows a closing bracket too many
_EYES = (":", ";", ":-", ";-", "=")


class Balance:
    """The brackets that are open while an answer is read.

    The text around is counted when a closing bracket asks for it; most lines have none that does.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._own: list[Opened] = []
        self._outer: list[Opened] | None = None
        self._spare = 0

    def owns(self, char: str) -> bool:
        """Tell whether the answer itself has such a bracket open."""
        return any(bracket.char == char for bracket in self._own)

    def end(self, brackets: list[tuple[int, str]], line: str, shift: int = 0) -> int | None:
        """Return the column at which the answer must end in a line, None where it need not.

        To close what the text below closes is right in a line that opens it again: `} else {`.

        Args:
            brackets: Of the answer's part of the line, with columns in that part.
            line: The whole line.
            shift: Column in `line` at which the answer's part begins.

        """
        last, stray = None, False
        for at, char in brackets:
            if char not in OPENER:
                self._own.append(Opened(char, self._place.indent(line)))
            elif take_off(self._own, OPENER[char]) is None:
                fits = last is None or (not stray and self._matches())
                one_too_many = self._close_outer(OPENER[char])
                if one_too_many is None:
                    one_too_many = stray = self._is_stray(line, shift + at)
                last = at if one_too_many and fits else last
        if last is None or stray or not self._matches():
            return last
        self._outer, self._own = [*self._around_open(), *self._own], []
        return None

    def _close_outer(self, opener: str) -> bool | None:
        """Close one from before the answer; tell whether it was not to. None without one."""
        if take_off(self._around_open(), opener) is None:
            return None
        if not self._spare:
            return True
        self._spare -= 1
        return False

    def _matches(self) -> bool:
        return around(self._place).suits([*self._around_open(), *self._own])

    def _around_open(self) -> list[Opened]:
        if self._outer is None:
            found = around(self._place)
            self._outer, self._spare = list(found.opened), found.spare()
        return self._outer

    def _is_stray(self, line: str, at: int) -> bool:
        """Tell whether a bracket that closes nothing is a mistake, and not the text's way."""
        head = line[:at]
        if not head.strip(" \t)]}"):
            return len(self._place.above) < WHOLE_LINES
        if self._own or not _AFTER_LAST.fullmatch(line, at):
            return False
        return line[at] != ")" or not (is_label(head) or head.endswith(_EYES))


def cut_at_closers(draft: Draft, place: Place) -> Draft:
    """End the draft before the first closing bracket that is one too many."""
    lines = draft.standing(place)
    if not any(closer in line for line in lines for closer in _CLOSERS):
        return draft  # most answers; to read brackets takes longer than all other steps
    balance = Balance(place)
    quote = scan(place.left[-LINE_CHARS:], unfinished=True).quote
    for row, (line, standing) in enumerate(zip(draft.lines, lines, strict=True)):
        brackets = scan(line, "" if row else quote).brackets
        if brackets and _is_next(standing, place, balance):
            return draft.cut(row)
        end = balance.end(brackets, standing, len(standing) - len(line))
        if end is not None:
            return draft.cut(row, end)
    return draft


def _is_next(line: str, place: Place, balance: Balance) -> bool:
    """Tell whether a line of closing brackets is the next one below."""
    text, below = line.lstrip(), full_lines(place.below)
    if not below or not text.startswith(_CLOSERS) or balance.owns(OPENER[text[0]]):
        return False
    same = bare(text).rstrip(";,") == bare(below[0]).rstrip(";,")
    return same and place.indent(line) == place.indent(below[0])
