---When not to ask for a suggestion, because the answer would be useless or is not wanted.
local M = {}

local menu = require("local_llm.menu")

local MOST_BYTES = 8 * 1024 * 1024
local LONGEST_LINE = 10000 -- bytes; longer ones are data, not text that somebody types
local CLOSERS = "^[%s%)%]}>'\"`;:,]*$"

---@class local_llm.Refusal
---@field name string the file's, then
---@field filetype string likewise
---@field rule string the rule that fired

---@type table<integer, local_llm.Refusal> buffers that Python refused
local refused = {}

---Python says that this buffer never goes out.
---@param buf integer
---@param rule string|nil
function M.refuse(buf, rule)
  if not vim.api.nvim_buf_is_valid(buf) then return end
  local name, filetype = vim.api.nvim_buf_get_name(buf), vim.bo[buf].filetype
  refused[buf] = { name = name, filetype = filetype, rule = rule or "a rule of the guard" }
end

---The rule by which a buffer never goes out, as far as Python has said so.
---@param buf integer
---@return string|nil
local function refusal(buf)
  local it = refused[buf]
  local same = it and it.name == vim.api.nvim_buf_get_name(buf)
  if same and it.filetype == vim.bo[buf].filetype then return it.rule end
end

---Forget what was refused: the options have changed, or a list of patterns.
function M.forget()
  refused = {}
end

---Whether `complete.filetypes` leaves a filetype out; the last rule that fits decides.
---@param filetype string
---@return boolean
function M.denied(filetype)
  local rules = require("local_llm").options().complete.filetypes
  for i = #rules, 1, -1 do
    local name = rules[i]:gsub("^!", "")
    if name == filetype or name == "*" then return rules[i]:sub(1, 1) ~= "!" end
  end
  return false
end

---Why nothing can be suggested in the current buffer, asked for or not.
---@return string|nil
function M.impossible()
  local buf = vim.api.nvim_get_current_buf()
  if vim.fn.getcmdwintype() ~= "" then return "this is the command-line window" end
  if vim.bo[buf].buftype ~= "" then return "this is no file" end
  if not vim.bo[buf].modifiable or vim.bo[buf].readonly then return "the buffer is read-only" end
  local lines = vim.api.nvim_buf_line_count(buf)
  if vim.api.nvim_buf_get_offset(buf, lines) > MOST_BYTES then return "the buffer is very large" end
  if #vim.api.nvim_get_current_line() > LONGEST_LINE then return "the line is very long" end
  local rule = refusal(buf)
  if rule then return ("the file never goes out (%s)"):format(rule) end
end

---Why nothing is asked unasked at the cursor.
---@param allowed? { menu: boolean } a menu may be open: it is a menu that asks
---@return string|nil
function M.reason(allowed)
  if vim.fn.reg_recording() ~= "" or vim.fn.reg_executing() ~= "" then return "a macro" end
  local line, col = vim.api.nvim_get_current_line(), vim.api.nvim_win_get_cursor(0)[2]
  -- Within a word the text behind the cursor is no closer either.
  if not line:find(CLOSERS, col + 1) then return "text behind the cursor" end
  local impossible = M.impossible()
  if impossible then return impossible end
  if M.denied(vim.bo.filetype) then return "the filetype" end
  if not (allowed and allowed.menu) and menu.hides() then return "a completion menu" end
end

return M
