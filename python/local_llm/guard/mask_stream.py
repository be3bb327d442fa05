"""Secrets out of an answer while it comes: what may still become one is held back.

    stream = StreamMasker(masker)
    shown = stream.feed(piece) + ... + stream.finish()

All that is shown together is the masked whole, however the answer was cut into pieces. Held back is
the last word, a value whose name has come, literals that may go on, and the body of a key.
"""

from __future__ import annotations

from local_llm.guard.mask import Masker
from local_llm.guard.mask_blocks import BEGIN, END, LONG
from local_llm.guard.mask_formats import NO_GROUPS, compiled
from local_llm.guard.mask_patterns import CODE, KEY_WORDS, PLUS
from local_llm.guard.secret_names import PENDING

_CONTEXT_CHARS = 4096  # before what is held, where a name or a literal may stand
_TAIL_CHARS = 1500  # that what is pending begins in
_MOST_HELD = 64 * 1024
_LITERAL = rf"{CODE}(?:\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`)"
# What may stand between two literals that are put together, its last part not there yet.
_BETWEEN = (
    rf"[ \t]*(?:{PLUS}|[,;)\]\[]|\.(?:append|concat)\()*[ \t]*(?:_?[ \t]*\\?[ \t]*\n[+\-]?[ \t]*"
    rf"(?:[A-Za-z0-9_.$@]+[ \t]*[+.]=)?[ \t]*{PLUS}?[ \t]*\[?)?[ \t]*"
)
_LITERALS = (
    rf"(?:^|[^A-Za-z0-9_])(?:{_LITERAL}{_BETWEEN})+"
    r"(?:[A-Za-z0-9_.$@]*[ \t]*[+.]?=?[ \t]*|\][ \t]*\.?[a-z]*\(?)?"
    rf"(?:{CODE}[\"'`][^\"'`\n]*)?$"
)
_LOGIN = r"(?:^|\n)[ \t]*(?:machine|login|account|default)\b[^\n]*(?:\n[^\n]*){0,3}$"
_WRAPPED = r"(?:^|\n)[^\n]*[A-Za-z0-9_\-/+=.]\\\n[^\n]*(?:\\\n[^\n]*)*$"
_PENDING = compiled(rf"{_LITERALS}|(?i:{PENDING})$|{_LOGIN}|{_WRAPPED}|\S+$", NO_GROUPS)


class StreamMasker:
    """Masks one answer.

    Args:
        masker: Of the session.

    """

    def __init__(self, masker: Masker) -> None:
        self._masker = masker.apart()
        self._raw = ""  # from the beginning of the context on
        self._shown = 0  # so much of it has been shown

    def __repr__(self) -> str:
        return f"StreamMasker({len(self._raw) - self._shown} characters held)"

    def feed(self, text: str) -> str:
        """Return what may be shown now."""
        if not text:
            return ""
        self._raw += text
        return self._show(max(self._shown, self._settled()))

    def finish(self) -> str:
        """Return what was held back."""
        return self._show(len(self._raw))

    def _show(self, stop: int) -> str:
        if stop == self._shown:
            return ""
        masked = self._masker.mask(self._raw)
        stop = max(self._shown, masked.whole(stop))
        said = masked.text[masked.masked(self._shown) : masked.masked(stop)]
        self._shown = stop
        self._forget()
        return said

    def _settled(self) -> int:
        """Return up to where nothing that comes can change what is masked."""
        raw = self._raw
        if len(raw) - self._shown > _MOST_HELD:
            return len(raw)
        start = max(0, min(self._shown, len(raw) - 1) - _TAIL_CHARS)
        tail = raw[start:].encode("utf-8", "replace")
        match = _PENDING.search(tail)
        stop = start + len(tail[: match.start()].decode()) if match else len(raw)
        return min(stop, self._open_key())

    def _open_key(self) -> int:
        """Return where a key begins to be uncertain: at the first line that may end its body."""
        if not any(word in self._raw for word in KEY_WORDS):
            return len(self._raw)
        begin = next(iter(reversed(list(BEGIN.finditer(self._raw)))), None)
        if begin is None or END.search(self._raw, begin.end()):
            return len(self._raw)
        at = self._raw.find("\n", begin.end())
        while at >= 0:
            stop = self._raw.find("\n", at + 1)
            if stop < 0 or not LONG.search(self._raw, at + 1, stop):
                return at + 1
            at = stop
        return begin.end()

    def _forget(self) -> None:
        """Let go of what lies too far back, but of no key that has not ended."""
        start = max(0, self._shown - _CONTEXT_CHARS)
        start = self._raw.rfind("\n", 0, start) + 1
        begin = self._raw.rfind("-----BEGIN ", 0, start)
        if begin >= 0 and "-----END " not in self._raw[begin:start]:
            start = min(start, self._raw.rfind("\n", 0, begin) + 1)
        if start > _CONTEXT_CHARS:
            self._raw = self._raw[start:]
            self._shown -= start
