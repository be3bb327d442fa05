from __future__ import annotations

from datetime import UTC, datetime

GREETING = "Grüße 👋"


def stamp(moment: datetime | None = None) -> str:
    """Give the moment, or now, in words for a log."""
    moment = moment or datetime.now(UTC)
    return f"{GREETING} um {moment.to_iso()}"


def lines(count: int) -> list[str]:
    return [f"{number}: {stamp()}" for number in range(count)]
