---Bringing a hunk before the user's eyes: the window, the cursor, folds, and room for virtual
---lines, for which the editor does not scroll.
local M = {}

---The window that shows a buffer: the current one, else one of this tab page, else any.
---@param buf integer
---@return integer|nil
function M.window(buf)
  local current = vim.api.nvim_get_current_win()
  if vim.api.nvim_win_get_buf(current) == buf then return current end
  for _, win in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    if vim.api.nvim_win_get_buf(win) == buf then return win end
  end
  return vim.fn.win_findbuf(buf)[1]
end

---@return integer rows of the screen that the cursor keeps from the edges
local function margin()
  return math.min(vim.wo.scrolloff, math.floor((vim.fn.winheight(0) - 1) / 2))
end

---@param first integer
---@param last integer
---@return integer rows of the screen; without virtual lines above the first
local function height(first, last)
  if last < first then return 0 end
  local range = { start_row = first, start_vcol = 0, end_row = last }
  return vim.api.nvim_win_text_height(0, range).all
end

---The line furthest down that may be the top one: the hunk begins there, or the cursor would be too
---near to the edge.
---@param first integer
---@return integer
local function lowest_top(first)
  local cursor, top = vim.api.nvim_win_get_cursor(0)[1] - 1, vim.fn.winsaveview().topline - 1
  local lowest = math.min(first, cursor)
  while lowest > top and height(lowest, cursor - 1) < margin() do
    lowest = lowest - 1
  end
  return lowest
end

---Scroll down until the virtual lines are seen, as far as it goes.
---@param first integer
---@param drawn local_llm.DiffDrawn
local function make_room_below(first, drawn)
  local top, lowest = vim.fn.winsaveview().topline - 1, lowest_top(first)
  local room = vim.fn.winheight(0) - drawn.count
  local wanted = top
  while wanted < lowest and height(wanted, drawn.row) > room do
    wanted = wanted + 1
  end
  if wanted ~= top then vim.fn.winrestview({ topline = wanted + 1, topfill = 0 }) end
end

---Virtual lines above the first line are seen only where the window is scrolled to them.
---@param drawn local_llm.DiffDrawn
local function make_room_above(drawn)
  local most = vim.fn.winheight(0) - 1 - margin()
  if vim.fn.line("w0") ~= 1 then return end
  vim.fn.winrestview({ topline = 1, topfill = math.max(0, math.min(drawn.count, most)) })
end

---@param first integer
---@param last integer
local function open_folds(first, last)
  for row = first, last do
    if vim.fn.foldclosed(row + 1) ~= -1 then vim.cmd(("%dfoldopen!"):format(row + 1)) end
  end
end

---@param row integer
---@return boolean
local function on_screen(row)
  vim.fn.winline() -- scrolls to the cursor where that is due
  return row + 1 >= vim.fn.line("w0") and row + 1 <= vim.fn.line("w$")
end

---@param win integer
---@return boolean whether the cursor may be moved: nobody types or selects at it
local function is_free(win)
  if win ~= vim.api.nvim_get_current_win() then return true end
  return vim.api.nvim_get_mode().mode == "n"
end

---@param row integer
local function go(row)
  local far = not on_screen(row)
  vim.cmd("normal! m'")
  vim.api.nvim_win_set_cursor(0, { row + 1, 0 })
  vim.cmd("normal! ^")
  if far then vim.cmd("normal! zz") end
end

---Show a hunk in a window.
---@param win integer
---@param first integer its first line, or the line that the cursor goes to for it
---@param drawn local_llm.DiffDrawn
---@param move boolean the cursor goes there, unless somebody types or selects at it
function M.hunk(win, first, drawn, move)
  vim.api.nvim_win_call(win, function()
    open_folds(first, drawn.row)
    if move and is_free(win) then go(first) end
    if not on_screen(first) then return end
    if drawn.above then
      make_room_above(drawn)
    else
      make_room_below(first, drawn)
    end
  end)
end

return M
