---Room below the cursor's line: the editor scrolls for a cursor, not for virtual lines, and at the
---bottom of a window nobody would see what a key is about to insert.
local M = {}

---Rows that the cursor's line takes above the cursor, and from there on.
---@param row integer
---@param col integer bytes
---@return integer above, integer below the cursor's own row counted
local function rows_around(row, col)
  local height = vim.api.nvim_win_text_height
  local range = { start_row = row, start_vcol = 0, end_row = row }
  local all = height(0, range).all
  if col == 0 or not vim.wo.wrap then return 0, all end
  range.end_vcol = vim.fn.virtcol({ row + 1, col })
  local upto = height(0, range).all
  return upto - 1, all - upto + 1
end

---Scroll down by whole lines.
---@param rows integer screen rows that are wanted at least
local function scroll(rows)
  local top = vim.fn.winsaveview().topline
  while rows > 0 do
    local range = { start_row = top - 1, start_vcol = 0, end_row = top - 1 }
    rows = rows - vim.api.nvim_win_text_height(0, range).all
    top = top + 1
  end
  vim.fn.winrestview({ topline = top })
end

---Scroll the current window so that virtual lines below the cursor's line are seen; never by more
---than half of it, and not so far that 'scrolloff' would scroll it back.
---@param row integer of the cursor, 0-based
---@param col integer of the cursor, bytes
---@param count integer virtual lines
function M.make_room(row, col, count)
  local height, at = vim.fn.winheight(0), vim.fn.winline()
  local above, below = rows_around(row, col)
  local hidden = at + below - 1 + count - height
  if hidden <= 0 then return end
  local margin = math.min(vim.wo.scrolloff, math.floor((height - 1) / 2))
  local room = math.min(at - above - 1 - margin, math.floor(height / 2))
  scroll(math.min(hidden, room))
end

return M
