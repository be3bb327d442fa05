---The ticket of a suggestion: the place, and the text around it; field names are those of Ticket in
---python/local_llm/fim/ticket.py.
local M = {}

local snapshot = require("local_llm.snapshot")

local GRID = 64 -- rows; the text starts on a multiple, so that it starts alike for many keys
local ABOVE = 512 -- rows at least, where there are as many
local BELOW = 192
local MOST_BYTES = 96 * 1024

local last_id = 0

---@class local_llm.Ticket
---@field id integer
---@field buf integer
---@field tick integer
---@field row integer
---@field col integer
---@field before string
---@field after string

---The first row that is sent: on the grid, and not too many bytes before the cursor.
---@param buf integer
---@param row integer
---@return integer
local function first_row(buf, row)
  local first = math.max(0, row - ABOVE)
  first = first - first % GRID
  local offset = vim.api.nvim_buf_get_offset
  local here = offset(buf, row)
  while first < row and here - offset(buf, first) > MOST_BYTES do
    first = math.min(row, first + GRID)
  end
  return first
end

---@param buf integer
---@param row integer
---@return integer exclusive
local function end_row(buf, row)
  local count = vim.api.nvim_buf_line_count(buf)
  local last = math.min(count, row + BELOW)
  local offset = vim.api.nvim_buf_get_offset
  local here = offset(buf, row)
  while last > row + 1 and offset(buf, last) - here > MOST_BYTES do
    last = row + math.floor((last - row) / 2)
  end
  return last
end

---@param buf integer
---@return integer
local function shiftwidth(buf)
  local width = vim.bo[buf].shiftwidth
  return width > 0 and width or vim.bo[buf].tabstop
end

---@param buf integer the current buffer
---@param more { manual: boolean?, alternatives: integer?, typing_ms: number? }
---@return local_llm.Ticket
function M.take(buf, more)
  local cursor = vim.api.nvim_win_get_cursor(0)
  local row, col = cursor[1] - 1, cursor[2]
  local first, stop = first_row(buf, row), end_row(buf, row)
  local lines = vim.api.nvim_buf_get_lines(buf, first, stop, false)
  local here = row - first + 1
  local line = lines[here] or ""
  local before = table.concat(lines, "\n", 1, here - 1) .. (here > 1 and "\n" or "")
  local after = table.concat(lines, "\n", here + 1)
  local place = snapshot.place(buf)
  last_id = last_id + 1
  return {
    id = last_id,
    buf = buf,
    tick = place.tick,
    row = row,
    col = col,
    first_row = first,
    before = before .. line:sub(1, col),
    after = line:sub(col + 1) .. (here < #lines and "\n" .. after or ""),
    path = place.path,
    root = place.root,
    filetype = place.filetype,
    comment = vim.bo[buf].commentstring,
    expandtab = vim.bo[buf].expandtab,
    shiftwidth = shiftwidth(buf),
    tabstop = vim.bo[buf].tabstop,
    manual = more.manual or false,
    alternatives = more.alternatives or 0,
    typing_ms = more.typing_ms,
  }
end

return M
