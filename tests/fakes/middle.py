"""A model that knows one text by heart: the middle of a fill-in-the-middle prompt.

Asked in the middle of that text it goes on with its tokens, as long as the prompt ends where one
of them ends. A prompt that ends inside a token is one that no model has seen in training, and it
goes astray: so does this one, to show whether a client heals its tokens.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from fakes.script import Script
from fakes.vocabulary import Vocabulary, decode

DERAILED = ("?", "derailed")
ASTRAY = ("?", "astray")  # the prompt goes on otherwise than the text that the model knows

MIDDLES = (
    "<|fim_middle|>",
    "<fim_middle>",
    "<fim-middle>",
    "<\uff5cfim\u2581end\uff5c>",
    "<MID>",
    "<[fim-middle]>",
    "<|code_middle|>",
    "<|middle|>",
)
_PREFIXES = tuple(mark.replace("middle", "prefix") for mark in MIDDLES if "middle" in mark)
_SUFFIXES = tuple(mark.replace("middle", "suffix") for mark in MIDDLES if "middle" in mark)
# Blanks go with the word behind them, as in the vocabularies of today's models.
_WORD = re.compile(r" ?[^\W\d_]+|\d| ?[^\s\w]+[\r\n]*|_+|\s*[\r\n]+|\s+(?!\S)|\s+")


def words(text: str) -> list[str]:
    """Cut text into tokens, about as byte pair encoding would."""
    return _WORD.findall(text)


def after_text(script: Script, prompt: str) -> Script:
    """Return the answer to a prompt of text; a script that knows no middle is one already."""
    return _going_on(script, _typed(script.continues, prompt).encode(), None)


def after_ids(script: Script, ids: Sequence[int], vocabulary: Vocabulary) -> Script:
    """Return the answer to a prompt of ids; only a marker's own id is a marker."""
    marks = vocabulary.specials(MIDDLES)
    at = next((at for at in reversed(range(len(ids))) if ids[at] in marks), len(ids))
    typed = b"".join(map(vocabulary.piece, ids[at + 1 :]))
    if not typed:
        typed = _typed(script.continues, decode(vocabulary, ids)).encode()
    return _going_on(script, typed, vocabulary)


def after_prefix(script: Script, prefix: str) -> Script:
    """Return the answer where the server puts the markers itself: /infill, Ollama's suffix."""
    return _going_on(script, _overlap(prefix, script.continues).encode(), None)


def alternatives(script: Script, count: int) -> list[Script]:
    """Return one script for each of `count` answers to one prompt."""
    return [script, *(_other(script, number) for number in range(count - 1))]


def _other(script: Script, number: int) -> Script:
    if not script.others:
        return script
    text = script.others[number % len(script.others)]
    if not script.continues:
        return replace(script, pieces=words(text))
    return replace(script, continues=text, continues_tokens=())


def _typed(middle: str, prompt: str) -> str:
    """Return what of the middle stands in the prompt already.

    Behind the middle marker; where nothing stands there and the suffix came first, or where the
    family has no such marker, at the end of the prefix.
    """
    at, mark = max((prompt.rfind(mark), mark) for mark in MIDDLES)
    if at < 0:
        return _overlap(prompt, middle)
    before, behind = prompt[:at], prompt[at + len(mark) :]
    return behind or (_overlap(before, middle) if _suffix_first(before) else "")


def _suffix_first(text: str) -> bool:
    return 0 <= _last(text, _SUFFIXES) < _last(text, _PREFIXES)


def _last(text: str, marks: Sequence[str]) -> int:
    return max(text.rfind(mark) for mark in marks)


def _overlap(before: str, middle: str) -> str:
    """Return the longest beginning of `middle` that `before` ends with."""
    sizes = range(min(len(before), len(middle)), 0, -1)
    return next((middle[:size] for size in sizes if before.endswith(middle[:size])), "")


def _going_on(script: Script, typed: bytes, vocabulary: Vocabulary | None) -> Script:
    if not script.continues:
        return script
    return replace(script, pieces=_pieces(script, typed, vocabulary), reasoning=())


def _pieces(script: Script, typed: bytes, vocabulary: Vocabulary | None) -> Sequence[str]:
    if not script.continues.encode().startswith(typed):
        return ASTRAY
    known = _tokens(script, vocabulary)
    ends = [0, *accumulate(map(len, known))]
    return _texts(known[ends.index(len(typed)) :]) if len(typed) in ends else DERAILED


def _tokens(script: Script, vocabulary: Vocabulary | None) -> list[bytes]:
    """Return the text's tokens: as told, by the vocabulary that the ids are of, or words."""
    if script.continues_tokens:
        return [token.encode() for token in script.continues_tokens]
    if vocabulary is not None:
        return [vocabulary.piece(token) for token in vocabulary.encode(script.continues)]
    return [word.encode() for word in words(script.continues)]


def _texts(parts: Sequence[bytes]) -> list[str]:
    """Return the tokens as text; one that ends inside a character waits for the next."""
    decoder = getincrementaldecoder("utf-8")("replace")
    return [text for part in parts if (text := decoder.decode(part))]
