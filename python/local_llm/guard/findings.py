"""Which rules fired, for a person: what was left out of a prompt or changed in it, and by which.

Nothing here repeats what a rule took out.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec


class Fired(msgspec.Struct, frozen=True, kw_only=True):
    """A rule and what it was applied to.

    rule: Such as ".gitignore has build/" or "guard.redact".
    what: A file below its project, or a kind of secret; never the secret.
    count: How often.
    """

    rule: str
    what: str
    count: int = 1


def together(fired: Iterable[Fired]) -> tuple[Fired, ...]:
    """Return each rule and thing once, in the order they first fired, with their counts added."""
    counts: dict[tuple[str, str], int] = {}
    for one in fired:
        counts[one.rule, one.what] = counts.get((one.rule, one.what), 0) + one.count
    return tuple(Fired(rule=rule, what=what, count=n) for (rule, what), n in counts.items())
