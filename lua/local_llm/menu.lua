---Whether a completion menu is open: Neovim's own, or that of blink.cmp or nvim-cmp.
local M = {}

local cmp_menu = nil ---@type { visible: fun(self: table): boolean }|nil while it is open

---Never `cmp.visible()`: that waits up to a second for nvim-cmp's sources, with ours among them.
---@return boolean
function M.is_open()
  if vim.fn.pumvisible() == 1 then return true end
  local blink = package.loaded["blink.cmp"]
  if blink and blink.is_menu_visible and blink.is_menu_visible() then return true end
  return cmp_menu ~= nil and cmp_menu:visible() == true
end

---Whether an open menu keeps suggestions off the screen.
---@return boolean
function M.hides()
  return not require("local_llm").options().complete.with_menu and M.is_open()
end

---Learn of nvim-cmp's menu, which tells by no autocommand, and of its end after every key.
---@param opened fun()
---@param closed fun()
---@return boolean|nil whether nvim-cmp is there
local function watch_cmp(opened, closed)
  local cmp = package.loaded["cmp"]
  if not cmp or not cmp.event then return nil end
  cmp.event:on("menu_opened", function(event)
    cmp_menu = event.window
    opened()
  end)
  cmp.event:on("menu_closed", function()
    if not cmp_menu then return end
    cmp_menu = nil
    closed()
  end)
  return true
end

---Call when a menu has opened and when it has closed.
---@param opened fun()
---@param closed fun()
function M.watch(opened, closed)
  local group = vim.api.nvim_create_augroup("local_llm.menu", {})
  local function on(event, callback, pattern)
    local options = { group = group, callback = callback, pattern = pattern }
    vim.api.nvim_create_autocmd(event, options)
  end
  local function call(what)
    return function()
      what()
    end
  end
  on("CompleteChanged", call(opened))
  on("CompleteDone", call(closed))
  on("User", call(opened), "BlinkCmpMenuOpen")
  on("User", call(closed), "BlinkCmpMenuClose")
  if watch_cmp(opened, closed) then return end
  on("InsertEnter", function() -- it may be loaded later; true takes this away
    return watch_cmp(opened, closed)
  end)
end

return M
