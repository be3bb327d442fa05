---Going to the code that a past answer is about.
local M = {}

local notice = require("local_llm.notice")
local text = require("local_llm.history_text")

---@param message string
local function warn(message)
  notice.show(message, vim.log.levels.WARN)
end

---@param path string
---@return integer|nil win of this tab page that shows the file
local function window_of(path)
  for _, win in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    local float = vim.api.nvim_win_get_config(win).relative ~= ""
    if not float and vim.api.nvim_buf_get_name(vim.api.nvim_win_get_buf(win)) == path then
      return win
    end
  end
end

---Show the file in the current window, or beside it where its buffer must not be left.
---@param path string
---@return boolean
local function open(path)
  local win = window_of(path)
  vim.cmd.normal({ "m'", bang = true })
  if win then
    vim.api.nvim_set_current_win(win)
    return true
  end
  local leave = not vim.bo.modified or vim.o.hidden or vim.bo.bufhidden == "hide"
  local file = vim.fn.fnameescape(path)
  -- A swap file, or an autocommand of the user's, may end this with an error of its own.
  local ok, problem = pcall(leave and vim.cmd.edit or vim.cmd.split, file)
  if not ok then warn(tostring(problem):gsub("^Vim%b():", "")) end
  return ok
end

---Whether there is something to open: the file, or a buffer that was never written.
---@param path string
---@return boolean
local function there(path)
  local stat = vim.uv.fs_stat(path)
  return (stat ~= nil and stat.type == "file") or vim.fn.bufloaded(path) == 1
end

---@param past local_llm.Past
---@return boolean whether the file is shown
function M.go(past)
  if past.path == "" then
    warn("that answer is about text without a file")
    return false
  end
  if not there(past.path) then
    warn(("%s is gone"):format(text.file(past)))
    return false
  end
  if not open(past.path) then return false end
  local rows = vim.api.nvim_buf_line_count(0)
  vim.api.nvim_win_set_cursor(0, { math.min(past.first_row + 1, rows), 0 })
  vim.cmd.normal({ "zv^", bang = true })
  if past.first_row >= rows then
    local message = "%s has %d line%s now; the answer is about line %d"
    warn(message:format(text.file(past), rows, rows == 1 and "" or "s", past.first_row + 1))
  end
  return true
end

return M
