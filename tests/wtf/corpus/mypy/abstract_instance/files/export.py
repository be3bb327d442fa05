from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from writers import CsvWriter


def export(rows: Iterable[list[str]], target: Path) -> int:
    """Write all rows; return how many there were."""
    writer = CsvWriter(target)
    count = 0
    for count, row in enumerate(rows, start=1):
        writer.write(row)
    return count
