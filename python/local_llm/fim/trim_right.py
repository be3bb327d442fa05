"""Text right of the cursor: an answer leads up to it and must not say it again."""

from __future__ import annotations

from collections.abc import Iterator

from local_llm.fim.trim_around import MANY, around
from local_llm.fim.trim_place import LINE_CHARS, Place
from local_llm.fim.trim_scan import OPENER, loose, quotes, scan, shared_quote

_NO_BLANK_BEFORE = tuple(" \t)]},;:.")
_MOST_BRACKETS = 200  # of a line that are worth counting
_LETTERS = 3  # of a text that is not said twice by accident


def fit_right(text: str, place: Place) -> str:
    """Return the part of a line that fits between `place.left` and `place.right`."""
    line = _Line(text, place)
    fitting = line.text[: line.before_repeat(line.in_balance())]
    return fitting.rstrip() if line.right.startswith(_NO_BLANK_BEFORE) else fitting


class _Line:
    """The cursor's line with an answer in it, which may end anywhere."""

    def __init__(self, text: str, place: Place) -> None:
        self.left, self.right = place.left[-LINE_CHARS:], place.right[:LINE_CHARS]
        shared = shared_quote(self.left, self.right)
        self.text = _before_quote(text, shared) if shared else text
        quote = scan(self.left, unfinished=True).quote
        brackets = scan(self.text + self.right, quote).brackets
        self._brackets = [x for x in brackets if x[0] < len(self.text)][:_MOST_BRACKETS]
        self._counts = around(place).faults(self._brackets) if self._brackets else [0]

    def in_balance(self) -> int:
        """Return where the text must end so that its brackets and those around it match."""
        if shared_quote(self.left + self.text, self.right):
            return len(self.text)
        said = next(self._whole_right(), len(self.text))
        if self.text[said:].strip() == self.right.strip():
            return said
        closers = [at for at, char in self._brackets if char in OPENER]
        fewest, last = min((self._faults(end), -end) for end in (*closers, len(self.text)))
        if fewest < MANY:
            return next((end for end in self._whole_right() if self._faults(end) <= fewest), -last)
        again = (at for at in loose(self._brackets) if self.right.lstrip()[:1] == self.text[at])
        return next(again, len(self.text))

    def before_repeat(self, end: int) -> int:
        """Return where the text must end so as not to end with what stands right of it."""
        for start in range(max(0, end - len(self.right)), end):
            if self.right.startswith(self.text[start:end]) and self._repeats(start, end):
                return start
        return end

    def _faults(self, end: int) -> int:
        """Count the brackets without another if the text ends there."""
        return self._counts[self._brackets_before(end)]

    def _brackets_before(self, end: int) -> int:
        return sum(at < end for at, _ in self._brackets)

    def _whole_right(self) -> Iterator[int]:
        """Yield where the text goes on with all that is right of it, if that says something."""
        known = self.right.strip()
        at = self.text.find(known) if sum(map(str.isalnum, known)) >= _LETTERS else -1
        while at >= 0:
            if not _splits_word(self.text[:at], known):
                yield at
            at = self.text.find(known, at + 1)

    def _repeats(self, start: int, end: int) -> bool:
        """Tell whether this end of the text is the right one said too early, not its own."""
        head, tail, rest = self.text[:start], self.text[start:end], self.right[end - start :]
        if not tail.strip() or _splits_word(head, tail) or _splits_word(tail, rest):
            return False
        for quote in "\"'`":
            without, whole = (
                (self.left + x + self.right).count(quote) for x in (head, head + tail)
            )
            if without % 2 and not whole % 2:
                return False
        return self._balance_allows(start, end)

    def _balance_allows(self, start: int, end: int) -> bool:
        """Tell whether brackets match without this end of the text, at least no worse than with."""
        tail = self._brackets[self._brackets_before(start) : self._brackets_before(end)]
        without, whole = self._faults(start), self._faults(end)
        if not tail or without != whole:
            return not tail or without < whole
        closing = [at for at, char in tail if char in OPENER]
        if whole < MANY:
            return not loose(tail) and 2 * len(closing) == len(tail)
        return set(closing) <= set(loose(self._brackets))


def _before_quote(text: str, quote: str) -> str:
    """Leave the end of the cursor's string to the text right of it, which has it."""
    found = quotes(text, quote)
    return text[: found[-1]] if len(found) % 2 else text


def _splits_word(before: str, after: str) -> bool:
    """Tell whether a word goes across the border."""
    return _is_word(before[-1:]) and _is_word(after[:1])


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"
