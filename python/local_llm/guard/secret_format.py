"""One kind of secret and its pattern."""

from __future__ import annotations

import msgspec


class Format(msgspec.Struct, frozen=True):
    """One kind of secret and its pattern.

    group: Which group of the pattern is the secret; None = the first, or all where there is none.
    bits: Entropy that a character must have at least.
    random: Whether the secret must look random, because its place alone does not tell.
    each: Whether the group holds literals, each of which may be a secret.
    """

    kind: str
    pattern: str
    group: int | None = None
    bits: float = 0.0
    random: bool = False
    each: bool = False


def prefixed(kind: str, prefix: str, body: str = "[A-Za-z0-9]{20,}") -> Format:
    """Return the format of a token that begins with `prefix`, a pattern of its own."""
    return Format(kind, rf"\b(?:{prefix}){body}")
