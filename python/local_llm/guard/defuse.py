"""Answers are data: take out what a terminal or a reader could be fooled with.

Removed: terminal escape sequences, other control characters but tab and newline, and
bidirectional controls, which can make code read otherwise than it runs (CVE-2021-42574).
Carriage returns become newlines.

The sequences are those of ECMA-48, read by a machine of six states, so that a stream may be cut
anywhere:

    TEXT    --ESC--> ESCAPE --[--> CSI ... final byte --> TEXT
                            --] P X ^ _--> STRING ... BEL, ST --> TEXT
                            --other--> TEXT
    TEXT    --CR--> RETURN, which may be half of CR LF

A string that never ends would swallow the rest of an answer, so a newline ends it, too.
"""

from __future__ import annotations

import re
from enum import Enum, auto

_SPECIAL = re.compile("[\x1b\x9b\r]")
_REMOVED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_STRING_OPENERS = frozenset("]PX^_")
_STRING_ENDS = frozenset("\x07\x9c")


class _State(Enum):
    TEXT = auto()
    RETURN = auto()
    ESCAPE = auto()
    CSI = auto()
    STRING = auto()
    STRING_ESCAPE = auto()


class Defuser:
    """Clean a stream of text; the result does not depend on where the stream is cut."""

    def __init__(self) -> None:
        self._state = _State.TEXT

    def feed(self, text: str) -> str:
        """Return what of `text` is safe to show."""
        if self._state is _State.TEXT and not _SPECIAL.search(text):
            return _REMOVED.sub("", text)
        return _REMOVED.sub("", "".join(map(self._step, text)))

    def finish(self) -> str:
        """Return what is left; a sequence that never ended is dropped."""
        left = "\n" if self._state is _State.RETURN else ""
        self._state = _State.TEXT
        return left

    def _step(self, char: str) -> str:
        match self._state:
            case _State.TEXT:
                return self._text(char)
            case _State.RETURN:
                self._state = _State.TEXT
                return "\n" if char == "\n" else "\n" + self._text(char)
            case _State.ESCAPE:
                return self._escape(char)
            case _State.CSI:
                return self._csi(char)
            case _State.STRING:
                return self._string(char)
            case _State.STRING_ESCAPE:
                self._state = _State.TEXT if char == "\\" else _State.ESCAPE
                return "" if char == "\\" else self._escape(char)

    def _text(self, char: str) -> str:
        starts = {"\x1b": _State.ESCAPE, "\x9b": _State.CSI, "\r": _State.RETURN}
        if char not in starts:
            return char
        self._state = starts[char]
        return ""

    def _escape(self, char: str) -> str:
        if char == "[":
            self._state = _State.CSI
        elif char in _STRING_OPENERS:
            self._state = _State.STRING
        elif not " " <= char <= "/":  # an intermediate byte; anything else ends the sequence
            return self._resume(char, swallow="0" <= char <= "~")
        return ""

    def _csi(self, char: str) -> str:
        if " " <= char <= "?":
            return ""
        return self._resume(char, swallow="@" <= char <= "~")

    def _string(self, char: str) -> str:
        if char == "\x1b":
            self._state = _State.STRING_ESCAPE
        elif char == "\n" or char in _STRING_ENDS:
            return self._resume(char, swallow=char != "\n")
        return ""

    def _resume(self, char: str, *, swallow: bool) -> str:
        """Go back to text; a byte that does not belong to the sequence is read as text."""
        self._state = _State.TEXT
        return "" if swallow else self._text(char)


def clean(text: str) -> str:
    """Return `text` without escape sequences and controls; for whole texts."""
    defuser = Defuser()
    return defuser.feed(text) + defuser.finish()
