"""Someone who looks at a proposed change in a buffer, and accepts or rejects its hunks.

reviewer.has("a", "b")
reviewer.is_shown(["a", "b"], ["a", "c"])
reviewer.types("ga")
assert reviewer.child.buffer() == ["a", "c"]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typist import Typist

_FRESH = """
vim.cmd("silent! diffoff!")
vim.o.foldenable = true
require("local_llm").setup({})
for group, look in pairs({
  Delete = { fg = "#cc6666" }, Add = { fg = "#66cc66" }, Text = { fg = "#cccc66" },
  Hint = { fg = "#666666" },
}) do
  vim.api.nvim_set_hl(0, "LocalLlmDiff" .. group, look)
end
_G.done = {}
"""
_CLOSE = """
vim.o.hidden = true
for _, buf in ipairs(vim.api.nvim_list_bufs()) do require("local_llm.diff").close(buf) end
"""
_OPEN = """
local proposal, name = ...
proposal.buf = proposal.buf or vim.api.nvim_get_current_buf()
proposal.tick = proposal.tick or vim.api.nvim_buf_get_changedtick(proposal.buf)
local ok, reason = require("local_llm.diff").open(proposal, {
  on_done = function(result)
    result.name = name
    table.insert(_G.done, result)
  end,
})
return { ok = ok, reason = reason }
"""


class Reviewer(Typist):
    """Drives one editor, in normal mode most of the time."""

    def starts_over(self, lines: int = 14, columns: int = 60) -> None:
        """Forget buffers, options, keys and messages; set the size of the screen."""
        self.types("<C-\\><C-N>")
        self.child.lua(_CLOSE)
        super().starts_over(lines, columns)
        self.child.lua(_FRESH)

    def has(self, *lines: str, options: str = "", at: int = 1) -> None:
        """Fill the buffer and put the cursor into a line of it."""
        self.child.api("buf_set_lines", 0, 0, -1, False, lines)
        self.child.api("win_set_cursor", 0, [at, 0])
        if options:
            self.child.command(f"set {options}")

    def opens(
        self, old: Sequence[str], new: Sequence[str], row: int = 0, **more: Any
    ) -> tuple[bool, str | None]:
        """Open a change; return whether it is shown, and why not."""
        name = more.pop("name", "")
        proposal = {"old": old, "new": new, "first_row": row, **more}
        answer = self.child.lua(_OPEN, proposal, name)
        return answer["ok"], answer.get("reason")

    def is_shown(self, old: Sequence[str], new: Sequence[str], row: int = 0, **more: Any) -> None:
        """Open a change that must be shown."""
        assert self.opens(old, new, row, **more) == (True, None)

    def done(self) -> list[dict[str, Any]]:
        """Return the results so far."""
        return list(self.child.lua("return _G.done"))

    def states(self) -> list[str]:
        """Return how the changes so far ended."""
        return [result["state"] for result in self.done()]

    def is_open(self) -> bool:
        """Tell whether a change is shown in the current buffer."""
        code = "return require('local_llm.diff').is_open(vim.api.nvim_get_current_buf())"
        return bool(self.child.lua(code))

    def told(self) -> list[str]:
        """Return what the plugin said, without its name."""
        said = [line for line in self.child.messages() if line.startswith("local-llm: ")]
        return [line.removeprefix("local-llm: ") for line in said]

    def picture(self) -> list[str]:
        """Return the screen with its highlights, once the windows' shape has been seen to."""
        self.child.command("redraw")
        self.child.lua("vim.wait(0)")
        return super().picture()
