"""What of an answer is shown at the cursor.

Small models say more than they were asked: the text after the cursor once more, the end of a block
that is there already, the prompt, one line for ever. Each kind has its step. A step reads lines in
their order and decides about each by what came before it, so that an answer which is still
arriving is shown as far as it is certain, and what was shown stays.
"""

from __future__ import annotations

from collections.abc import Sequence

from local_llm.fim.trim_blocks import cut_where_block_ends, opens_block
from local_llm.fim.trim_brackets import cut_at_closers
from local_llm.fim.trim_echo import drop_echo
from local_llm.fim.trim_indent import set_indent
from local_llm.fim.trim_intake import SPARE_LINES, take
from local_llm.fim.trim_place import Draft, Place, blank
from local_llm.fim.trim_repeats import cut_at_following, cut_copies, cut_loops
from local_llm.fim.trim_right import fit_right

__all__ = ["Place", "trim"]

_STEPS = (cut_where_block_ends, cut_at_following, cut_at_closers, cut_copies, cut_loops)


def trim(
    answer: str,
    place: Place,
    *,
    done: bool,
    cut: bool = False,
    max_lines: int = 12,
    stops: Sequence[str] = (),
) -> str:
    """Return what of `answer` is shown at the cursor, "" for nothing.

    While an answer arrives, only its complete lines count, and what was returned for its beginning
    is the beginning of what is returned later, with one exception: an answer that turns out to be
    a repetition as a whole (three lines from above or below, a loop of a line that stands above)
    is taken back, and stays so. The result is part of the answer, but for indentation, blanks at
    the end, and what must never be drawn. The work does not grow with the answer's length.

    Args:
        answer: What the model said so far, without the letters that were typed already.
        place: What stands around the cursor.
        done: Nothing more comes.
        cut: The answer ended by its limit of length, in the middle of whatever that was.
        max_lines: Most lines returned.
        stops: Strings that end the answer; name those of the model's family here. Strings that no
            text has but the prompts of models always end it.

    """
    draft = take(answer, done=done, cut=cut, lines=max(0, max_lines) + SPARE_LINES, stops=stops)
    if max_lines < 1 or not draft.lines:
        return ""
    if blank(place.right):
        return _several_lines(draft, place, max_lines)
    return _one_line(draft, place)


def _one_line(draft: Draft, place: Place) -> str:
    """Text right of the cursor belongs to the answer's first line; further ones would tear it."""
    draft = draft._replace(lines=draft.lines[:1], live=False)
    draft = set_indent(drop_echo(draft, place), place)
    text = fit_right(draft.lines[0], place) if draft.lines else ""
    return "" if blank(text) else text


def _several_lines(draft: Draft, place: Place, max_lines: int) -> str:
    draft = set_indent(drop_echo(draft, place), place)
    for step in _STEPS:
        draft = step(draft, place)
    text = "\n".join(_whole(draft, max_lines)).rstrip()
    return "" if blank(text) else text


def _whole(draft: Draft, max_lines: int) -> list[str]:
    """Return the lines up to the limit, ending with none that promises another.

    While more may come, such a line is kept back in any case: the limit may be behind it.
    """
    lines = draft.lines[:max_lines]
    if len(draft.lines) > max_lines or draft.live:
        while len(lines) > 1 and (blank(lines[-1]) or opens_block(lines[-1])):
            lines.pop()
    return lines
