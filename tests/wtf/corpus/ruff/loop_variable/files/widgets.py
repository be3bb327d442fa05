from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Button:
    label: str
    handlers: list[Callable[[], None]] = field(default_factory=list)

    def on_click(self, handler: Callable[[], None]) -> None:
        self.handlers.append(handler)


@dataclass
class Panel:
    children: list[Button] = field(default_factory=list)

    def add(self, child: Button) -> None:
        self.children.append(child)
