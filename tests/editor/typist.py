"""Someone who types while suggestions come: plays the Python side, and watches the ghost text.

typist.has("x = |)")
typist.is_offered("foo(")
typist.types("f<Tab>")
golden.check(typist.picture())

One editor serves many tests. The plugin's own triggers are off; only what follows the typed text
and hides the suggestion is in place, as the triggers do it.
"""

from __future__ import annotations

from typing import Any, Self

from child import Child
from nvim_grid import Frame

_WIRE = """
vim.api.nvim_clear_autocmds({ group = "local_llm.plugin", event = "InsertEnter" })
local suggestion, keys = require("local_llm.suggestion"), require("local_llm.ghost_keys")
keys.plug()
vim.cmd("silent! NoMatchParen")
_G.keys = {
  accept = "<Tab>", accept_line = "<S-Tab>", accept_word = "<M-Right>",
  next = "<M-]>", previous = "<M-[>", dismiss = "<C-]>",
}
suggestion.on_visible(function(on, buf)
  if on then keys.show(_G.keys, buf) else keys.hide() end
end)
_G.followed = {}
suggestion.on_used(function(...) table.insert(_G.used, { ... }) end)
suggestion.on_shown(function(ticket, text) table.insert(_G.shown, { ticket.id, text }) end)
local group = vim.api.nvim_create_augroup("typist", {})
vim.api.nvim_create_autocmd({ "TextChangedI", "TextChangedP", "CursorMovedI" }, {
  group = group,
  callback = function() table.insert(_G.followed, suggestion.follow()) end,
})
vim.api.nvim_create_autocmd({ "InsertLeave", "BufLeave" }, {
  group = group,
  callback = suggestion.hide,
})
_G.last_id = 0
"""
_OPTIONS = (
    "autoindent cindent cinkeys colorcolumn completeopt concealcursor conceallevel cursorline "
    "expandtab foldcolumn foldmethod formatoptions comments indentexpr list listchars number "
    "rightleft scrolloff shiftwidth signcolumn smartindent statuscolumn tabstop textwidth "
    "vartabstop virtualedit wrap iskeyword linebreak breakindent showbreak modifiable backspace"
)
_FORGET = """
local options = ...
vim.cmd("silent! tabonly! | silent! only! | iabclear | nohlsearch | highlight clear")
local fresh = vim.api.nvim_create_buf(true, false)
vim.api.nvim_set_current_buf(fresh)
for _, option in ipairs(options) do vim.cmd("set " .. option .. "&") end
vim.o.laststatus, vim.o.ruler, vim.o.showmode, vim.o.autoindent = 0, false, false, false
for _, buf in ipairs(vim.api.nvim_list_bufs()) do
  if buf ~= fresh then vim.api.nvim_buf_delete(buf, { force = true }) end
end
vim.cmd.messages("clear")
-- A group that is a link has the name of its target on the screen.
vim.api.nvim_set_hl(0, "LocalLlmGhost", { fg = "#777777" })
vim.api.nvim_set_hl(0, "LocalLlmGhostInfo", { fg = "#555555" })
_G.used, _G.shown, _G.followed = {}, {}, {}
"""
_TICKET = """
local cursor = vim.api.nvim_win_get_cursor(0)
local row, col = cursor[1] - 1, cursor[2]
local lines = vim.api.nvim_buf_get_lines(0, 0, -1, false)
_G.last_id = _G.last_id + 1
local line = lines[row + 1]
local before, after = vim.list_slice(lines, 1, row), vim.list_slice(lines, row + 2)
table.insert(before, line:sub(1, col))
table.insert(after, 1, line:sub(col + 1))
return {
  id = _G.last_id,
  buf = vim.api.nvim_get_current_buf(),
  tick = vim.api.nvim_buf_get_changedtick(0),
  row = row,
  col = col,
  before = table.concat(before, "\\n"),
  after = table.concat(after, "\\n"),
}
"""


