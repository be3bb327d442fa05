---Default keys, each set only where nothing is mapped. A key left alone is remembered for
---`:checkhealth`.
local M = {}

---@class local_llm.LeftKey
---@field name string the option, such as "explain"
---@field lhs string
---@field mode string
---@field taken_by string what the key does, as far as the editor tells

---@type local_llm.LeftKey[]
M.left_alone = {}

-- The defaults stand here as well as in the schema, so that an editor without a `setup{}` need
-- not load that at its start; a test keeps the two equal.
M.DEFAULTS = {
  complete = "<M-Bslash>",
  explain = "<leader>le",
  stop = "<leader>ls",
  wtf = "<leader>lw",
  wtf_fix = "<leader>lf",
}
local MODES = { complete = { "i" } }

---@type { mode: string, lhs: string, plug: string }[]
local ours = {}

---@param name string
local function plug_of(name)
  return ("<Plug>(local-llm-%s)"):format((name:gsub("_", "-")))
end

---@param mapping table what maparg() returns
---@return string
local function describe(mapping)
  if mapping.desc and mapping.desc ~= "" then return mapping.desc end
  if mapping.rhs and mapping.rhs ~= "" then return mapping.rhs end
  return "a Lua function"
end

local function take_back()
  for _, set in ipairs(ours) do
    local now = vim.fn.maparg(set.lhs, set.mode, false, true)
    if now.rhs == set.plug and now.buffer == 0 then pcall(vim.keymap.del, set.mode, set.lhs) end
  end
  ours, M.left_alone = {}, {}
end

---@param name string
---@param lhs string
---@param mode string
local function set_if_free(name, lhs, mode)
  local mapping = vim.fn.maparg(lhs, mode, false, true)
  local plug = plug_of(name)
  if vim.tbl_isempty(mapping) then
    vim.keymap.set(mode, lhs, plug, { remap = true, desc = "local-llm: " .. name })
    table.insert(ours, { mode = mode, lhs = lhs, plug = plug })
  elseif mapping.rhs ~= plug then
    table.insert(
      M.left_alone,
      { name = name, lhs = lhs, mode = mode, taken_by = describe(mapping) }
    )
  end
end

---The schema is loaded only where somebody has set something.
---@return table
local function options()
  local plugin = require("local_llm")
  local env = vim.env
  local in_env = env.LOCAL_LLM_KEYS__EXPLAIN
    or env.LOCAL_LLM_KEYS__STOP
    or env.LOCAL_LLM_KEYS__COMPLETE
  return (plugin.is_set_up() or in_env) and plugin.options().keys or {}
end

---Set the keys of the options in force; those set by an earlier call are taken back first.
function M.apply()
  take_back()
  local wanted = options()
  for name, default in vim.spairs(M.DEFAULTS) do
    local lhs = wanted[name]
    if lhs == nil then lhs = default end
    for _, mode in ipairs(MODES[name] or { "n", "x" }) do
      if lhs and lhs ~= "" then set_if_free(name, lhs, mode) end
    end
  end
end

return M
