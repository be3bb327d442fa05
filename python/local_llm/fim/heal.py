"""Token healing: the end of what was typed is handed back to the model.

A prompt that ends in half a word ends in tokens that no training text has there, and the model
goes astray. So the last word is taken off the prompt, and the answer has to begin with its
letters, which the user has on screen already. (The last token alone would not do: `retu` is `re`
and `tu` in many vocabularies, and `re` is no beginning of the token `return`.)
"""

from __future__ import annotations

import re

_LONGEST = 40  # characters handed back where nobody knows the tokens
_LAST_WORD = re.compile(r"(?:[^\S\n]?\w+|[^\S\n]+|\n+|[^\S\n]?[^\w\s]+)\Z")


def hand_back_word(typed: str) -> tuple[str, str]:
    """Split where nobody knows the model's own words: a word with the blank before it, or a run."""
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
