"""An editor whose pieces of other files arrive here instead of in Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from python_side import PythonSide

from child import Child

_BEGIN = """
require("local_llm.host").running = function() return _G.running end
require("local_llm.context").start()
"""
_AFRESH = """
_G.running, _G.sent = true, {}
require("local_llm").options().complete.auto = true
require("local_llm").given = function() return {} end
"""
_TURN = "_G.turned = false; vim.schedule(function() _G.turned = true end)"


class Watched:
    """An editor that watches what is yanked, left, written and asked for."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self._python = PythonSide(child)
        child.lua(_BEGIN)

    def starts_over(self) -> None:
        """Forget everything but the watching."""
        self.child.command("silent! only! | silent! %bwipeout! | set hidden")
        self.settle()
        self.child.lua(_AFRESH)

    def settle(self) -> None:
        """Wait until the editor has done what it put off."""
        self.child.lua(_TURN)
        self.child.wait_until(lambda: self.child.lua("return _G.turned"), what="a turn")

    def sent(self) -> list[dict[str, Any]]:
        """Return the pieces sent so far."""
        self.settle()
        return self._python.sent("context")

    def wait(self, count: int = 1) -> list[dict[str, Any]]:
        """Return the pieces, once there are `count` of them."""
        what = f"{count} pieces"
        return self.child.wait_until(lambda: _at_least(count, self.sent), what=what)

    def forget(self) -> None:
        """Let what was sent so far not count."""
        self.settle()
        self.child.lua("_G.sent = {}")

    def edit(self, file: Path, lines: Sequence[str]) -> Path:
        """Open a file with these lines in it."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f"{line}\n" for line in lines))
        self.child.command(f"edit {file}")
        return file

    def type(self, keys: str) -> None:
        """Type keys that end in normal mode, and wait until all have been taken."""
        self.child.type(f"{keys}:let g:typed = 1<CR>")
        self.child.wait_until(lambda: self.child.lua("return vim.g.typed"), what="the keys")
        self.child.lua("vim.g.typed = nil")


def numbered(count: int, word: str = "line") -> list[str]:
    """Return lines that all differ."""
    return [f"{word} {n}" for n in range(count)]


def _at_least(count: int, get: Callable[[], list[Any]]) -> list[Any]:
    found = get()
    return found if len(found) >= count else []
