---The keys of the diff view: mapped in its buffer, for Normal mode, as long as it is open.
local M = {}

---@class local_llm.DiffKey
---@field name string the option below `keys.diff`
---@field lhs string
---@field desc string
---@field hint string|nil what the hint at a hunk says
---@field many boolean|nil it is of use only where several hunks are open

---@type local_llm.DiffKey[]
M.KEYS = {
  { name = "accept", lhs = "ga", desc = "accept the hunk", hint = "accept" },
  { name = "reject", lhs = "gx", desc = "reject the hunk", hint = "reject" },
  { name = "accept_all", lhs = "gA", desc = "accept all hunks", hint = "all", many = true },
  { name = "reject_all", lhs = "gX", desc = "reject all hunks", hint = "none", many = true },
  { name = "next", lhs = "]c", desc = "next hunk", hint = "next", many = true },
  { name = "previous", lhs = "[c", desc = "previous hunk" },
}

---@class local_llm.DiffMapping
---@field lhs string
---@field plug string
---@field before table|nil the user's own mapping of the buffer, as maparg() tells

---@param name string
---@return string
local function plug_of(name)
  return ("<Plug>(local-llm-diff-%s)"):format((name:gsub("_", "-")))
end

---@param key local_llm.DiffKey
---@return string|false
local function lhs_of(key)
  local keys = require("local_llm").options().keys or {}
  local wanted = (keys.diff or {})[key.name]
  if wanted == nil then return key.lhs end
  return wanted ~= "" and wanted or false
end

---@param open integer hunks
---@return string such as "ga accept, gx reject"; "" where there are no keys
function M.hint(open)
  local words = {}
  for _, key in ipairs(M.KEYS) do
    local lhs = lhs_of(key)
    if lhs and key.hint and (open > 1 or not key.many) then
      words[#words + 1] = lhs .. " " .. key.hint
    end
  end
  return table.concat(words, ", ")
end

---@param key local_llm.DiffKey
---@param lhs string
---@return local_llm.DiffMapping
local function map(key, lhs)
  local before = vim.fn.maparg(lhs, "n", false, true)
  local plug = plug_of(key.name)
  local options = { buffer = true, nowait = true, silent = true, remap = true }
  options.desc = "local-llm: " .. key.desc
  vim.keymap.set("n", lhs, plug, options)
  return { lhs = lhs, plug = plug, before = before.buffer == 1 and before or nil }
end

---@param mapping local_llm.DiffMapping
local function unmap(mapping)
  local now = vim.fn.maparg(mapping.lhs, "n", false, true)
  -- Somebody may have mapped it meanwhile; then it is theirs.
  if now.buffer ~= 1 or now.rhs ~= mapping.plug then return end
  vim.keymap.del("n", mapping.lhs, { buffer = true })
  if mapping.before then vim.fn.mapset("n", false, mapping.before) end
end

---@param buf integer
---@return local_llm.DiffMapping[] for `unset`
function M.set(buf)
  local mappings = {}
  vim.api.nvim_buf_call(buf, function()
    for _, key in ipairs(M.KEYS) do
      local lhs = lhs_of(key)
      if lhs then mappings[#mappings + 1] = map(key, lhs) end
    end
  end)
  return mappings
end

---Take the keys away, and put back what the user had mapped in the buffer.
---@param buf integer
---@param mappings local_llm.DiffMapping[]
function M.unset(buf, mappings)
  if not vim.api.nvim_buf_is_valid(buf) then return end
  vim.api.nvim_buf_call(buf, function()
    for _, mapping in ipairs(mappings) do
      unmap(mapping)
    end
  end)
end

return M
