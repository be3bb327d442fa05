"""Token healing: the end of what was typed is handed back to the model.

A prompt that ends in half a word ends in a token that no training text has there, and the model
goes astray. So the last token is taken off the prompt, and the answer has to begin with its
letters, which the user has on screen already.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_LONGEST = 40  # characters handed back where nobody knows the tokens
_LAST_WORD = re.compile(r"(?:[^\S\n]?\w+|[^\S\n]+|\n+|[^\S\n]?[^\w\s]+)\Z")
_MOST_TOKENS = 4  # one character of many bytes may be that many


class Token(NamedTuple):
    """A token's id and its bytes."""

    id: int
    piece: bytes


def hand_back_token(tokens: Sequence[Token]) -> tuple[tuple[int, ...], str]:
    """Return the ids that stay in the prompt, and the letters the answer must begin with."""
    for taken in range(1, min(len(tokens), _MOST_TOKENS) + 1):
        tail = b"".join(token.piece for token in tokens[-taken:])
        try:
            letters = tail.decode()
        except UnicodeDecodeError:  # the token ends or starts inside a character
            continue
        return tuple(token.id for token in tokens[:-taken]), letters
    return tuple(token.id for token in tokens), ""


def hand_back_word(typed: str) -> tuple[str, str]:
    """Do the same where nobody knows the tokens: a word with the blank before it, or a run."""
    match = _LAST_WORD.search(typed, max(0, len(typed) - _LONGEST))
    if match is None:
        return typed, ""
    return typed[: match.start()], match[0]


class Derailed(Exception):
    """The answer does not begin as it must. A signal: nothing of it is shown."""


class Healed:
    """Takes the letters off the beginning of a streamed answer.

    Args:
        letters: What the answer must begin with.

    """

    def __init__(self, letters: str) -> None:
        self._left = letters

    def feed(self, text: str) -> str:
        """Return what of `text` is new. Raises: Derailed."""
        if not self._left:
            return text
        common = min(len(self._left), len(text))
        if text[:common] != self._left[:common]:
            raise Derailed
        self._left = self._left[common:]
        return text[common:]


def grammar(letters: str) -> str:
    """Return a GBNF grammar of all texts that begin with `letters`; "" where none is needed."""
    if not letters:
        return ""
    return f'root ::= "{"".join(map(_escaped, letters))}" [^\\x00]*'


def _escaped(char: str) -> str:
    named = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    if char in named:
        return named[char]
    return char if char.isprintable() else f"\\U{ord(char):08X}"
