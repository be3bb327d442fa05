---The ticket of a suggestion: the place, and the text around it; field names are those of Ticket in
---python/local_llm/fim/ticket.py.
local M = {}

local snapshot = require("local_llm.snapshot")

local GRID = 64 -- rows; the text starts on a multiple, so that it starts alike for many keys
local ABOVE = 512 -- rows at least, where there are as many
local BELOW = 192
local MOST_BYTES = 96 * 1024

local last_id = 0

---@class local_llm.Around the lines around the cursor's, which stay while somebody types in it
---@field buf integer
---@field row integer
---@field first integer the first row
---@field before string the lines above, each with its end
---@field after string those below, each with a line end before it

local around = nil ---@type local_llm.Around|nil
local watched = {} ---@type table<integer, boolean>

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

---Forget the lines around when one of them changes.
---@param buf integer
---@return boolean|nil whether that will be seen
local function watch(buf)
  if watched[buf] then return true end
  local function forget()
    if around and around.buf == buf then around = nil end
  end
  watched[buf] = vim.api.nvim_buf_attach(buf, false, {
    on_lines = function(_, _, _, first, last, new_last)
      local row = around and around.row
      if first ~= row or last ~= row + 1 or new_last ~= row + 1 then forget() end
    end,
    on_reload = forget,
    on_detach = function()
      watched[buf] = nil
      forget()
    end,
  }) or nil
  return watched[buf]
end

---@param buf integer
---@param row integer the cursor's
---@return local_llm.Around
local function read(buf, row)
  local first, stop = first_row(buf, row), end_row(buf, row)
  local lines = vim.api.nvim_buf_get_lines(buf, first, stop, false)
  local here = row - first + 1
  local before = table.concat(lines, "\n", 1, here - 1) .. (here > 1 and "\n" or "")
  local after = here < #lines and "\n" .. table.concat(lines, "\n", here + 1) or ""
  return { buf = buf, row = row, first = first, before = before, after = after }
end

---The lines around the cursor's. Reading 700 takes 0.2 ms, and a key has 3 for everything.
---@param buf integer
---@param row integer the cursor's
---@return local_llm.Around
local function lines_around(buf, row)
  local held = watch(buf) and around
  if held and held.buf == buf and held.row == row then return held end
  around = read(buf, row)
  return around
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
  local lines, line = lines_around(buf, row), vim.api.nvim_get_current_line()
  local place = snapshot.place(buf)
  last_id = last_id + 1
  return {
    id = last_id,
    buf = buf,
    tick = place.tick,
    row = row,
    col = col,
    first_row = lines.first,
    before = lines.before .. line:sub(1, col),
    after = line:sub(col + 1) .. lines.after,
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
