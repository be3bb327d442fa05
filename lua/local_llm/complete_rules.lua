---When not to ask for a suggestion, because the answer would be useless or is not wanted.
local M = {}

local MOST_BYTES = 8 * 1024 * 1024
local LONGEST_LINE = 10000 -- bytes; longer ones are data, not text that somebody types
local CLOSERS = "^[%s%)%]}>'\"`;:,]*$"

---@type table<integer, string> buffers whose file Python refused, and its name then
local refused = {}

---Python says that this buffer's file never goes out.
---@param buf integer
function M.refuse(buf)
  refused[buf] = vim.api.nvim_buf_get_name(buf)
end

---Forget what was refused: the options have changed.
function M.forget()
  refused = {}
end

---@param filetype string
---@return boolean
local function denied(filetype)
  local rules = require("local_llm").options().complete.filetypes
  for i = #rules, 1, -1 do
    local name = rules[i]:gsub("^!", "")
    if name == filetype or name == "*" then return rules[i]:sub(1, 1) ~= "!" end
  end
  return false
end

---@return boolean
local function menu_is_open()
  if vim.fn.pumvisible() == 1 then return true end
  local blink = package.loaded["blink.cmp"]
  if blink and blink.is_menu_visible and blink.is_menu_visible() then return true end
  local cmp = package.loaded["cmp"]
  return cmp ~= nil and cmp.visible ~= nil and cmp.visible() == true
end

---Why nothing can be suggested in a buffer, asked for or not.
---@param buf integer
---@return string|nil
function M.impossible(buf)
  if vim.bo[buf].buftype ~= "" then return "this is no file" end
  if not vim.bo[buf].modifiable or vim.bo[buf].readonly then return "the buffer is read-only" end
  if vim.fn.getcmdwintype() ~= "" then return "this is the command-line window" end
  local lines = vim.api.nvim_buf_line_count(buf)
  if vim.api.nvim_buf_get_offset(buf, lines) > MOST_BYTES then return "the buffer is very large" end
  if #vim.api.nvim_get_current_line() > LONGEST_LINE then return "the line is very long" end
  if refused[buf] and refused[buf] == vim.api.nvim_buf_get_name(buf) then
    return "the file never goes out"
  end
end

---Why nothing is asked unasked at the cursor.
---@param buf integer
---@return string|nil
function M.reason(buf)
  if vim.fn.reg_recording() ~= "" or vim.fn.reg_executing() ~= "" then return "a macro" end
  local line, col = vim.api.nvim_get_current_line(), vim.api.nvim_win_get_cursor(0)[2]
  -- Within a word the text behind the cursor is no closer either.
  if not line:find(CLOSERS, col + 1) then return "text behind the cursor" end
  local impossible = M.impossible(buf)
  if impossible then return impossible end
  if denied(vim.bo[buf].filetype) then return "the filetype" end
  if not require("local_llm").options().complete.with_menu and menu_is_open() then
    return "a completion menu"
  end
end

return M
