-- Start-up file of the Neovim that tests drive: our plugin, once on the runtime path, and nothing
-- else. Run with `-u`, not `--clean`, which never loads a manifest of remote plugins.
-- `_G.child` is set by the test before: { plugin = boolean, setup = table or nil }.
vim.o.swapfile = false
-- Neovim's Python file type looks for a `python3` with pynvim, a second for each editor; our own
-- interpreter is another matter.
vim.g.loaded_python3_provider = 0
vim.o.shortmess = vim.o.shortmess .. "I"

local asked = _G.child or { plugin = true }
if asked.plugin then
  local here = debug.getinfo(1, "S").source:sub(2)
  vim.opt.runtimepath:prepend(vim.fn.fnamemodify(here, ":p:h:h"))
  if asked.setup then require("local_llm").setup(asked.setup) end
end
