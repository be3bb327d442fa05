"""Reading the lines of a log."""

from __future__ import annotations

import re
from dataclasses import dataclass

LINE = re.compile(r"(?P<level>\w+) \[(?P<module>[\w.]+)\] (?P<text>.*)")


@dataclass(frozen=True)
class Entry:
    level: str
    module: str
    text: str


def parse(line: str) -> Entry:
    found = LINE.match(line)
    return Entry(found.group("level"), found["module"], found["text"])


def errors(lines: list[str]) -> list[Entry]:
    return [entry for entry in map(parse, lines) if entry.level == "ERROR"]
