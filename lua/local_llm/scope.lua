---What a command without a selection means: the function under the cursor. By treesitter, else by
---the language server's symbols, else by indentation or braces, else the paragraph.
local M = {}

local braces = require("local_llm.scope_braces")
local text = require("local_llm.scope_text")

-- Lines read around the cursor: longer functions are rare, and a huge file stays cheap.
local WINDOW = 2000
local LONGEST_BYTES = 2 * 1024 * 1024

local BY_INDENT = text.words([[
  python nim gdscript coffee haml pug lua ruby elixir vim julia sh bash zsh fish crystal
  haskell ocaml fsharp matlab fortran ada tcl
]])

---@class local_llm.Window The lines around a place, read the moment a command ran.
---@field first integer 0-based row of lines[1]
---@field lines string[]

---@class local_llm.Found
---@field scope string
---@field first_row integer
---@field last_row integer
---@field enclosing { row: integer, text: string }[]

---@param buf integer
---@param first integer
---@param last integer
---@return local_llm.Window
function M.window(buf, first, last)
  local count = vim.api.nvim_buf_line_count(buf)
  local from, to = math.max(0, first - WINDOW), math.min(count, last + 1 + WINDOW)
  local offset = vim.api.nvim_buf_get_offset
  if offset(buf, to) - offset(buf, from) > LONGEST_BYTES then
    -- Very long lines: structure is not to be had from them, the row alone must do.
    from, to = first, math.min(last + 1, first + WINDOW)
    if offset(buf, to) - offset(buf, from) > LONGEST_BYTES then
      return { first = first, lines = {} }
    end
  end
  return { first = from, lines = vim.api.nvim_buf_get_lines(buf, from, to, false) }
end

---@param window local_llm.Window
---@param rows integer[] 1-based in the window
---@return { row: integer, text: string }[]
local function signatures(window, rows)
  local found = {}
  for _, row in ipairs(rows) do
    local line = window.lines[row]
    if line then
      found[#found + 1] = { row = window.first + row - 1, text = vim.trim(line):sub(1, 400) }
    end
  end
  return found
end

---@param window local_llm.Window
---@param heads local_llm.TreeHead[] innermost first
---@param scope string
---@return local_llm.Found|nil
local function from_heads(window, heads, scope)
  local index = text.choose(heads)
  -- A lambda of one line is not what people mean by the function they stand in.
  while index and heads[index].first == heads[index].last and heads[index + 1] do
    local rest = text.choose(vim.list_slice(heads, index + 1))
    if not rest or heads[index + rest].kind ~= "function" then break end
    index = index + rest
  end
  if not index then return nil end
  local rows = {}
  for at = #heads, index + 1, -1 do
    rows[#rows + 1] = heads[at].row - window.first + 1
  end
  return {
    scope = scope,
    first_row = heads[index].first,
    last_row = heads[index].last,
    enclosing = signatures(window, rows),
  }
end

---@param window local_llm.Window
---@param found local_llm.TextScope
---@param scope string
---@return local_llm.Found
local function from_text(window, found, scope)
  return {
    scope = scope,
    first_row = window.first + found.first - 1,
    last_row = window.first + found.last - 1,
    enclosing = signatures(window, found.enclosing),
  }
end

---By the text alone.
---@param window local_llm.Window
---@param row integer 0-based
---@param filetype string
---@return local_llm.Found|nil nil when there is no text at all
function M.from_lines(window, row, filetype)
  local at = row - window.first + 1
  if not window.lines[at] then return nil end
  local ways = {
    { scope = "braces", find = braces.by_braces },
    { scope = "indent", find = text.by_indent },
    { scope = "paragraph", find = text.paragraph },
  }
  if BY_INDENT[filetype] then table.remove(ways, 1) end
  for _, way in ipairs(ways) do
    local found = way.find(window.lines, at)
    if found then return from_text(window, found, way.scope) end
  end
end

---Heads around a range that the user gave, outermost first. Never waits for a server.
---@param buf integer
---@param window local_llm.Window
---@param first integer 0-based
---@param last integer
---@return { row: integer, text: string }[]
function M.enclosing(buf, window, first, last)
  local heads = require("local_llm.scope_tree").heads(buf, first, last)
  local from, to = first - window.first + 1, last - window.first + 1
  if not heads then
    if BY_INDENT[vim.bo[buf].filetype] then
      return signatures(window, text.enclosing_by_indent(window.lines, from))
    end
    return signatures(window, braces.enclosing_by_braces(window.lines, from, to))
  end
  local rows = {}
  for at = #heads, 1, -1 do
    if heads[at].row < first then rows[#rows + 1] = heads[at].row - window.first + 1 end
  end
  return signatures(window, rows)
end

---Find the function under the cursor; `done` may be called at once or a little later.
---@param buf integer
---@param window local_llm.Window
---@param row integer 0-based
---@param done fun(found: local_llm.Found|nil)
function M.find(buf, window, row, done)
  local filetype = vim.bo[buf].filetype
  local heads = require("local_llm.scope_tree").heads(buf, row, row)
  local found = heads and from_heads(window, heads, "treesitter")
  if found then return done(found) end
  require("local_llm.scope_lsp").heads(buf, row, function(symbols)
    local known = symbols and from_heads(window, symbols, "lsp")
    -- A parser that saw no function is right: guessing from the text would only find an `if`.
    if not known and heads then
      local paragraph = text.paragraph(window.lines, row - window.first + 1)
      known = paragraph and from_text(window, paragraph, "paragraph")
    end
    done(known or M.from_lines(window, row, filetype))
  end)
end

return M
