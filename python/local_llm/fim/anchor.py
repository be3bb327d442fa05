"""Anchored prompts: prefix and suffix frozen where the user began, what was typed since after them.

In the usual order (prefix, suffix, middle) each typed character stands before the suffix, so a
server that keeps evaluated tokens has to evaluate the suffix again at each key. With the window
frozen at the start of a line, and the text since then placed *after* the middle marker, the model
has the same problem to solve and the cached prompt grows by a token or two:

    <prefix> lines above <suffix> text behind the cursor <middle> what was typed since

The anchor stands at the start of the cursor's line, so that no word is cut in two, and deleting
or moving inside the line keeps it.
"""

from __future__ import annotations

import msgspec

from local_llm.fim.ticket import Ticket
from local_llm.fim.window import Count, cut_window

LONGEST_SPAN = 1500  # characters typed behind an anchor; then it moves
LONG_SPAN = 500  # after which it moves when there is time for it
_CLOSERS = frozenset(")]}>\"'`;")
_MOST_CLOSERS = 8  # put behind the cursor by the editor since the anchor was set


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """A frozen window. `row` is the line it ends before; `first_row` the one it starts at."""

    buf: int
    row: int
    first_row: int
    prefix: str
    suffix: str

    def __repr__(self) -> str:
        return f"Anchor(buffer {self.buf}, rows {self.first_row}-{self.row})"


def set_anchor(place: Ticket, tokens: int, count: Count) -> tuple[Anchor, str]:
    """Freeze a window of at most `tokens` around a place; return it and the text of the line."""
    head, line = _split_line(place.before)
    window = cut_window(head, place.after, place.first_row, tokens, count)
    anchor = Anchor(
        buf=place.buf,
        row=place.row,
        first_row=window.first_row,
        prefix=window.prefix,
        suffix=window.suffix,
    )
    return anchor, line


def typed_since(anchor: Anchor, place: Ticket) -> str | None:
    """Return what was typed behind the anchor, or None where it no longer holds.

    It holds as long as the text before it and the text behind the cursor are what they were;
    closing brackets and quotes that the editor has put behind the cursor do not count.
    """
    start = _line_start(place.before, place.row - anchor.row)
    if anchor.buf != place.buf or start is None:
        return None
    if start < len(anchor.prefix) or not place.before.endswith(anchor.prefix, 0, start):
        return None
    typed = place.before[start:]
    if len(typed) > LONGEST_SPAN or not _same_suffix(anchor.suffix, place.after):
        return None
    return typed


def _split_line(before: str) -> tuple[str, str]:
    """Split at the start of the last line."""
    cut = before.rfind("\n") + 1
    return before[:cut], before[cut:]


def _line_start(text: str, lines: int) -> int | None:
    """Return where the line `lines` above the last one starts, None where there is no such line."""
    if lines < 0:
        return None
    end = len(text)
    for _ in range(lines):
        end = text.rfind("\n", 0, end)
        if end < 0:
            return None
    return text.rfind("\n", 0, end) + 1


def _same_suffix(frozen: str, after: str) -> bool:
    """Tell whether `after` begins with the frozen text, behind added closers at most."""
    for added in range(_MOST_CLOSERS + 1):
        if _begins_alike(frozen, after, added):
            return True
        if added >= len(after) or after[added] not in _CLOSERS:
            return False
    return False


def _begins_alike(frozen: str, after: str, added: int) -> bool:
    common = min(len(frozen), len(after) - added)
    if common <= 0:
        return not frozen.strip() and not after[added:].strip()
    return after.startswith(frozen[:common], added)
