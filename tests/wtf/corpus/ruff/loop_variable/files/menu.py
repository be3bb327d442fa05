from __future__ import annotations

from collections.abc import Callable, Iterable

from widgets import Button, Panel


class Menu:
    """A row of buttons, one for each command."""

    def __init__(self, panel: Panel, run: Callable[[str], None]) -> None:
        self.panel = panel
        self.run = run

    def fill(self, commands: Iterable[str]) -> None:
        for command in commands:
            button = Button(command.title())
            button.on_click(lambda: self.run(command))
            self.panel.add(button)

    def clear(self) -> None:
        self.panel.children.clear()
