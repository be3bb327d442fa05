"""Shorten a piece by whole lines, and say in the text which ones are missing.

Only where a single line is longer than all there is room for, the cut goes through it.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from local_llm.tokens.pieces import Piece

Fits = Callable[[str], bool]


class Shrunk(msgspec.Struct, frozen=True, kw_only=True):
    """The shortened body, and what it lost: text, and 1-based line numbers (None = nothing).

    `inside` tells that a line was cut through, which is then the first or last of `lines`.
    """

    body: str
    lost: str
    lines: tuple[int, int] | None
    inside: bool = False

    def __repr__(self) -> str:
        return f"Shrunk({len(self.body)} characters, lost lines {self.lines})"


def shrink(piece: Piece, fits: Fits, *, inside_lines: bool) -> Shrunk | None:
    """Return as much of `piece` as `fits` allows, or None where nothing of use does.

    Args:
        piece: Its `shrink` says which end loses lines.
        fits: Whether a body fits; should hold for shorter bodies where it holds for longer ones.
            Whatever is returned has been tried.
        inside_lines: Whether a single line that is too long may be cut through.

    """
    lines = piece.text.split("\n")  # not splitlines(): U+2028 and form feeds end no editor line
    kept = _largest(len(lines), lambda n: fits(_whole_lines(piece, lines, n)))
    if kept == len(lines):
        return Shrunk(body=piece.text, lost="", lines=None)
    if kept:
        body = _whole_lines(piece, lines, kept)
        gone = lines[kept:] if piece.shrink == "lines-end" else lines[: len(lines) - kept]
        return Shrunk(body=body, lost="\n".join(gone), lines=_gone(piece, len(lines), kept))
    return _through_line(piece, lines, fits) if inside_lines else None


def _gone(piece: Piece, count: int, kept: int) -> tuple[int, int]:
    """Return the numbers of the first and last line that are missing."""
    first, last = piece.first_line, piece.first_line + count - 1
    return (first + kept, last) if piece.shrink == "lines-end" else (first, last - kept)


def _whole_lines(piece: Piece, lines: list[str], kept: int) -> str:
    """Keep `kept` lines and put a mark where the others were."""
    if kept == len(lines):
        return piece.text
    mark = _mark(_gone(piece, len(lines), kept))
    if piece.shrink == "lines-end":
        return "\n".join([*lines[:kept], mark])
    return "\n".join([mark, *lines[len(lines) - kept :]])


def _through_line(piece: Piece, lines: list[str], fits: Fits) -> Shrunk | None:
    """Keep as many characters of the first or last line as fit."""
    first, last = _gone(piece, len(lines), 0)
    from_end = piece.shrink == "lines-start"
    edge = lines[-1 if from_end else 0]

    def body(kept: int) -> str:
        others = (first, last - 1) if from_end else (first + 1, last)
        marks = [_mark(others)] if len(lines) > 1 else []
        if from_end:
            return "\n".join([*marks, f"[start of line {last} cut] {edge[-kept:]}"])
        return "\n".join([f"{edge[:kept]} [rest of line {first} cut]", *marks])

    kept = _largest(len(edge), lambda n: fits(body(n)))
    if not kept:
        return None
    lost = piece.text[:-kept] if from_end else piece.text[kept:]
    return Shrunk(body=body(kept), lost=lost, lines=(first, last), inside=True)


def _mark(span: tuple[int, int]) -> str:
    first, last = span
    return f"[line {first} cut]" if first == last else f"[lines {first}-{last} cut]"


def _largest(most: int, fits: Callable[[int], bool]) -> int:
    """Return the largest n in 0..most for which `fits` was seen to hold (0 is taken for granted).

    Steps double first: a 50 MB buffer is measured up to about twice what fits, never as a whole.
    """
    good, step = 0, 1
    while good < most:
        probe = min(most, good + step)
        if not fits(probe):
            break
        good, step = probe, step * 2
    else:
        return most
    bad = probe
    while bad - good > 1:
        middle = (good + bad) // 2
        if fits(middle):
            good = middle
        else:
            bad = middle
    return good
