"""Someone who writes while suggestions come: the whole way, from the key to the model and back.

    writer.uses(server)
    writer.has("x =|")
    writer.types(" ")
    writer.is_shown("foo(bar)")

That nothing happens shows in what happens after it: `settles` waits until every timer that was
due has run, and `asked` tells which questions have left the editor by then.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from child import PATIENCE_S, Child
from fakes import FakeServer
from nvim_grid import Frame
from person import Person

# A family that the name tells, so that nothing has to be tried out.
MODELS = ("qwen2.5-coder",)
GHOST = "LocalLlmGhost"

_RECORD = """
_G.asked, _G.text_ns = {}, 0
local host = require("local_llm.host")
local notify = host.notify
host.notify = function(message)
  if message.name == "complete" then
    local ticket = message.ticket
    table.insert(_G.asked, {
      id = ticket.id,
      before = ticket.before,
      after = ticket.after,
      path = ticket.path,
      manual = ticket.manual,
      after_ms = (vim.uv.hrtime() - _G.text_ns) / 1e6,
    })
  end
  return notify(message)
end
vim.api.nvim_create_autocmd("TextChangedI", {
  callback = function() _G.text_ns = vim.uv.hrtime() end,
})
"""
_FORGET = """
vim.cmd("set laststatus=0 noruler noshowmode noautoindent completeopt& modifiable")
vim.cmd("silent! NoMatchParen | silent! iunmap <Tab>")
vim.cmd("echo ''")
-- A group that is a link has the name of its target on the screen.
vim.api.nvim_set_hl(0, "LocalLlmGhost", { fg = "#777777" })
_G.asked = {}
"""
_FENCE = """
_G.settled = false
local timer = vim.uv.new_timer()
timer:start(..., 0, vim.schedule_wrap(function()
  timer:close()
  _G.settled = true
end))
"""


class Writer(Person):
    """Drives one editor, in insert mode most of the time."""

    def __init__(self, child: Child, home: Path) -> None:
        super().__init__(child, home)
        child.lua(_RECORD)

    # -- before ---------------------------------------------------------------------------------

    def starts_over(self) -> None:
        """Close everything and forget every message, key and question."""
        super().starts_over()
        self.child.lua(_FORGET)

    def uses(self, server: FakeServer | str, kind: str = "llamacpp", **complete: Any) -> None:
        """Set the backend, and with it every option, anew; `complete` are options of that name."""
        url = server if isinstance(server, str) else server.url
        prompt = {"debounce_ms": 0, "speculate": False, **complete}
        self.sets_up(backend={"kind": kind, "url": url}, complete=prompt)

    def has(self, *lines: str, name: str = "", filetype: str = "") -> None:
        """Fill the buffer, with the cursor in normal mode before the `|`; name it."""
        before, _, after = "\n".join(lines).partition("|")
        if name:
            self.child.command(f"silent file {name}")
        self.child.api("buf_set_lines", 0, 0, -1, False, (before + after).split("\n"))
        if filetype:
            self.child.command(f"set filetype={filetype}")
        above, _, left = before.rpartition("\n")
        row = above.count("\n") + 2 if "\n" in before else 1
        self.child.api("win_set_cursor", 0, [row, len(left.encode())])

    # -- acting ---------------------------------------------------------------------------------

    def types(self, keys: str) -> None:
        """Type keys; the next request comes after them, which one sent at once may not."""
        self.child.type(keys)
        self.child.api("eval", "1")

    def types_behind(self, *lines: str, keys: str) -> None:
        """Fill the buffer and type in insert mode at the `|`."""
        self.has(*lines)
        after = "\n".join(lines).partition("|")[2]
        self.types(("A" if not after.partition("\n")[0] else "i") + keys)

    def settles(self, ms: int = 0) -> None:
        """Wait until every timer due within `ms` has run, and what it put off."""
        self.child.lua(_FENCE, ms)
        self.child.wait_until(lambda: self.child.lua("return _G.settled"), what="the timers")

    # -- looking --------------------------------------------------------------------------------

    def asked(self) -> list[dict[str, Any]]:
        """Return the questions that have left the editor: before, after, manual, after_ms."""
        return list(self.child.lua("return _G.asked"))

    def waits_for_question(self, count: int = 1) -> dict[str, Any]:
        """Wait until so many questions have left the editor; return the last of them."""
        self.child.wait_until(lambda: len(self.asked()) >= count, what=f"{count} questions")
        return self.asked()[count - 1]

    def ghost(self, frame: Frame | None = None) -> str:
        """Return the ghost text on the screen, its lines as they stand there."""
        rows = (frame or self.child.frame).rows
        lines = [
            "".join(cell[0] for cell in row if GHOST in self.child.grid.names(cell)) for row in rows
        ]
        return "\n".join(line.rstrip() for line in lines if line)

    def is_shown(self, text: str, seconds: float = PATIENCE_S) -> None:
        """Wait until that is the ghost text, "" for none."""
        self.child.wait_until(
            lambda: self.ghost() == text, seconds, f"ghost text {text!r}; {self.ghost()!r}"
        )

    @contextmanager
    def watched(self) -> Iterator[list[str]]:
        """Give every ghost text that is drawn meanwhile, in order."""
        drawn: list[str] = []

        def look(frame: Frame) -> None:
            text = self.ghost(frame)
            if text and text not in drawn[-1:]:
                drawn.append(text)

        self.child.grid.watchers.append(look)
        try:
            yield drawn
        finally:
            self.child.grid.watchers.remove(look)

    def buffers(self) -> list[list[str]]:
        """Return the lines of every buffer that is loaded."""
        return [self.child.buffer(number) for number in self.child.api("list_bufs")]

    def text(self) -> str:
        """Return the buffer, with a `|` where the cursor is."""
        row, col = self.child.api("win_get_cursor", 0)
        lines = [line.encode() for line in self.child.buffer()]
        lines[row - 1] = lines[row - 1][:col] + b"|" + lines[row - 1][col:]
        return b"\n".join(lines).decode()
