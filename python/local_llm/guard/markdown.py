r"""Answers load nothing: what would fetch something from elsewhere becomes text that names it.

Neovim itself loads no images, but plugins that draw Markdown do, and then an address tells whoever
owns it what a prompt held. So outside of code

    ![alt](address)     becomes  \![alt](address)     of every kind: inline, by reference, wiki
    <img src="...">     becomes  &lt;img src="...">    every tag with attributes, those that load or
                                                       run something, and all that begin a line
    <http://x/y.png>    becomes  &lt;http://x/y.png>

Images that hold their own data (`data:`) stay. A tag at the beginning of a line would begin a block
of HTML, in which neither fences nor spans are code; that is why all of those go.

Works on a stream: what cannot be told yet is held back, at most to the end of the line, and the
result does not depend on where the stream is cut. What is code for one renderer and not for another
counts as none: spans end in their line and hold no `|`, which divides a table's row.
Source: https://spec.commonmark.org/0.31.2/, 4.6, 6.1 to 6.6.
"""

from __future__ import annotations

import re
from typing import NamedTuple, Protocol

from local_llm.guard.markdown_blocks import Blocks

_SPECIAL = re.compile(r"[`!<\\\n]")
_MARKS_ONLY = re.compile(r"[ \t>\-+*0-9.)#|:]*")
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_RUN = re.compile(r"`+")
_DATA = re.compile(r"!\[[^\[\]`<\\\n]{0,150}\]\(data:[^\s()<>`\\]*\)")
_ALT = re.compile(r"!\[[^\[\]`<\\\n]{0,150}\]?")
_TAG = re.compile(r"<([A-Za-z][A-Za-z0-9-]*)")
_BARE_TAG = re.compile(r"<[A-Za-z][A-Za-z0-9-]*[ \t]*/?>")
_TAG_BEGUN = re.compile(r"<[A-Za-z][A-Za-z0-9-]*[ \t]*/?")
_AFTER_NAME = ("", " ", "\t", "\n", "/", ">")
_LINK_END = re.compile(r"[\s<>`]")
_IMAGE_LINK = re.compile(
    r"\w[^>]*\.(?:apng|avif|bmp|gif|heic|ico|jpe?g|png|svgz?|tiff?|webp)(?:[?#][^>]*)?",
    re.IGNORECASE,
)
_ACTIVE = frozenset(
    {
        *("base", "embed", "iframe", "image", "img", "input", "link", "math", "meta", "noscript"),
        *("object", "picture", "plaintext", "script", "source", "style", "svg", "template"),
        *("textarea", "title", "track", "use", "video", "audio", "xmp"),
    }
)
_LONGEST_SPAN = 500  # characters; a longer one counts as no code
_LONGEST_TAG = 200
_LONGEST_LINK = 1000
_DATA_BEGINS = "(data:"
_DATA_END = re.compile(r"[\s()<>`\\]")


class Piece(NamedTuple):
    """Text that was told apart. is_code: Whether it is a line of a fence, or a span."""

    text: str
    is_code: bool = False


# What a step has read: what becomes of it, and where it ends. None: more text is needed.
Step = tuple[Piece, int] | None


class Reader(Protocol):
    """Reads what begins with one of the special signs."""

    def __call__(self, text: str, at: int, *, final: bool) -> Step:
        """Read it at `at`; `final` tells whether no more text comes."""
        ...


