"""The instant server and an editor beside it, for the parts of `make bench-complete`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from child import Child
from nvim_grid import Frame

HERE = Path(__file__).resolve().parent
_LABEL = re.compile(r"(\d{5}) of the answers")
PATIENCE_S = 10.0
GHOST = "LocalLlmGhost"
# What the trace relies on; the file type's own script would take its time at every line end.
INDENT = (
    "setlocal autoindent smartindent expandtab shiftwidth=4 softtabstop=4 indentexpr= "
    "cinwords=if,elif,else,for,while,try,except,finally,def,class"
)


class Instant:
    """instant_server.py in its own process.

    Args:
        model: A GGUF file, whose vocabulary the prompts are made of.
        kind: What it answers, see there.

    """

    def __init__(self, model: Path, kind: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, HERE / "instant_server.py", model, kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        self.port = int(self.url.rpartition(":")[2])

    def log(self) -> list[dict[str, Any]]:
        """Return what was asked, in order; see instant_server.Asked."""
        asked = self._get("log")
        assert isinstance(asked, list)
        return asked

    def reset(self) -> None:
        """Forget what was asked."""
        self._get("reset")

    def _get(self, what: str) -> Any:
        with urllib.request.urlopen(f"{self.url}/_fake/{what}") as reply:
            return json.load(reply)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


class Labels:
    """Notes the first frame that shows each numbered answer."""

    def __init__(self, child: Child) -> None:
        self.seen_ns: dict[int, int] = {}
        self._changed = threading.Condition()
        self._rows: tuple[object, ...] = ()
        child.grid.watchers.append(self._frame)

    def _frame(self, frame: Frame) -> None:
        before = self._rows if len(self._rows) == len(frame.rows) else (None,) * len(frame.rows)
        for row, old in zip(frame.rows, before, strict=True):
            if row is not old:  # rows that did not change are the same object
                for label in _LABEL.findall("".join(cell for cell, _ in row)):
                    with self._changed:
                        self.seen_ns.setdefault(int(label), frame.at_ns)
                        self._changed.notify_all()
        self._rows = frame.rows

    def wait_beyond(self, count: int) -> bool:
        """Wait until more than `count` answers were shown; False where that takes too long."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.seen_ns) > count, PATIENCE_S)


def editor(
    nvim: str,
    file: Path,
    url: str | None,
    complete: Mapping[str, Any],
    key_env: str | None = None,
    **more: Any,
) -> Child:
    """Start an editor on a Python file; without `url` without the plugin."""
    backend = {"kind": "llamacpp", "url": url, "api_key_env": key_env}
    setup = {"backend": backend, "complete": dict(complete)}
    more = {"lines": 40, "columns": 100, "hlstate": False, **more}
    child = Child(nvim, setup=setup if url else None, plugin=url is not None, args=[file], **more)
    child.command(INDENT)
    return child


def tell_ghost(child: Child) -> None:
    """Make ghost text known by its name on the screen; a link shows as what it links to."""
    child.api("set_hl", 0, GHOST, {"fg": "#808080"})


def continues(child: Child, key: str) -> bool:
    """Tell whether a key goes on as the suggestion on the screen does (see `tell_ghost`)."""
    frame = child.frame
    row, column = frame.cursor
    cell = frame.rows[row][column]
    if key == "<CR>":
        below = frame.rows[row + 1][0]
        return GHOST not in child.grid.names(cell) and GHOST in child.grid.names(below)
    return GHOST in child.grid.names(cell) and cell[0] == ("<" if key == "<LT>" else key)


def rest(seconds: float) -> None:
    """Let time pass, as somebody does who types."""
    threading.Event().wait(seconds)
