from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Invoice:
    customer: str
    positions: list[tuple[str, int]] = field(default_factory=list)

    def add(self, title: str, cents: int) -> None:
        self.positions.append((title, cents))

    @property
    def total(self) -> int:
        return sum(cents for _, cents in self.positions)
