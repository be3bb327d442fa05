"""The prompt again: an answer that begins with what stands left of the cursor already."""

from __future__ import annotations

import re

from local_llm.fim.trim_place import LINE_CHARS, Draft, Place, blank
from local_llm.fim.trim_scan import scan

_WORD = re.compile(r"[^\W\d_]{2}")  # `0, 0, ` and `((` may well be said twice
_MARKER = re.compile(r"(?:#+|//+!?|--+|[-*+>%]|;+|/?\*+)\s+")  # of a comment or a list


def drop_echo(draft: Draft, place: Place) -> Draft:
    """Take off the beginning of the draft that repeats the cursor's line, or lines above it too."""
    if blank(place.left) or len(place.left) > LINE_CHARS or not draft.lines:
        return draft
    rest = _after_left(draft.lines[0], place)
    if rest is not None:
        return draft._replace(lines=[rest, *draft.lines[1:]])
    return _after_lines(draft, place)


def _after_left(line: str, place: Place) -> str | None:
    """Return what of `line` follows the repeated text, None where it is not repeated."""
    said, left = line.lstrip(), place.left.lstrip()
    known = left.rstrip()
    if not said.startswith(known):
        return None
    if _MARKER.fullmatch(left):
        return said[len(left) :] if said.startswith(left) else None
    if not _WORD.search(known):
        return None
    rest = said[len(known) :]
    right = place.right.strip()
    whole = right and rest.rstrip().endswith(right) and not _open(left + rest)
    if not whole and _open(left + line + right) < _open(left + rest + right):
        return None  # `f(` and `f(x))`: a call within the call
    return rest.lstrip() if left != known else rest


def _open(line: str) -> int:
    """Return how far a line is from closing its brackets."""
    brackets = scan(line).brackets
    return abs(sum(1 if char in "([{" else -1 for _, char in brackets))


def _after_lines(draft: Draft, place: Place) -> Draft:
    """Take off whole lines from above and the cursor's text after them."""
    first = draft.lines[0].strip()
    if not _WORD.search(first):
        return draft
    starts = (at for at, line in enumerate(place.above) if line.strip() == first)
    for start in starts:
        rows = [*reversed(place.above[: start + 1])]
        said = draft.lines[: len(rows)]
        if any(known.strip() != line.strip() for known, line in zip(rows, said, strict=False)):
            continue
        if len(draft.lines) > len(rows):
            rest = _after_left(draft.lines[len(rows)], place)
            if rest is not None:
                return draft._replace(lines=[rest, *draft.lines[len(rows) + 1 :]])
        elif draft.live:
            return draft.hold(0)
        elif len(said) > 1:
            return draft.cut(0)
    return draft
