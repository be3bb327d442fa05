"""Single secrets and look-alikes in the syntax of a language, before they become files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, cycle

from guard import marks
from guard.draw import Draw
from guard.kind import Block, Kind
from guard.kinds import HELD_OUT, KINDS, SPLIT, donors
from guard.language import Language
from guard.lookalike import Look
from guard.lookalikes import HELD_OUT_LOOKS, LOOKS
from guard.places import LANGUAGES, fill, in_pieces, with_lines

_LITERAL = re.compile(r"@<(.*?)>@")
_BARE = 0.4


@dataclass(frozen=True)
class Item:
    """A part of a file, with marks."""

    language: str
    text: str
    held_out: bool
    secret: bool


class Maker:
    """Makes the items of one corpus from one random source."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._labels = map(str, count())
        self._donors = {held_out: donors(held_out) for held_out in (False, True)}

    def secrets(self) -> Iterator[Item]:
        """Make `count` items of every kind, each kind in as many languages as it can stand in."""
        for kind in KINDS.values():
            split = SPLIT.get(kind.name)
            languages = self._languages(kind, split)
            for _, language in zip(range(kind.count), cycle(languages), strict=False):
                held_out = kind.name in HELD_OUT
                text = self._split(kind, language, split) if split else self._whole(kind, language)
                yield Item(language, text, held_out, secret=True)

    def lookalikes(self) -> Iterator[Item]:
        """Make `count` items of every kind of look-alike."""
        for look in LOOKS.values():
            languages = self._shuffled(_look_languages(look))
            for _, language in zip(range(look.count), cycle(languages), strict=False):
                text = self._look(look, LANGUAGES[language])
                yield Item(language, text, look.name in HELD_OUT_LOOKS, secret=False)

    def value(self, name: str, value: str) -> str:
        """Mark a look-alike."""
        return marks.lookalike(name, next(self._labels), value)

    def _languages(self, kind: Kind, split: str | None) -> list[str]:
        if kind.places:
            return self._shuffled(list(kind.places))
        block = not split and isinstance(kind.make(Draw(0)), Block)
        wanted = split or ("keys" if block else "named")
        return self._shuffled([one.name for one in LANGUAGES.values() if getattr(one, wanted)])

    def _shuffled(self, names: list[str]) -> list[str]:
        return self._draw.sample(names, len(names))

    def _whole(self, kind: Kind, language: str) -> str:
        value, label = kind.make(self._draw), next(self._labels)
        template = self._template(kind, LANGUAGES[language], value)
        name = self._draw.choice(kind.names)
        if isinstance(value, str):
            given = {"value": marks.secret(kind.name, label, value)}
            return fill(template, self._draw, given, name)
        mark = {True: marks.secret, False: marks.outer}
        template, given = with_lines(
            template, value, lambda line, secret: mark[secret](kind.name, label, line)
        )
        return fill(template, self._draw, given, name)

    def _template(self, kind: Kind, language: Language, value: str | Block) -> str:
        if kind.places:
            return self._draw.choice(kind.places[language.name])
        if isinstance(value, Block):
            return self._draw.choice(language.keys)
        bare = kind.shaped and language.bare and self._draw.random() < _BARE
        return self._draw.choice(language.bare if bare else language.named)

    def _split(self, kind: Kind, language: str, how: str) -> str:
        donor = self._draw.choice(self._donors[kind.name in HELD_OUT])
        template = self._draw.choice(getattr(LANGUAGES[language], how))
        letters = [letter for letter in "abc" if f"@{letter}@" in template]
        pieces = in_pieces(str(donor.make(self._draw)), len(letters), self._draw)
        label = next(self._labels)
        marked = (marks.secret(kind.name, label, piece) for piece in pieces)
        given = dict(zip(letters, marked, strict=True))
        return fill(template, self._draw, given, self._draw.choice(donor.names))

    def _look(self, look: Look, language: Language) -> str:
        value = look.make(self._draw) if look.make else ""
        template = self._look_template(look, language, value)
        name = self._draw.choice(look.names) if look.names else ""
        given = {"value": self.value(look.name, value)} if isinstance(value, str) else {}
        if isinstance(value, Block):
            label = next(self._labels)
            template, given = with_lines(
                template, value, lambda line, _secret: marks.lookalike(look.name, label, line)
            )
        filled = fill(template, self._draw, given, name)
        return _LITERAL.sub(lambda found: self.value(look.name, found.group(1)), filled)

    def _look_template(self, look: Look, language: Language, value: str | Block) -> str:
        if look.comments:
            return language.comment.replace("{}", self._draw.choice(look.comments))
        if look.lines:
            return self._draw.choice(look.lines[language.name])
        return self._draw.choice(language.keys if isinstance(value, Block) else language.named)


def _look_languages(look: Look) -> list[str]:
    if look.lines:
        return list(look.lines)
    if look.comments:
        return [one.name for one in LANGUAGES.values() if one.comment]
    block = look.make is not None and isinstance(look.make(Draw(0)), Block)
    return [one.name for one in LANGUAGES.values() if (one.keys if block else one.named)]
