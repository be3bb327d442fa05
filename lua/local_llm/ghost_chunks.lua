---Text as cells: what the editor would show of it, were it in the buffer.
local M = {}

---Write out tabs and control characters as the current window shows them.
---@param line string no line ends
---@param column integer display column where it begins, 0-based
---@return string
function M.expand(line, column)
  if not line:find("[^\32-\126]") then return line end
  local parts = {}
  for piece, tab in line:gmatch("([^\t]*)(\t?)") do
    parts[#parts + 1] = vim.fn.strtrans(piece)
    column = column + vim.fn.strdisplaywidth(piece, column)
    if tab ~= "" then
      local width = vim.fn.strdisplaywidth("\t", column)
      parts[#parts + 1] = (" "):rep(width)
      column = column + width
    end
  end
  return table.concat(parts)
end

---Go over a text by what fills cells: a character and those that combine with it.
---@param line string
---@return fun(): integer|nil, integer|nil the next one's byte, 1-based, and its cells
function M.characters(line)
  local at, index = 1, 0
  return function()
    if at > #line then return nil end
    local char = vim.fn.strcharpart(line, index, 1, true)
    local start = at
    at, index = at + #char, index + 1
    return start, vim.fn.strdisplaywidth(char)
  end
end

---Cut into rows of at most `width` cells.
---@param line string without tabs
---@param width integer
---@return string[]
function M.wrap(line, width)
  if width < 2 or vim.fn.strdisplaywidth(line) <= width then return { line } end
  local rows, from, cells = {}, 1, 0
  for at, size in M.characters(line) do
    if cells + size > width then
      rows[#rows + 1] = line:sub(from, at - 1)
      from, cells = at, 0
    end
    cells = cells + size
  end
  rows[#rows + 1] = line:sub(from)
  return rows
end

---Keep what fits, and say so where something does not.
---@param line string without tabs
---@param width integer cells
---@return string
function M.clip(line, width)
  if vim.fn.strdisplaywidth(line) <= width then return line end
  local cells = 0
  for at, size in M.characters(line) do
    cells = cells + size
    if cells >= width then return line:sub(1, at - 1) .. "…" end
  end
  return line
end

---Leave out the first cells; half of a wide character becomes a space.
---@param line string without tabs
---@param cells integer
---@return string
function M.skip(line, cells)
  if cells <= 0 then return line end
  local passed = 0
  for at, size in M.characters(line) do
    if passed >= cells then return (" "):rep(passed - cells) .. line:sub(at) end
    passed = passed + size
  end
  return ""
end

return M
