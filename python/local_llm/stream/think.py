"""Reasoning that stands inside the answer's text, told apart from the answer.

Three rules. An opening tag counts only where nothing but blanks and other reasoning came before
it, because an answer may well talk about such tags. While reasoning, everything up to the end
tag is reasoning. In the answer, a first end tag without an opening one means that the chat
template had put the opening tag into the prompt: then all text before it was reasoning.
A quoted end tag (`</think>` after a quote or a backtick) is text.
"""

from __future__ import annotations

from enum import Enum

from local_llm.stream.pieces import Text, Thinking

# Opening tag -> the tags that end what it opens (facts: wire, reasoning carriers).
_ENDS: dict[str, tuple[str, ...]] = {
    "<think>": ("</think>",),
    "<seed:think>": ("</seed:think>",),
    "<|think|>": ("<|end|>",),
    "<|channel|>analysis<|message|>": ("<|end|>", "<|start|>assistant<|channel|>final<|message|>"),
    "<|channel>thought": ("<channel|>",),
}
# Frames of the answer itself, which are neither text nor reasoning.
_FRAMES = ("<|channel|>final<|message|>", "<|start|>assistant")
_HEADS = (*_ENDS, *_FRAMES, "</think>", "</seed:think>")
_BARE_ENDS = ("</think>", "</seed:think>")
_QUOTES = "`'\"(["

Piece = Text | Thinking


class _Place(Enum):
    HEAD = 0  # only blanks so far, or blanks after reasoning: a tag may come
    INSIDE = 1
    ANSWER = 2


class ThinkSplitter:
    """Split text into answer and reasoning; tags may be cut anywhere by the chunks.

    At most one tag's length of text is held back, and only while it may become a tag.
    """

    def __init__(self) -> None:
        self._place = _Place.HEAD
        self._held = ""
        self._before = ""  # the last character given out
        self._thought = False
        self._ends: tuple[str, ...] = ()

    def feed(self, text: str) -> list[Piece]:
        """Return the pieces that `text` makes certain, none of them empty but the mark."""
        if self._place is _Place.ANSWER and not self._held and (self._thought or "<" not in text):
            self._before = text[-1:] or self._before
            return [Text(text)] if text else []
        out: list[Piece] = []
        self._held += text
        while self._step(out):
            pass
        return out

    def finish(self) -> list[Piece]:
        """Return what was held back: it became no tag."""
        held, self._held = self._held, ""
        if self._place is _Place.INSIDE:
            return [Thinking(held)] if held else []
        if self._thought and self._place is _Place.HEAD:
            held = held.lstrip()
        return [Text(held)] if held else []

    def _step(self, out: list[Piece]) -> bool:
        """Consume one tag or run of text; False when more is needed."""
        if not self._held:
            return False
        if self._place is _Place.HEAD:
            return self._head()
        if self._place is _Place.INSIDE:
            return self._inside(out)
        return self._answer(out)

    def _head(self) -> bool:
        body = self._held.lstrip()
        tag = next((t for t in _HEADS if body.startswith(t)), None)
        if tag is not None:
            self._held = body[len(tag) :]
            self._open(tag)
            return True
        if any(t.startswith(body) for t in _HEADS):
            return False  # blanks, or the beginning of a tag
        if self._thought:
            self._held = body
        self._place = _Place.ANSWER
        return True

    def _open(self, tag: str) -> None:
        self._thought = True
        self._ends = _ENDS.get(tag, ())
        if self._ends:
            self._place = _Place.INSIDE

    def _inside(self, out: list[Piece]) -> bool:
        at, tag = _first(self._held, self._ends)
        if tag:
            self._give(out, Thinking(self._held[:at]))
            self._held = self._held[at + len(tag) :]
            self._place = _Place.HEAD
            return True
        keep = _maybe(self._held, self._ends)
        self._give(out, Thinking(self._held[: len(self._held) - keep]))
        self._held = self._held[len(self._held) - keep :]
        return False

    def _answer(self, out: list[Piece]) -> bool:
        at, tag = (len(self._held), "") if self._thought else _first(self._held, _BARE_ENDS)
        if not tag and not self._thought:
            at = len(self._held) - _maybe(self._held, _BARE_ENDS)
        text, self._held = self._held[:at], self._held[at:]
        self._give(out, Text(text))
        if not tag:
            return False
        if self._before and self._before in _QUOTES:
            self._give(out, Text(tag))
        else:
            out.append(Thinking("", all_before=True))
            self._thought = True
            self._place = _Place.HEAD
        self._held = self._held[len(tag) :]
        return True

    def _give(self, out: list[Piece], piece: Piece) -> None:
        if piece.text:
            self._before = piece.text[-1]
            out.append(piece)


def _first(text: str, tags: tuple[str, ...]) -> tuple[int, str]:
    """Return the place and the name of the first of `tags` in `text`, (-1, "") without one."""
    found = [(at, tag) for tag in tags if (at := text.find(tag)) >= 0]
    return min(found, default=(-1, ""))


def _maybe(text: str, tags: tuple[str, ...]) -> int:
    """Return how many characters at the end of `text` may be the beginning of a tag."""
    at = text.find("<", max(0, len(text) - max(map(len, tags)) + 1))
    while at >= 0:
        tail = text[at:]
        if any(tag.startswith(tail) for tag in tags):
            return len(tail)
        at = text.find("<", at + 1)
    return 0
