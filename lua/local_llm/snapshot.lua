---The place a command was run at, and its text, taken the moment it runs; field names are those of
---Snapshot in features/port.py.
local M = {}

local diagnostics = require("local_llm.diagnostics")
local selection = require("local_llm.selection")

-- More than any local model's context holds; a 50 MB buffer must not stall the editor.
local LIMIT_BYTES = 1024 * 1024
local STEP_LINES = 1000
local ROOT_MARKERS = {
  "local-llm.toml",
  ".git",
  ".hg",
  ".jj",
  "pyproject.toml",
  "package.json",
  "Cargo.toml",
  "go.mod",
  "flake.nix",
}

---@class local_llm.Snapshot
---@field buf integer
---@field tick integer
---@field path string
---@field root string
---@field filetype string
---@field kind "line"|"char"|"block"
---@field scope string
---@field first_row integer
---@field last_row integer
---@field first_col integer
---@field lines string[]
---@field omitted_lines integer
---@field enclosing { row: integer, text: string }[]
---@field diagnostics local_llm.Report[]
---@field binary boolean

---One line, at most `limit` bytes of it: a single line may be the whole 50 MB.
---@param buf integer
---@param row integer
---@param limit integer
---@return string, boolean cut
local function bounded_line(buf, row, limit)
  local offset = vim.api.nvim_buf_get_offset
  local bytes = offset(buf, row + 1) - offset(buf, row)
  if bytes <= limit then return vim.api.nvim_buf_get_lines(buf, row, row + 1, true)[1], false end
  return vim.api.nvim_buf_get_text(buf, row, 0, row, limit, {})[1], true
end

---Lines of a range, up to LIMIT_BYTES.
---@param buf integer
---@param first integer
---@param last integer inclusive
---@return string[] lines, integer omitted
function M.read(buf, first, last)
  local lines, left = {}, LIMIT_BYTES
  local offset = vim.api.nvim_buf_get_offset
  local row = first
  while row <= last and left > 0 do
    local stop = math.min(row + STEP_LINES, last + 1)
    local bytes = offset(buf, stop) - offset(buf, row)
    if bytes >= 0 and bytes <= left then
      vim.list_extend(lines, vim.api.nvim_buf_get_lines(buf, row, stop, true))
      row, left = stop, left - bytes
    else
      local line, cut = bounded_line(buf, row, left)
      lines[#lines + 1] = line
      row, left = row + 1, cut and 0 or left - #line - 1
    end
  end
  return lines, last + 1 - row
end

---Cut lines to the columns of a selection, in place.
---@param lines string[]
---@param span local_llm.Selection
local function cut_columns(lines, span)
  if span.kind == "block" then
    for i, line in ipairs(lines) do
      lines[i] = selection.columns(line, span.left, span.right)
    end
  elseif span.kind == "char" then
    -- The last line first: it may also be the first.
    if #lines == span.last_row - span.first_row + 1 then
      lines[#lines] = lines[#lines]:sub(1, span.last_col)
    end
    lines[1] = (lines[1] or ""):sub(span.first_col + 1)
  end
end

---@param buf integer
---@return string "" for a buffer without a file
local function path_of(buf)
  local name = vim.api.nvim_buf_get_name(buf)
  if name == "" or vim.bo[buf].buftype ~= "" or name:find("^%a[%w+.-]+://") then return "" end
  return name
end

---@param lines string[]
---@return boolean
local function is_binary(lines)
  for _, line in ipairs(lines) do
    if line:find("%z") then return true end
  end
  return false
end

local ROOT_FRESH_NS = 5e9
local roots = {} ---@type table<string, { root: string, at_ns: integer }>

---The project's root, looked for again after a while: a key has no time to walk the folders.
---@param path string
---@return string
local function root_of(path)
  if path == "" then return "" end
  local known, now = roots[path], vim.uv.hrtime()
  if not known or now - known.at_ns > ROOT_FRESH_NS then
    known = { root = vim.fs.root(path, ROOT_MARKERS) or "", at_ns = now }
    roots[path] = known
  end
  return known.root
end

---What is known without looking for a range.
---@param buf integer 0 = the current one
---@return local_llm.Snapshot
function M.place(buf)
  if buf == 0 then buf = vim.api.nvim_get_current_buf() end
  local path = path_of(buf)
  return {
    buf = buf,
    tick = vim.api.nvim_buf_get_changedtick(buf),
    path = path,
    root = root_of(path),
    filetype = vim.bo[buf].filetype,
  }
end

---Complete a place with the text of a selection.
---@param place local_llm.Snapshot
---@param span local_llm.Selection
---@param lines string[] the full lines, from span.first_row
---@param omitted integer
---@param found { scope: string, enclosing: table[] }
---@return local_llm.Snapshot
function M.complete(place, span, lines, omitted, found)
  cut_columns(lines, span)
  return vim.tbl_extend("force", place, {
    kind = span.kind,
    first_row = span.first_row,
    last_row = span.last_row,
    first_col = span.first_col or span.left or 0,
    lines = lines,
    omitted_lines = omitted,
    scope = found.scope,
    enclosing = found.enclosing,
    diagnostics = diagnostics.within(place.buf, span.first_row, span.last_row),
    binary = is_binary(lines),
  })
end

---Why a snapshot cannot be explained, found without asking Python.
---@param snapshot local_llm.Snapshot
---@return local_llm.Failure|nil
function M.reject(snapshot)
  for _, line in ipairs(snapshot.lines) do
    if line:find("%S") then return nil end
  end
  local valid = vim.api.nvim_buf_is_valid(snapshot.buf)
  local whole = valid and vim.api.nvim_buf_line_count(snapshot.buf) == #snapshot.lines
  return {
    code = "InputRejected",
    message = (whole and "the buffer" or "the selection") .. " is empty",
    hint = "select the lines that you want explained",
    where = "",
  }
end

return M
