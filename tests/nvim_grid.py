"""The screen of an editor, kept up to date from its `redraw` events (:help ui-linegrid).

Only whole frames are shown: what arrived since the last `flush` is not on anybody's screen yet.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Cell = tuple[str, int]
BLANK: Cell = (" ", 0)


@dataclass(frozen=True)
class Frame:
    """What the screen shows from one flush to the next. `at_ns` is time.monotonic_ns()."""

    at_ns: int
    rows: tuple[tuple[Cell, ...], ...]
    cursor: tuple[int, int]

    def lines(self) -> list[str]:
        """Return the text, without the spaces at the ends of lines."""
        return ["".join(text for text, _ in row).rstrip() for row in self.rows]

    def text(self) -> str:
        return "\n".join(self.lines())

    def find(self, text: str) -> tuple[int, int]:
        """Return the row and cell column where `text` starts. Raises: AssertionError."""
        for number, row in enumerate(self.rows):
            for column in range(len(row)):
                # By cells, not characters: a wide one takes two, the second of them empty.
                if "".join(cell for cell, _ in row[column:]).startswith(text) and row[column][0]:
                    return number, column
        raise AssertionError(f"{text!r} is not on the screen:\n{self.text()}")


class Grid:
    """Applies redraw events on one thread; others read frames and wait for them."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.frame = Frame(0, (), (0, 0))
        self.watchers: list[Callable[[Frame], None]] = []
        self._rows: list[list[Cell]] = []
        self._dirty: set[int] = set()
        self._cursor = (0, 0)
        self._names: dict[int, tuple[str, ...]] = {}
        self._attributes: dict[int, dict[str, Any]] = {}

    def redraw(self, events: list[list[Any]]) -> None:
        """Apply one `redraw` notification."""
        for name, *calls in events:
            handler = getattr(self, f"_on_{name}", None)
            if handler:
                for call in calls:
                    handler(*call)

    def end(self) -> None:
        """Wake those who wait: no frame will follow."""
        with self.changed:
            self.changed.notify_all()

    def names(self, cell: Cell) -> tuple[str, ...]:
        """Return the highlight groups of a cell, lowest first."""
        return self._names.get(cell[1], ())

    def attributes(self, cell: Cell) -> dict[str, Any]:
        """Return what a cell looks like: foreground, background, bold, italic ..."""
        return self._attributes.get(cell[1], {})

    def _on_grid_resize(self, _grid: int, width: int, height: int) -> None:
        old = self._rows
        self._rows = [
            [*(old[row][:width] if row < len(old) else []), *[BLANK] * width][:width]
            for row in range(height)
        ]
        self._dirty = set(range(height))

    def _on_grid_clear(self, _grid: int) -> None:
        self._rows = [[BLANK] * len(row) for row in self._rows]
        self._dirty = set(range(len(self._rows)))

    def _on_grid_cursor_goto(self, _grid: int, row: int, column: int) -> None:
        self._cursor = (row, column)

    def _on_grid_line(
        self, _grid: int, row: int, column: int, cells: list[list[Any]], *_wrap: bool
    ) -> None:
        highlight = 0
        for text, *rest in cells:
            if rest:
                highlight = rest[0]
            count = rest[1] if len(rest) > 1 else 1
            self._rows[row][column : column + count] = [(text, highlight)] * count
            column += count
        self._dirty.add(row)

    def _on_grid_scroll(
        self, _grid: int, top: int, bottom: int, left: int, right: int, rows: int, *_columns: int
    ) -> None:
        order = range(top, bottom - rows) if rows > 0 else range(bottom - 1, top - rows - 1, -1)
        for row in order:
            self._rows[row][left:right] = self._rows[row + rows][left:right]
        self._dirty.update(range(top, bottom))

    def _on_hl_attr_define(
        self, number: int, rgb: dict[str, Any], _cterm: dict[str, Any], info: list[dict[str, Any]]
    ) -> None:
        self._attributes[number] = rgb
        self._names[number] = tuple(
            item.get("hi_name") or item.get("ui_name") or item["kind"] for item in info
        )

    def _on_flush(self) -> None:
        shown = self.frame.rows
        whole = len(shown) != len(self._rows)
        rows = tuple(
            tuple(row) if whole or number in self._dirty else shown[number]
            for number, row in enumerate(self._rows)
        )
        self._dirty.clear()
        with self.changed:
            self.frame = Frame(time.monotonic_ns(), rows, self._cursor)
            self.changed.notify_all()
        for watcher in tuple(self.watchers):
            watcher(self.frame)
