r"""Where the last word of a text begins: up to there its tokens stay, whatever is typed next.

Byte pairs are merged inside words only, so tokens never reach across the border that the model's
own pattern draws. Where the last *token* begins tells less: the tokens of `retu` are not the
beginning of those of `return`.

The patterns of pre.py are written for tiktoken's engine, which tells no borders. Here `regex` runs
them (tiktoken needs it, too): it spells `\x{41}` and `\z` otherwise.
"""

from __future__ import annotations

import re

from local_llm.tokens.pre import find_pre

_HEX = re.compile(r"\\x\{([0-9A-Fa-f]+)\}")
# In every pattern a word of letters ends before a blank, and blanks go to what follows them.
_BORDER = re.compile(r"(?<=[A-Za-z])(?=[ \t]+[^\s])")
_TAIL_CHARS = 160


class Words:
    """Cuts text into words as the pre-tokenizer `label` does. Raises: ValueError for no label."""

    def __init__(self, label: str) -> None:
        pre = find_pre(label)
        if pre is None:
            raise ValueError(f"no word pattern for the label {label!r}")
        import regex  # type: ignore[import-untyped] # noqa: PLC0415 - 24 ms; few need it

        pattern = _HEX.sub(lambda hex_: f"\\U{int(hex_[1], 16):08X}", pre.pattern)
        self._pattern = regex.compile(pattern.replace(r"\z", r"\Z"), regex.VERSION1)

    def split(self, text: str) -> list[str]:
        """Return the words of `text`, which together are the text."""
        return [match[0] for match in self._pattern.finditer(text)]

    def last(self, text: str) -> int:
        """Return where the last word begins; 0 for no text.

        Blanks at the end count as one word: a line end after them can join them all.
        """
        at = len(text)
        for word in reversed(self.split(text[_late_border(text) :])):
            if not word.isspace():
                return at if at < len(text) else at - len(word)
            at -= len(word)
        return at


def _late_border(text: str) -> int:
    """Return where a word begins that stands near the end: what is before need not be read.

    A thousand characters may have been typed behind an anchor, and each key asks.
    """
    start = max(0, len(text) - _TAIL_CHARS)
    borders = [match.start() for match in _BORDER.finditer(text, start)]
    return borders[-1] if borders else 0
