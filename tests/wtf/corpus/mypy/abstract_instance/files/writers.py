from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path


class Writer(ABC):
    def __init__(self, target: Path) -> None:
        self.target = target

    @abstractmethod
    def write(self, row: list[str]) -> None: ...

    @abstractmethod
    def close(self) -> None: ...


class CsvWriter(Writer):
    def write(self, row: list[str]) -> None:
        with self.target.open("a") as file:
            file.write(",".join(row) + "\n")
