"""Decide what of a prompt fits: the most important pieces first, their order untouched.

The bill is always counted on the joined messages, never summed from parts: byte-pair encoding
merges across borders, so a sum of parts is wrong by a little in both directions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from local_llm.errors import BudgetError
from local_llm.tokens import shrink
from local_llm.tokens.pieces import SEPARATOR, Cut, Fitted, KeptPiece, Piece

Count = Callable[[str], int]
_COUNT_WHOLE = 1 << 16  # characters of cut text that are worth an exact count
_CHARACTERS_PER_TOKEN = 16  # no text worth sending has longer tokens on average


def fit(pieces: Sequence[Piece], limit_tokens: int, count: Count) -> Fitted:
    """Keep what fits, dropping or shrinking the least important first.

    Args:
        pieces: In prompt order; the order survives. Required pieces are placed first, then the
            others by priority, and by place among equals.
        limit_tokens: Tokens for all messages together, template and answer not included; see
            `room.limits`.
        count: Counts the tokens of plain text.

    Raises: BudgetError, when the required pieces do not fit, even shrunk.

    """
    desk = _Desk(pieces, limit_tokens, count)
    for index in _by_importance(pieces):
        desk.place(index)
    return desk.fitted()


def _by_importance(pieces: Sequence[Piece]) -> list[int]:
    """Sort: what cannot be shrunk and must stay, what must stay, then the rest by priority."""

    def key(index: int) -> tuple[bool, bool, int]:
        piece = pieces[index]
        return (not piece.required, piece.required and piece.shrink is not None, piece.priority)

    return sorted(range(len(pieces)), key=key)


class _Desk:
    """Pieces placed so far, by their index in the prompt."""

    def __init__(self, pieces: Sequence[Piece], limit: int, count: Count) -> None:
        self._pieces = pieces
        self._limit = limit
        self._count = count
        self._placed: dict[int, str] = {}
        self._cuts: dict[int, Cut] = {}

    def place(self, index: int) -> None:
        """Place a piece whole, shrunk, or not at all."""
        piece = self._pieces[index]
        whole = piece.render(piece.text)
        if self._worth_counting(piece) and self._fits(index, whole):
            self._placed[index] = whole
            return
        shrunk = self._shrunk(index, piece)
        if shrunk is not None:
            self._keep_part(index, piece, shrunk)
        elif piece.required:
            raise self._too_big(index, piece)
        else:
            self._leave_out(index, piece)

    def _worth_counting(self, piece: Piece) -> bool:
        """Say no for a text that cannot fit and would take seconds to count."""
        return piece.shrink is None or len(piece.text) <= _CHARACTERS_PER_TOKEN * self._limit

    def _shrunk(self, index: int, piece: Piece) -> shrink.Shrunk | None:
        if piece.shrink is None:
            return None
        return shrink.shrink(
            piece, lambda body: self._fits(index, piece.render(body)), inside_lines=piece.required
        )

    def _fits(self, index: int, text: str) -> bool:
        return self._bill({**self._placed, index: text}) <= self._limit

    def _bill(self, placed: Mapping[int, str]) -> int:
        """Count the messages that the placed texts make."""
        groups = groupby(sorted(placed), key=lambda index: self._pieces[index].role)
        return sum(self._count(SEPARATOR.join(placed[i] for i in group)) for _, group in groups)

    def _keep_part(self, index: int, piece: Piece, part: shrink.Shrunk) -> None:
        if part.lines is None:  # all of it fitted after all
            self._placed[index] = piece.render(part.body)
            return
        first, last = part.lines
        self._placed[index] = piece.render(part.body)
        self._cuts[index] = Cut(
            name=piece.name,
            tokens=self._weigh(part.lost),
            reason=f"lines {first}-{last} did not fit" if first < last else _one_line(first, part),
            lines=part.lines,
        )

    def _leave_out(self, index: int, piece: Piece) -> None:
        needed, left = self._weigh(piece.render(piece.text)), self._limit - self._bill(self._placed)
        self._cuts[index] = Cut(
            name=piece.name,
            tokens=needed,
            reason=f"needs {needed} tokens, {max(0, left)} were left",
        )

    def _weigh(self, text: str) -> int:
        """Count cut text: what nobody will send is not worth seconds."""
        if len(text) <= _COUNT_WHOLE:
            return self._count(text)
        return self._count(text[:_COUNT_WHOLE]) * len(text) // _COUNT_WHOLE

    def _too_big(self, index: int, piece: Piece) -> BudgetError:
        needed = self._bill({**self._placed, index: piece.render("")}) + self._weigh(piece.text)
        return BudgetError(
            f"the {piece.name} and what must go with it need {needed} tokens, "
            f"and the context has {self._limit} for the prompt"
        )

    def fitted(self) -> Fitted:
        """Return the result in prompt order."""
        kept = [
            KeptPiece(
                name=self._pieces[index].name,
                role=self._pieces[index].role,
                text=text,
                tokens=self._count(text),
            )
            for index, text in sorted(self._placed.items())
        ]
        return Fitted(
            kept=tuple(kept),
            cut=tuple(cut for _, cut in sorted(self._cuts.items())),
            tokens=self._bill(self._placed),
            limit=self._limit,
        )


def _one_line(number: int, part: shrink.Shrunk) -> str:
    return f"a part of line {number} did not fit" if part.inside else f"line {number} did not fit"
