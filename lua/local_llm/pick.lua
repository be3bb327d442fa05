---Choosing a model or a backend: through `vim.ui.select`, or by name with completion.
local M = {}

local host = require("local_llm.host")

-- How long completion waits for a server to name its models.
local PATIENCE_MS = 1000

---@class local_llm.PickItem
---@field name string
---@field label string
---@field current boolean|nil

---@param item local_llm.PickItem
---@return string
local function label(item)
  return (item.current and "● " or "  ") .. (item.label or item.name)
end

---Let the user choose, and tell Python.
---@param data { title: string, items: local_llm.PickItem[], verb: string }
function M.choose(data)
  if #data.items == 0 then
    require("local_llm.notice").show(data.title .. ": there is none", vim.log.levels.WARN)
    return
  end
  local options = { prompt = data.title, format_item = label, kind = "local_llm" }
  vim.ui.select(data.items, options, function(item)
    if item then M.use(data.verb, item.name) end
  end)
end

---Options may differ by project, so Python is told which one this is about.
---@return string "" outside of any
local function root()
  return require("local_llm.snapshot").place(0).root
end

---@param verb "use_model"|"use_backend"
---@param name string
function M.use(verb, name)
  local message = { name = verb, id = host.new_id(), root = root() }
  message[verb == "use_model" and "model" or "backend"] = name
  local failure = host.notify(message)
  if failure then host.complain(failure) end
end

---Ask for the list, then let the user choose.
---@param list "models"|"backends"
function M.ask(list)
  host.ask({ name = list, root = root() }, function(data, failure)
    if failure then return host.complain(failure) end
    M.choose(data)
  end)
end

---Names for completion; waits a moment, since the user has asked for them.
---@param list "models"|"backends"|"engines"
---@param lead string
---@return string[]
function M.names(list, lead)
  local data, finished = nil, false
  host.ask({ name = list, root = root() }, function(reply)
    data, finished = reply, true
  end)
  vim.wait(PATIENCE_MS, function()
    return finished
  end, 10)
  local names = {}
  for _, item in ipairs(data and data.items or {}) do
    if vim.startswith(item.name, lead) then names[#names + 1] = item.name end
  end
  return names
end

return M
