"""Places in a text, written with a cursor in it, for tests of what is shown there."""

from __future__ import annotations

from local_llm.fim.trim import Place, trim

CURSOR = "\u2038"  # a caret


def at(text: str, **style) -> Place:
    """Return the place of the cursor in `text`; `style` are the fields of `Place` about blanks."""
    before, _, after = text.partition(CURSOR)
    *above, left = before.split("\n")
    right, *below = after.split("\n")
    return Place(left=left, right=right, above=tuple(above[::-1]), below=tuple(below), **style)


def shown(answer: str, text: str, **options) -> str:
    """Return what is shown of a whole answer at the cursor in `text`."""
    style = {
        key: options.pop(key) for key in ("expandtab", "shiftwidth", "tabstop") if key in options
    }
    return trim(answer, at(text, **style), done=True, **options)
