---Whether suggestions come of their own accord, and who shows them.
local M = {}

local switched = nil ---@type boolean|nil what :LocalComplete said last

---@return table
local function options()
  return require("local_llm").options().complete
end

---@param on boolean
function M.set(on)
  switched = on
end

---@return boolean
function M.is_on()
  if switched ~= nil then return switched end
  return options().auto
end

---@return boolean whether Neovim itself is to show them
function M.by_neovim()
  return options().display == "lsp"
end

---@return boolean whether they come as our ghost text
function M.by_ghost()
  if not M.is_on() then return false end
  local display = options().display
  return display == "ghost" or display == "lsp" and not require("local_llm.inline_lsp").possible()
end

---@return boolean
function M.in_insert_mode()
  return vim.api.nvim_get_mode().mode:sub(1, 1) == "i"
end

return M
