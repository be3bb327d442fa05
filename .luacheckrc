-- What the Lua files may rely on: LuaJIT as Neovim builds it, and `vim`.
std = "luajit"
cache = false
max_line_length = 100
read_globals = { "vim" }
-- Options, variables and functions of the editor are set through tables of `vim`.
globals = {
  "vim.b",
  "vim.bo",
  "vim.env",
  "vim.g",
  "vim.go",
  "vim.o",
  "vim.opt",
  "vim.opt_local",
  "vim.ui",
  "vim.v",
  "vim.w",
  "vim.wo",
}
-- An unused argument keeps the shape of a callback; name it `_` or `_name` all the same.
unused_args = true
self = false
-- Generated; a line of LuaCATS cannot be broken.
files["lua/local_llm/types.lua"] = { max_line_length = false }
