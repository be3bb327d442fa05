---After a change: which diagnostics are gone, which remain, which are new. Nothing counts as gone
---before the tool that had reported it has reported again.
local M = {}

local LIMIT_MS = 5000
local QUIET_MS = 300 -- servers report in parts

---@class local_llm.Recheck
---@field gone vim.Diagnostic[] of those that were meant
---@field remaining vim.Diagnostic[] of those that were meant
---@field new vim.Diagnostic[] in the buffer
---@field silent string[] names of tools that have not reported again

---@param item vim.Diagnostic
---@return string equal for the same complaint, wherever the line has moved to
local function key(item)
  return table.concat({ item.source or "", tostring(item.code or ""), item.message }, "\0")
end

---@param items vim.Diagnostic[]
---@return table<string, integer>
local function counted(items)
  local counts = {}
  for _, item in ipairs(items) do
    counts[key(item)] = (counts[key(item)] or 0) + 1
  end
  return counts
end

---Those of `items` that `others` does not have, one for one.
---@param items vim.Diagnostic[]
---@param others vim.Diagnostic[]
---@return vim.Diagnostic[] missing, vim.Diagnostic[] there
local function split(items, others)
  local left, missing, there = counted(others), {}, {}
  for _, item in ipairs(items) do
    local count = left[key(item)] or 0
    left[key(item)] = count - 1
    table.insert(count > 0 and there or missing, item)
  end
  return missing, there
end

---@param item vim.Diagnostic
---@return string
local function name_of(item)
  if item.source and item.source ~= "" then return item.source end
  local known = vim.diagnostic.get_namespaces()[item.namespace]
  return known and known.name or "a tool"
end

---@class local_llm.RecheckWatch
---@field buf integer
---@field meant vim.Diagnostic[]
---@field before vim.Diagnostic[]
---@field reported table<integer, boolean> by namespace
---@field group integer
---@field timer uv.uv_timer_t
---@field done fun(found: local_llm.Recheck)

---Look which tools have reported: those that told something, and those with nothing left to tell.
---@param it local_llm.RecheckWatch
---@param told vim.Diagnostic[]
local function note(it, told)
  for _, item in ipairs(told) do
    it.reported[item.namespace] = true
  end
  if #told > 0 then return end
  for _, item in ipairs(it.meant) do
    local left = vim.diagnostic.get(it.buf, { namespace = item.namespace })
    if #left == 0 then it.reported[item.namespace] = true end
  end
end

---@param it local_llm.RecheckWatch
---@return boolean
local function complete(it)
  return vim.iter(it.meant):all(function(item)
    return it.reported[item.namespace]
  end)
end

---@param it local_llm.RecheckWatch
local function finish(it)
  if it.timer:is_closing() then return end
  it.timer:close()
  pcall(vim.api.nvim_del_augroup_by_id, it.group)
  local now = vim.api.nvim_buf_is_valid(it.buf) and vim.diagnostic.get(it.buf) or {}
  local meant, silent = {}, {}
  for _, item in ipairs(it.meant) do
    if it.reported[item.namespace] then
      meant[#meant + 1] = item
    else
      silent[name_of(item)] = true
    end
  end
  local gone, remaining = split(meant, now)
  local new = split(now, it.before)
  local names = vim.tbl_keys(silent)
  table.sort(names)
  it.done({ gone = gone, remaining = remaining, new = new, silent = names })
end

---Watch from now on; `change` is made meanwhile. `done` is called once, within 5 s.
---@param buf integer
---@param meant vim.Diagnostic[] those that were to go
---@param before vim.Diagnostic[] all of the buffer, before the change
---@param done fun(found: local_llm.Recheck)
function M.watch(buf, meant, before, done)
  local group = vim.api.nvim_create_augroup("local_llm.recheck." .. buf, {})
  local timer = assert(vim.uv.new_timer())
  local it = { buf = buf, meant = meant, before = before, reported = {}, group = group }
  it.timer, it.done = timer, done
  local stop = vim.schedule_wrap(function()
    finish(it)
  end)
  local over = vim.uv.now() + LIMIT_MS
  timer:start(LIMIT_MS, 0, stop)
  vim.api.nvim_create_autocmd("DiagnosticChanged", {
    group = group,
    buffer = buf,
    callback = function(event)
      note(it, event.data and event.data.diagnostics or {})
      local left = math.max(0, over - vim.uv.now())
      if complete(it) then timer:start(math.min(QUIET_MS, left), 0, stop) end
    end,
  })
end

---@param items vim.Diagnostic[]
---@return string
local function listed(items)
  local parts = vim.tbl_map(function(item)
    local code = item.code and (" " .. tostring(item.code)) or ""
    return ("%s%s on line %d"):format(name_of(item), code, item.lnum + 1)
  end, vim.list_slice(items, 1, 3))
  if #items > 3 then parts[4] = "..." end
  return table.concat(parts, ", ")
end

---@param found local_llm.Recheck
---@return string for people
function M.report(found)
  local parts = {}
  local function add(items, word)
    if #items > 0 then parts[#parts + 1] = ("%d %s"):format(#items, word) end
  end
  add(found.gone, "gone")
  if #found.remaining > 0 then
    parts[#parts + 1] = ("%d remain (%s)"):format(#found.remaining, listed(found.remaining))
  end
  if #found.new > 0 then
    parts[#parts + 1] = ("%d new (%s)"):format(#found.new, listed(found.new))
  end
  for _, name in ipairs(found.silent) do
    parts[#parts + 1] = ("not re-checked: %s checks on save"):format(name)
  end
  return table.concat(parts, "; ")
end

return M
