"""Many formats of secrets as one pattern of RE2, whose time is linear in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import re2

from local_llm.guard.mask_value import entropy, is_obvious, is_random
from local_llm.guard.secret_format import Format

_GROUP = re.compile(r"(?<!\\)\((?!\?)")
_LITERAL = re.compile(rb"([\"'])([^\"'\n]+)\1")
# Formats. With more of them the states of RE2's automaton multiply, which are made while it reads:
# 230 together take four times as long on text of many kinds as four times 70.
_TOGETHER, _WITH_GROUPS = 70, 16
_CLASS = re.compile(r"\[[^\]]*\]")


def _options() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 64 << 20
    return options


OPTIONS = _options()
# Where it is enough to know that something is there: groups cost more than the search.
NO_GROUPS = _options()
NO_GROUPS.never_capture = True


def compiled(pattern: str, options: re2.Options = OPTIONS) -> Any:
    """Return a pattern for bytes."""
    return re2.compile(pattern.encode(), options)


def _cut(formats: Sequence[Format], size: int) -> list[Sequence[Format]]:
    return [formats[at : at + size] for at in range(0, len(formats), size)]


class Pattern:
    """Some formats, looked for together.

    Args:
        formats: At least one.

    """

    def __init__(self, formats: Sequence[Format]) -> None:
        self._some = [_Some(one) for one in _cut(formats, _TOGETHER)]

    def find(self, data: bytes) -> Iterator[tuple[int, int, str]]:
        """Yield start, end and kind, in bytes; places of different formats may overlap."""
        for some in self._some:
            yield from some.find(data)


class _Some:
    """As many formats as RE2 runs fast together.

    Whether a line has any of them is told by one pattern without groups. Only in such a line it is
    looked which: with the groups of all of them, RE2 takes 10 ms for a secret.
    """

    def __init__(self, formats: Sequence[Format]) -> None:
        self._formats = formats
        self._any = compiled("|".join(f"(?:{one.pattern})" for one in formats), NO_GROUPS)

    @cached_property
    def _parts(self) -> list[_Part]:
        # Compiled when the first secret is seen; most sessions see none.
        return [_Part(one) for one in _cut(self._formats, _WITH_GROUPS)]

    def find(self, data: bytes) -> Iterator[tuple[int, int, str]]:
        at = 0
        while match := self._any.search(data, at):
            begin = data.rfind(b"\n", 0, match.start()) + 1
            end = data.find(b"\n", match.end())
            end = len(data) if end < 0 else end
            for part in self._parts:
                for first, last, kind in part.find(data[begin:end]):
                    yield begin + first, begin + last, kind
            if end == len(data):
                return
            at = end + 1


class _Part:
    """A few formats as one pattern, with a group for each."""

    def __init__(self, formats: Sequence[Format]) -> None:
        self._groups: list[tuple[int, int, Format]] = []  # of all and of the secret
        parts, group = [], 1
        for one in formats:
            inner = _groups(one)
            wanted = min(inner, 1) if one.group is None else one.group
            self._groups.append((group, group + wanted, one))
            parts.append(f"({one.pattern})")
            group += 1 + inner
        self._regexp = compiled("|".join(parts))

    def find(self, line: bytes) -> Iterator[tuple[int, int, str]]:
        """Yield start, end and kind."""
        for match in self._regexp.finditer(line):
            group, one = next(
                (group, one) for whole, group, one in self._groups if match.start(whole) >= 0
            )
            for start, end in _spans(one, line, match.span(group)):
                if _is_like(one, line[start:end].decode("utf-8", "ignore")):
                    yield start, end, one.kind


def _spans(one: Format, data: bytes, span: tuple[int, int]) -> list[tuple[int, int]]:
    if span[0] < 0:
        return []
    if not one.each:
        return [span]
    return [found.span(2) for found in _LITERAL.finditer(data, *span)]


def _groups(one: Format) -> int:
    """Return how many groups a pattern has; compiling each of ours to ask takes 25 ms."""
    if one.group is not None:  # somebody else's, with whatever is in it
        return int(compiled(one.pattern).groups)
    return len(_GROUP.findall(_CLASS.sub("", one.pattern)))


def _is_like(one: Format, secret: str) -> bool:
    """Tell whether a secret is as random as its format wants it."""
    if one.random and (is_obvious(secret) or not is_random(secret, quoted=False)):
        return False
    return not one.bits or entropy(secret) >= one.bits