class Typist:
    """Drives one editor, in insert mode most of the time."""

    def __init__(self, child: Child) -> None:
        self.child = child
        child.lua(_WIRE)

    # -- before ---------------------------------------------------------------------------------

    def starts_over(self, lines: int = 8, columns: int = 40) -> None:
        """Forget buffers, options, keys and messages; set the size of the screen."""
        self.types("<C-\\><C-N>")
        self.child.api("ui_try_resize", columns, lines)
        self.child.lua(_FORGET, _OPTIONS.split())

    def has(self, *lines: str, options: str = "") -> None:
        """Fill the buffer and go to insert mode where a `|` stands in it."""
        if options:
            self.child.command(f"set {options}")
        text = "\n".join(lines)
        before, _, after = text.partition("|")
        self.child.api("buf_set_lines", 0, 0, -1, False, (before + after).split("\n"))
        above, _, left = before.rpartition("\n")
        row = above.count("\n") + 1 if "\n" in before else 0
        self.types("A" if not after.partition("\n")[0] else "i")
        self.child.api("win_set_cursor", 0, [row + 1, len(left.encode())])

    # -- the Python side ------------------------------------------------------------------------

    def asks(self) -> dict[str, Any]:
        """Take a ticket at the cursor."""
        return dict(self.child.lua(_TICKET))

    def is_offered(
        self,
        *texts: str,
        ticket: dict[str, Any] | None = None,
        done: bool = True,
        info: str | None = None,
    ) -> dict[str, Any]:
        """Get an answer, to a ticket of now unless one is given; return the ticket."""
        ticket = ticket or self.asks()
        code = "require('local_llm.suggestion').offer(...)"
        self.child.lua(code, ticket, texts, done, *([info] if info else []))
        return ticket

    # -- acting and looking ---------------------------------------------------------------------

    def types(self, keys: str) -> None:
        """Type keys; the next request comes after them, which one sent at once may not."""
        self.child.type(keys)
        self.child.api("eval", "1")

    def writes(self, text: str) -> None:
        """Type a text, key by key, each once the one before has been seen to."""
        for char in text:
            self.types({"\n": "<CR>", "<": "<LT>", "\t": "<Tab>"}.get(char, char))

    def calls(self, name: str, *args: Any) -> Any:
        """Call a function of the suggestion."""
        return self.child.lua(f"return require('local_llm.suggestion').{name}(...)", *args)

    def accepts(self, kind: str = "all") -> bool:
        """Accept, and wait until the keys for it have been seen to."""
        code = "return require('local_llm.accept').accept(...)"
        return bool(self.child.lua(code, kind)) and self.child.lua("return true")

    def rest(self) -> str | None:
        """Return the text that is suggested now."""
        current = self.calls("current")
        return current and current["text"]

    def used(self) -> list[list[str]]:
        """Return what was used of suggestions: kind and text."""
        return [[kind, text] for kind, text, _ in self.child.lua("return _G.used")]

    def text(self) -> str:
        """Return the buffer, with a `|` where the cursor is."""
        row, col = self.child.api("win_get_cursor", 0)
        lines = [line.encode() for line in self.child.buffer()]
        lines[row - 1] = lines[row - 1][:col] + b"|" + lines[row - 1][col:]
        return b"\n".join(lines).decode()

    def picture(self) -> list[str]:
        """Return the screen with its highlights, and where the cursor is on it."""
        self.child.command("redraw")
        row, column = self.child.frame.cursor
        return [*self.child.picture(), "", f"cursor: row {row}, column {column}"]


class Frames:
    """What was on the screen, frame by frame."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self.seen: list[Frame] = []

    def __enter__(self) -> Self:
        self._child.command("redraw")
        self._child.grid.watchers.append(self.seen.append)
        return self

    def __exit__(self, *_: object) -> None:
        self._child.command("redraw")
        self._child.grid.watchers.remove(self.seen.append)

    def ghost(self, frame: Frame, row: int) -> list[int]:
        """Return the cells of a row that are ghost text."""
        cells = frame.rows[row]
        return [
            i for i, cell in enumerate(cells) if "LocalLlmGhost" in self._child.grid.names(cell)
        ]
