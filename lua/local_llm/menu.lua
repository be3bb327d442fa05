---Whether a completion menu is open: Neovim's own, or that of blink.cmp or nvim-cmp.
local M = {}

---@return boolean
function M.is_open()
  if vim.fn.pumvisible() == 1 then return true end
  local blink = package.loaded["blink.cmp"]
  if blink and blink.is_menu_visible and blink.is_menu_visible() then return true end
  local cmp = package.loaded["cmp"]
  return cmp ~= nil and cmp.visible ~= nil and cmp.visible() == true
end

return M
