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
    kept = _largest(len(lines), lambda n: fits(_by_lines(piece, lines, n).body))
    if kept:
        return _by_lines(piece, lines, kept)
    if not inside_lines:
        return None
    edge = lines[0] if piece.shrink == "lines-end" else lines[-1]
    kept = _largest(len(edge), lambda n: fits(_through_line(piece, lines, n).body))
    return _through_line(piece, lines, kept) if kept else None


def _by_lines(piece: Piece, lines: list[str], kept: int) -> Shrunk:
    """Keep `kept` lines and put a mark where the others were."""
    gone = len(lines) - kept
    if not gone:
        return Shrunk(body=piece.text, lost="", lines=None)
    if piece.shrink == "lines-end":
        span = (piece.first_line + kept, piece.first_line + len(lines) - 1)
        body = "\n".join([*lines[:kept], _mark(span)])
        return Shrunk(body=body, lost="\n".join(lines[kept:]), lines=span)
    span = (piece.first_line, piece.first_line + gone - 1)
    body = "\n".join([_mark(span), *lines[gone:]])
    return Shrunk(body=body, lost="\n".join(lines[:gone]), lines=span)


def _through_line(piece: Piece, lines: list[str], kept: int) -> Shrunk:
    """Keep `kept` characters of the first or last line."""
    span = (piece.first_line, piece.first_line + len(lines) - 1)
    if piece.shrink == "lines-end":
        body = f"{lines[0][:kept]} [rest of line {span[0]} cut]"
        if len(lines) > 1:
            body += "\n" + _mark((span[0] + 1, span[1]))
        return Shrunk(body=body, lost=piece.text[kept:], lines=span, inside=True)
    body = f"[start of line {span[1]} cut] {lines[-1][-kept:]}"
    if len(lines) > 1:
        body = _mark((span[0], span[1] - 1)) + "\n" + body
    return Shrunk(body=body, lost=piece.text[:-kept], lines=span, inside=True)


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
