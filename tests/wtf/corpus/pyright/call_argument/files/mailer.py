from __future__ import annotations

from collections.abc import Sequence

from letters import Letter


def newsletter(readers: Sequence[str], subject: str, body: str) -> list[Letter]:
    """Write one letter for each reader."""
    letters: list[Letter] = []
    for reader in readers:
        letter = Letter(subject, body, recipient=reader)
        letters.append(letter)
    return letters
