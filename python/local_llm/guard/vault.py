"""The secrets of a session by their placeholders: in memory only, and never shown by `repr`."""

from __future__ import annotations

import re
from collections import Counter

OPENING = "[REDACTED:"
PLACEHOLDER = re.compile(r"\[REDACTED:([a-z0-9]+(?:-[a-z0-9]+)*):([1-9]\d{0,8})\]")


def placeholders(text: str) -> dict[str, int]:
    """Return how many placeholders a text has, by kind."""
    if OPENING not in text:
        return {}
    return dict(Counter(match[1] for match in PLACEHOLDER.finditer(text)))


class Vault:
    """Numbers secrets by their kind, and keeps the number of each for the session."""

    def __init__(self) -> None:
        self._placeholders: dict[tuple[str, str], str] = {}
        self._secrets: dict[str, str] = {}
        self._last: Counter[str] = Counter()
        self._foreign: set[str] = set()

    def __repr__(self) -> str:
        return f"Vault({len(self._secrets)} secrets)"

    def placeholder(self, kind: str, secret: str) -> str:
        """Return what stands for a secret, `[REDACTED:gitlab-token:1]`."""
        known = self._placeholders.get((kind, secret))
        if known is None:
            known = self._next(kind)
            self._placeholders[kind, secret] = known
            self._secrets[known] = secret
        return known

    def secret(self, placeholder: str) -> str | None:
        """Return what a placeholder stands for, None for one that is not ours."""
        return self._secrets.get(placeholder)

    def put_back(self, text: str) -> str:
        """Return a text with every secret in its place again."""
        return PLACEHOLDER.sub(lambda match: self._secrets.get(match[0], match[0]), text)

    def note_foreign(self, text: str) -> None:
        """Keep clear of placeholders that somebody wrote into his text, or pasted there."""
        if OPENING in text:
            found = (match[0] for match in PLACEHOLDER.finditer(text))
            self._foreign.update(one for one in found if one not in self._secrets)

    def _next(self, kind: str) -> str:
        while True:
            self._last[kind] += 1
            name = f"{OPENING}{kind}:{self._last[kind]}]"
            if name not in self._foreign:
                return name
