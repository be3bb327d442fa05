---A source for blink.cmp, as a provider:
---`local_llm = { name = "llm", module = "local_llm.blink", async = true }`.
local Source = {}
Source.__index = Source

function Source.new()
  return setmetatable({}, Source)
end

function Source:get_trigger_characters()
  return require("local_llm.menu_items").TRIGGERS
end

---@param context table
---@param callback fun(response: table)
---@return fun() cancel
function Source:get_completions(context, callback)
  local trigger = context and context.trigger or {}
  local how = { manual = trigger.initial_kind == "manual" }
  return require("local_llm.menu_items").ask(function(items)
    -- The next letter is another question: nothing found now is complete.
    callback({ items = items, is_incomplete_forward = true, is_incomplete_backward = true })
  end, how)
end

return Source
