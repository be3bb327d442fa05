from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass
class Reminder:
    text: str
    due: datetime

    def is_late(self, grace: timedelta = timedelta(minutes=5)) -> bool:
        return datetime.now() > self.due + grace


def late(reminders: list[Reminder]) -> list[str]:
    """Give the texts of all that should have been done by now."""
    return [reminder.text for reminder in reminders if reminder.is_late()]
