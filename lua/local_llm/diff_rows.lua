---Lines that are not in the buffer, as the rows of cells that its windows would show of them.
---Virtual lines neither wrap nor, before 0.11, scroll sideways.
local M = {}

local chunks = require("local_llm.ghost_chunks")

local SCROLLS = vim.fn.has("nvim-0.11") == 1
local UNSEEN = 80 -- columns, while no window shows the buffer

---@alias local_llm.DiffCells { [1]: string, [2]: string }[] text and highlight group

---@class local_llm.DiffLook how the windows of a buffer show text
---@field width integer cells of text in the narrowest
---@field reach integer cells that a row must fill
---@field left integer cells that must be left out, as they are scrolled out
---@field indent integer cells that will be scrolled out
---@field wrap boolean
---@field overflow "scroll"|nil

---What the rows depend on, besides scrolling sideways; may be asked while the screen is drawn.
---@param buf integer
---@return string
function M.shape(buf)
  local parts = { vim.bo[buf].tabstop, vim.bo[buf].vartabstop }
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    local info, option = vim.fn.getwininfo(win)[1], vim.wo[win]
    local look = { info.width - info.textoff, tostring(option.wrap), tostring(option.list) }
    vim.list_extend(parts, vim.list_extend(look, { option.listchars }))
  end
  return table.concat(parts, "\0")
end

---@param info table of getwininfo()
---@return integer
local function leftcol_of(info)
  if info.leftcol then return info.leftcol end -- since 0.11
  return vim.api.nvim_win_call(info.winid, vim.fn.winsaveview).leftcol
end

---@param buf integer
---@return local_llm.DiffLook
function M.look(buf)
  local width, reach, left, wrap = math.huge, 0, 0, false
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    local info = vim.fn.getwininfo(win)[1]
    local cells, leftcol = math.max(1, info.width - info.textoff), leftcol_of(info)
    width, reach = math.min(width, cells), math.max(reach, cells + leftcol)
    left, wrap = math.max(left, leftcol), wrap or vim.wo[win].wrap
  end
  if reach == 0 then
    width, reach = UNSEEN, UNSEEN
  end
  local look = { width = width, reach = reach, left = 0, indent = 0, wrap = wrap }
  if SCROLLS and not wrap then
    look.overflow, look.indent = "scroll", left
  elseif not wrap then
    look.left = left
  end
  return look
end

---Tabs and control characters written out; what is in the ranges has a group of its own.
---@param line string
---@param ranges local_llm.DiffRange[]
---@param plain string group
---@param marked string group
---@return local_llm.DiffCells
local function cells_of(line, ranges, plain, marked)
  local cells, column, at = {}, 0, 0
  local function add(stop, group)
    if stop <= at then return end
    local text = chunks.expand(line:sub(at + 1, stop), column)
    column, at = column + vim.fn.strdisplaywidth(text, column), stop
    cells[#cells + 1] = { text, group }
  end
  for _, range in ipairs(ranges) do
    add(range[1], plain)
    add(range[2], marked)
  end
  add(#line, plain)
  return cells
end

---@param cells local_llm.DiffCells
---@return integer
local function width_of(cells)
  local width = 0
  for _, cell in ipairs(cells) do
    width = width + vim.fn.strdisplaywidth(cell[1])
  end
  return width
end

---@param cells local_llm.DiffCells
---@param width integer
---@return local_llm.DiffCells[]
local function wrapped(cells, width)
  if width_of(cells) <= width then return { cells } end
  local rows, row, filled = {}, {}, 0
  for _, cell in ipairs(cells) do
    local from = 1
    for at, size in chunks.characters(cell[1]) do
      if filled + size > width and filled > 0 then
        row[#row + 1] = { cell[1]:sub(from, at - 1), cell[2] }
        rows[#rows + 1], row, filled, from = row, {}, 0, at
      end
      filled = filled + size
    end
    row[#row + 1] = { cell[1]:sub(from), cell[2] }
  end
  rows[#rows + 1] = row
  return rows
end

---@param cells local_llm.DiffCells
---@param left integer
---@return local_llm.DiffCells
local function skipped(cells, left)
  local rest = {}
  for _, cell in ipairs(cells) do
    local width = vim.fn.strdisplaywidth(cell[1])
    if width > left then rest[#rest + 1] = { chunks.skip(cell[1], left), cell[2] } end
    left = math.max(0, left - width)
  end
  return rest
end

---@param row local_llm.DiffCells
---@param width integer
---@param group string
---@return local_llm.DiffCells
local function filled(row, width, group)
  local used = width_of(row)
  if used < width then row[#row + 1] = { (" "):rep(width - used), group } end
  return row
end

---The rows of some lines; called with a window of the buffer as the current one.
---@param lines string[]
---@param ranges table<integer, local_llm.DiffRange[]> by 1-based line
---@param look local_llm.DiffLook
---@param plain string highlight group
---@param marked string highlight group
---@return local_llm.DiffCells[]
function M.of(lines, ranges, look, plain, marked)
  local rows = {}
  for index, line in ipairs(lines) do
    local cells = cells_of(line, ranges[index] or {}, plain, marked)
    local parts = look.wrap and wrapped(cells, look.width) or { skipped(cells, look.left) }
    for _, part in ipairs(parts) do
      rows[#rows + 1] = filled(part, look.reach, plain)
    end
  end
  return rows
end

return M
