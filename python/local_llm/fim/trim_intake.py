"""From what a server sent to lines: nothing that is not text, nothing after the answer's end.

The work is bounded whatever a server sends: the beginning of an answer is looked at, the rest of
ten thousand lines or of a line of a megabyte is not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from local_llm.fim.families import FAMILIES
from local_llm.fim.trim_place import LINE_CHARS, Draft, blank
from local_llm.guard.defuse import Defuser, clean

LOOK_CHARS = 16_384
SPARE_LINES = 12  # looked at beyond those shown, to see what an answer is up to
_BROKEN = re.compile("[\ufffd\ud800-\udfff]")  # a server's or a decoder's fault, never an answer
# Strings of some families that are ordinary text elsewhere: `usage: cat <filename>`. They end an
# answer where the caller names them, because his model is of that family.
_ORDINARY = frozenset(
    {"</s>", "<eos>", "<filename>", "<reponame>", "<repo_name>", "<PRE>", "[PREFIX]", "[SUFFIX]"}
)
_SPECIAL = tuple(
    dict.fromkeys(text for row in FAMILIES for text in row.reserved() if text not in _ORDINARY)
)
# Also those of chat templates and of models to come, which are all written in bars, and what a
# line ends in that was to be one. The common first character lets a search skip fast.
_NAMES = "|".join(re.escape(text[1:]) for text in _SPECIAL)
_SPECIALS = re.compile(
    rf"<(?:{_NAMES}|[|\uff5c][^\s<>|\uff5c]{{1,40}}(?:[|\uff5c]>|(?<=.{{4}})[ \t]*(?=\n)))"
)
_HALF_SPECIAL = re.compile(r"<[|\uff5c][^\s<>|\uff5c]{0,40}[|\uff5c]?")
_SURE_CHARS = 5  # of a special string's beginning that are no accident in a whole answer
_HALF_CHARS = 2  # the same at the end of one that was torn off
_WORD_CHARS = 100
# Scripts that put no space between words: there, every character is one.
_LAST_WORD = re.compile(r"(?:(?![\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f])\w)+\Z")


def take(answer: str, *, done: bool, cut: bool, lines: int, stops: Sequence[str]) -> Draft:
    """Return the lines of an answer up to its end, unchanged but for what must never be drawn.

    Args:
        answer: As the server said it, so far.
        done: Nothing more comes. Otherwise the line that is still being written is left out.
        cut: The answer ended by its length.
        lines: How many are wanted at most.
        stops: Strings that end the answer wherever the server let them pass.

    """
    text, live, torn = _text(answer, done=done, cut=cut, stops=stops)
    rows = text.split("\n")
    if live:
        rows.pop()
    if len(rows) > lines:
        return _bounded(Draft(rows[:lines], live=True))
    bounded = _bounded(Draft(rows, live=live, torn=torn))
    return _without_torn(bounded) if bounded.torn else bounded


def _text(answer: str, *, done: bool, cut: bool, stops: Sequence[str]) -> tuple[str, bool, bool]:
    """Return the text up to its end, whether more may come, and whether its end is a tear."""
    head = answer[:LOOK_CHARS]
    live, torn = not done, done and (cut or len(answer) > LOOK_CHARS)
    if broken := _BROKEN.search(head):
        head, live, torn = head[: broken.start()], False, True
    head = head.replace("\r\n", "\n")  # the common case, which need not be read by character
    text = Defuser().feed(head) if live else clean(head)
    end = _end(text, stops)
    if end is not None:
        return text[:end], False, False
    if live:
        return _without_half_stop(text, stops), True, False
    return _without_half_special(text, torn=torn), False, torn


def _end(text: str, stops: Sequence[str]) -> int | None:
    """Return where the string starts that was complete first, None without any."""
    found = [(at + len(stop), at) for stop in stops if stop and (at := text.find(stop)) >= 0]
    if special := _SPECIALS.search(text):
        found.append((special.end(), special.start()))
    return min(found)[1] if found else None


def _without_half_stop(text: str, stops: Sequence[str]) -> str:
    """Take off what may be the beginning of a stop of several lines.

    A line that such a stop comes after is complete, whether it is one or not.
    """
    halves = (
        size
        for stop in stops
        if "\n" in stop
        for size in range(1, min(len(stop), len(text) + 1))
        if text.endswith(stop[:size])
    )
    end = len(text) - max(halves, default=0)
    return text[: end + 1] if text[end : end + 1] == "\n" else text[:end]


def _without_half_special(text: str, *, torn: bool) -> str:
    start = text.rfind("<", max(0, len(text) - LINE_CHARS))
    half = text[start:].rstrip(" \t") if start >= 0 else ""
    if len(half) < (_HALF_CHARS if torn else _SURE_CHARS):
        return text
    known = any(special.startswith(half) for special in _SPECIAL)
    return text[:start] if known or _HALF_SPECIAL.fullmatch(half) else text


def _bounded(draft: Draft) -> Draft:
    """End the draft with the first line that is longer than anybody reads."""
    for row, line in enumerate(draft.lines):
        if len(line) > LINE_CHARS:
            return Draft([*draft.lines[:row], _whole_words(line[:LINE_CHARS])])
    return draft


def _without_torn(draft: Draft) -> Draft:
    """Drop the unfinished last line; of a single one, the unfinished word."""
    *whole, last = draft.lines
    if not all(map(blank, whole)):
        return Draft(whole)
    return draft._replace(lines=[*whole, _whole_words(last)])


def _whole_words(line: str) -> str:
    """Take off the word that a line ends in, unless there is nothing else."""
    word = _LAST_WORD.search(line, max(0, len(line) - _WORD_CHARS))
    return line if word is None or blank(line[: word.start()]) else line[: word.start()]
