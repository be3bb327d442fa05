---Putting hunks into the text, as one step of undo.
local M = {}

local MARKS = "abcdefghijklmnopqrstuvwxyz"

---The bytes in which two lines differ; whole characters.
---@param old string
---@param new string
---@return integer first, integer old_stop, integer new_stop 0-based, exclusive
local function difference(old, new)
  local most, first, tail = math.min(#old, #new), 0, 0
  while first < most and old:byte(first + 1) == new:byte(first + 1) do
    first = first + 1
  end
  while tail < most - first and old:byte(#old - tail) == new:byte(#new - tail) do
    tail = tail + 1
  end
  local function inside(line, at)
    return line:find("^[\128-\191]", at + 1) ~= nil
  end
  while first > 0 and (inside(old, first) or inside(new, first)) do
    first = first - 1
  end
  while tail > 0 and (inside(old, #old - tail) or inside(new, #new - tail)) do
    tail = tail - 1
  end
  return first, #old - tail, #new - tail
end

---@param buf integer
---@param row integer
---@param new string
local function change(buf, row, new)
  local old = vim.api.nvim_buf_get_lines(buf, row, row + 1, true)[1]
  if old == new then return end
  local first, old_stop, new_stop = difference(old, new)
  local piece = new:sub(first + 1, new_stop)
  vim.api.nvim_buf_set_text(buf, row, first, row, old_stop, { piece })
end

---@param buf integer
---@param part local_llm.DiffPart
---@param row integer where the hunk begins
local function put(buf, part, row)
  local first = row - part.skip
  local now = vim.api.nvim_buf_get_lines(buf, first, first + #part.kept, false)
  if not vim.deep_equal(now, part.kept) then error("the text was edited", 0) end
  for index = #part.steps, 1, -1 do
    local step = part.steps[index]
    local at = row + step.row
    if step.count == #step.lines then
      for offset, line in ipairs(step.lines) do
        change(buf, at + offset - 1, line)
      end
    else
      vim.api.nvim_buf_set_lines(buf, at, at + step.count, true, step.lines)
    end
  end
end

---@param buf integer
---@param row integer first row of a hunk
---@param steps local_llm.DiffStep[]
---@return table<string, integer[]> where the user's marks in its lines will be: row and column
local function marks_of(buf, row, steps)
  local marks = {}
  for name in MARKS:gmatch(".") do
    local at = vim.api.nvim_buf_get_mark(buf, name)
    local shift = 0
    for _, step in ipairs(steps) do
      local offset = at[1] - 1 - row - step.row
      if offset >= 0 and offset < step.count and step.count == #step.lines then
        marks[name] = { at[1] + shift, at[2] }
      end
      shift = shift + #step.lines - step.count
    end
  end
  return marks
end

---@param buf integer
---@param marks table<string, integer[]>
local function set_marks(buf, marks)
  for name, at in pairs(marks) do
    local line = vim.api.nvim_buf_get_lines(buf, at[1] - 1, at[1], false)[1] or ""
    vim.api.nvim_buf_set_mark(buf, name, at[1], math.min(at[2], math.max(#line - 1, 0)), {})
  end
end

---Whatever was changed just before is a step of its own.
---@param buf integer
local function break_undo(buf)
  vim.api.nvim_buf_call(buf, function()
    vim.cmd("noautocmd let &g:undolevels = &g:undolevels")
  end)
end

---Put parts into the text.
---@param buf integer
---@param parts local_llm.DiffPart[] from top to bottom
---@param rows table<local_llm.DiffPart, integer> where they begin
---@return boolean ok, string|nil reason
function M.put(buf, parts, rows)
  if not vim.bo[buf].modifiable then return false, "the buffer cannot be changed" end
  break_undo(buf)
  local ok, failure = pcall(function()
    for index = #parts, 1, -1 do
      local part = parts[index]
      -- In 0.10 a change in a line takes the user's marks off it.
      local marks = marks_of(buf, rows[part], part.steps)
      put(buf, part, rows[part])
      set_marks(buf, marks)
    end
  end)
  break_undo(buf)
  return ok, not ok and tostring(failure) or nil
end

return M
