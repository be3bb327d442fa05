"""Typing through a suggestion: nothing is sent anywhere, and no frame shows it half done.

The text on the screen stays what it is while somebody types what is suggested: letters only turn
from ghost text into text. So every frame can be judged by itself: all of the text has to stand
there, and ghost text has to begin at the cursor. A flush between the one that shows the key and
the one that shows the shortened suggestion would be a frame with something else.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from instant import GHOST, PATIENCE_S, Instant, editor, rest, tell_ghost
from instant_server import LONG
from measure import milliseconds, percentile
from typing_trace import source

from child import Child
from nvim_grid import BLANK, Frame

BARS = {"requests": 0.0, "calls": 0.0, "bad_frames": 0.0}
LINES = 50
_BETWEEN = 20  # a blank line between two functions
_QUIET_S = 1.0
_REST_S = 0.01
# What goes to the host, and what comes from it.
_COUNT = """
_G.calls = 0
local function counted(owner, name)
  local inner = owner[name]
  owner[name] = function(...)
    _G.calls = _G.calls + 1
    return inner(...)
  end
end
counted(vim, "rpcnotify")
counted(vim, "rpcrequest")
counted(require("local_llm.port"), "call")
"""


def measure(name: str, nvim: str, model: Path, folder: Path, keys: int) -> dict[str, Any]:
    """Type the beginning of the suggestion and return the row."""
    file = folder / "typing.py"
    file.write_text(source(LINES), "utf-8")
    with Instant(model, "long") as server:
        child = editor(nvim, file, server.url, {}, hlstate=True)
        try:
            tell_ghost(child)
            child.command(f"{_BETWEEN}")
            child.type("o")
            child.wait_screen(LONG.rpartition("\n")[2])
            _settle(server)
            return {"what": f"typing through, {name}", **_typed(child, server, LONG[:keys])}
        finally:
            child.close()


def _settle(server: Instant) -> None:
    """Wait until what is asked ahead has been asked."""
    asked = -1
    while asked != (asked := len(server.log())):
        rest(_QUIET_S)


def _typed(child: Child, server: Instant, text: str) -> dict[str, Any]:
    start, frames = child.frame, list[Frame]()
    child.lua(_COUNT)
    server.reset()
    child.grid.watchers.append(frames.append)
    waits = [_key(child, start.cursor, text[: at + 1]) for at in range(len(text))]
    rest(_QUIET_S)
    return {
        "keys": len(text),
        "letters": len(LONG),
        "requests": len(server.log()),
        "calls": child.lua("return _G.calls"),
        "frames": len(frames),
        "bad_frames": sum(not _is_whole(child, frame, start) for frame in frames),
        "echo_p50_ms": percentile(waits, 50),
        "echo_p95_ms": percentile(waits, 95),
    }


def _key(child: Child, start: tuple[int, int], typed: str) -> float:
    """Press the last key of `typed` and wait for the cursor; return the ms."""
    line = typed.rpartition("\n")[2]
    row = start[0] + typed.count("\n")
    column = len(line) + (start[1] if line == typed else 0)
    begun = time.monotonic_ns()
    child.channel.notify("nvim_input", "<CR>" if typed.endswith("\n") else typed[-1])
    frame = child.wait_screen(lambda frame: frame.cursor == (row, column), PATIENCE_S)
    rest(_REST_S)
    return milliseconds(frame.at_ns - begun)


def _is_whole(child: Child, frame: Frame, start: Frame) -> bool:
    """Tell whether a frame has all of the text, ghost text exactly from the cursor on."""
    if frame.lines()[:-2] != start.lines()[:-2]:  # below: status line and messages
        return False
    row, column = frame.cursor
    behind = GHOST in child.grid.names(frame.rows[row][column - 1]) if column else False
    cell, below = frame.rows[row][column], frame.rows[row + 1][0]
    # At the end of a line the rest begins with the line end, which shows nothing there.
    first = below if cell == BLANK else cell
    return GHOST in child.grid.names(first) and not behind
