"""Many formats of secrets as one pattern of RE2, whose time is linear in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import re2

from local_llm.guard.mask_value import entropy, is_obvious, is_random
from local_llm.guard.secret_format import Format

_GROUP = re.compile(r"(?<!\\)\((?!\?)")
_LITERAL = re.compile(rb"([\"'])([^\"'\n]+)\1")
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


class Pattern:
    """Some formats as one pattern.

    Args:
        formats: At least one.

    """

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

    def find(self, data: bytes) -> Iterator[tuple[int, int, str]]:
        """Yield start, end and kind, in bytes."""
        for match in self._regexp.finditer(data):
            group, one = next(
                (group, one) for whole, group, one in self._groups if match.start(whole) >= 0
            )
            for start, end in _spans(one, data, match.span(group)):
                if _is_like(one, data[start:end].decode("utf-8", "ignore")):
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