class Inert:
    """Make a stream of Markdown load nothing."""

    def __init__(self) -> None:
        self._blocks = Blocks()
        self._held: list[str] = []
        self._until: re.Pattern[str] | None = None  # what has to come before it helps to look again
        self._in_line = False  # whether the kind of the line is known, and
        self._code = False  # whether it is code
        self._marks_only = True  # whether only marks of lists and quotes came in this line
        self._trusted = True  # whether spans of this paragraph begin where they seem to
        self._readers: dict[str, Reader] = {
            "\n": self._newline,
            "\\": self._escape,
            "`": self._span,
            "!": self._image,
            "<": self._angle,
        }

    def feed(self, text: str) -> str:
        """Return what can be told of the text so far."""
        self._held.append(text)
        if self._until is not None and not self._until.search(text):
            return ""
        return "".join(piece.text for piece in self._drain(final=False))

    def finish(self) -> str:
        """Return the rest."""
        return "".join(piece.text for piece in self._drain(final=True))

    def pieces(self, text: str) -> list[Piece]:
        """Return all of a text, with what is code told apart."""
        self._held.append(text)
        return [*self._drain(final=False), *self._drain(final=True)]

    def _drain(self, *, final: bool) -> list[Piece]:
        text, at = "".join(self._held), 0
        self._until = None
        done: list[Piece] = []
        while at < len(text):
            step = self._step(text, at, final=final)
            if step is None:
                break
            done.append(step[0])
            at = step[1]
        self._held = [text[at:]]
        return done

    def _step(self, text: str, at: int, *, final: bool) -> Step:
        if not self._in_line:
            return self._begin_line(text, at, final=final)
        if self._code:
            return self._pass(text, at, text.find("\n", at) + 1 or len(text), is_code=True)
        found = _SPECIAL.search(text, at)
        if found is None or found.start() > at:
            return self._pass(text, at, found.start() if found else len(text))
        return self._readers[text[at]](text, at, final=final)

    def _begin_line(self, text: str, at: int, *, final: bool) -> Step:
        """Find out what kind of line begins here; reads nothing."""
        end = text.find("\n", at)
        line = text[at : end if end >= 0 else len(text)]
        if end < 0 and not final and self._blocks.needs(line):
            return None
        self._code = self._blocks.is_code(line)
        self._trusted = self._trusted or self._code or self._blocks.is_blank(line)
        self._in_line = self._marks_only = True
        return Piece(""), at

    def _pass(self, text: str, at: int, end: int, *, is_code: bool = False) -> Step:
        """Leave text as it is."""
        piece = text[at:end]
        if piece.endswith("\n"):
            self._in_line = False
        elif self._marks_only:
            self._marks_only = _MARKS_ONLY.fullmatch(piece) is not None
        return Piece(piece, is_code), end

    def _newline(self, text: str, at: int, *, final: bool) -> Step:
        del final
        return self._pass(text, at, at + 1)

    def _escape(self, text: str, at: int, *, final: bool) -> Step:
        if at + 1 == len(text) and not final:
            return None
        pair = text[at + 1 : at + 2] in _PUNCTUATION
        return self._pass(text, at, min(at + 1 + pair, len(text)))

    def _span(self, text: str, at: int, *, final: bool) -> Step:
        """Leave a span of code; signs that begin none in this line cast doubt on its paragraph."""
        limit = at + _LONGEST_SPAN
        newline = text.find("\n", at, limit)
        stop = newline if newline >= 0 else min(limit, len(text))
        ends = newline >= 0 or (final and len(text) < limit)  # the line does, at `stop`
        more = not ends and len(text) < limit  # text would tell
        opened = _run_end(text, at, stop)
        closed = _closing(text, opened, stop, opened - at) if self._trusted else None
        if closed == stop and not ends:
            closed = None
        if more and (opened == stop or (closed is None and self._trusted)):
            return None
        if closed is not None and "|" not in text[opened:closed]:
            return self._pass(text, at, closed, is_code=True)
        self._trusted = False
        return self._pass(text, at, opened)

    def _image(self, text: str, at: int, *, final: bool) -> Step:
        if not text.startswith("[", at + 1):
            return None if at + 1 == len(text) and not final else self._pass(text, at, at + 1)
        own = _DATA.match(text, at)
        if own is not None:
            return self._pass(text, at, own.end())
        if not final and self._may_be_data(text, at):
            return None
        self._marks_only = False
        return Piece("\\!["), at + 2

    def _may_be_data(self, text: str, at: int) -> bool:
        """Tell whether more text could make an image with data of its own of it."""
        alt = _ALT.match(text, at)
        stop = alt.end() if alt else at
        rest = text[stop : stop + len(_DATA_BEGINS)]
        if not _DATA_BEGINS.startswith(rest):
            return False
        if rest == _DATA_BEGINS:
            if _DATA_END.search(text, stop + len(rest)) is not None:
                return False
            self._until = _DATA_END
        return True

    def _angle(self, text: str, at: int, *, final: bool) -> Step:
        following = text[at + 1 : at + 2]
        if not following and not final:
            return None
        if following in ("!", "?") or (following == "/" and self._marks_only):
            return self._blunt(at)
        tag = _TAG.match(text, at, at + _LONGEST_TAG)
        if tag is None:
            return self._pass(text, at, at + 1)
        if tag.end() == len(text) < at + _LONGEST_TAG and not final:
            return None
        if text[tag.end() : tag.end() + 1] in _AFTER_NAME:
            return self._tag(text, at, tag, final=final)
        return self._link(text, at, final=final)

    def _tag(self, text: str, at: int, tag: re.Match[str], *, final: bool) -> Step:
        if self._marks_only or tag[1].lower() in _ACTIVE:
            return self._blunt(at)
        bare = _BARE_TAG.match(text, at, at + _LONGEST_TAG)
        if bare is not None:
            return self._pass(text, at, bare.end())
        begun = _TAG_BEGUN.match(text, at, at + _LONGEST_TAG)
        if begun and begun.end() == len(text) < at + _LONGEST_TAG and not final:
            return None
        return self._blunt(at)

    def _link(self, text: str, at: int, *, final: bool) -> Step:
        """Judge `<` before what may be an address; one with a backtick hides where code begins.

        What follows may lose a `<` of its own and be an address only then.
        """
        limit = at + _LONGEST_LINK
        end = _LINK_END.search(text, at + 1, limit)
        if end is None and len(text) < limit and not final:
            return None
        inner = text[at + 1 : end.start() if end else limit]
        stop = end[0] if end else "<"
        unclear = stop == "<" and (":" in inner or "@" in inner or len(inner) + 1 == _LONGEST_LINK)
        picture = stop == ">" and _IMAGE_LINK.fullmatch(inner)
        return (
            self._blunt(at) if stop == "`" or unclear or picture else self._pass(text, at, at + 1)
        )

    def _blunt(self, at: int) -> Step:
        """Take from a `<` what makes it the beginning of a tag, in blocks of HTML as well."""
        self._marks_only = False
        return Piece("&lt;"), at + 1


def _run_end(text: str, start: int, stop: int) -> int:
    run = _RUN.match(text, start, stop)
    return run.end() if run else start


def _closing(text: str, start: int, stop: int, length: int) -> int | None:
    """Return the end of the first run of exactly so many backticks."""
    for run in _RUN.finditer(text, start, stop):
        if run.end() - run.start() == length:
            return run.end()
    return None


def inert(text: str) -> str:
    """Return Markdown that loads nothing; for whole texts."""
    stream = Inert()
    return stream.feed(text) + stream.finish()
