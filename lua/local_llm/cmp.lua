---A source for nvim-cmp: `require("local_llm.cmp").register()`, then the source "local_llm".
local Source = {}
Source.__index = Source

function Source.new()
  return setmetatable({}, Source)
end

---Make the source known to nvim-cmp.
function Source.register()
  require("cmp").register_source("local_llm", Source.new())
end

function Source:get_debug_name()
  return "local_llm"
end

function Source:get_position_encoding_kind()
  return "utf-8"
end

function Source:get_trigger_characters()
  return require("local_llm.menu_items").TRIGGERS
end

---@param params table
---@param callback fun(response: table)
function Source:complete(params, callback)
  local context = params and params.context
  local how = { manual = context and context.get_reason and context:get_reason() == "manual" }
  require("local_llm.menu_items").ask(function(items)
    -- The next letter is another question: nothing found now is complete.
    callback({ items = items, isIncomplete = true })
  end, how)
end

return Source
