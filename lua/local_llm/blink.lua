---A source for blink.cmp: `providers = { local_llm = { module = "local_llm.blink" } }`.
local Source = {}
Source.__index = Source

function Source.new()
  return setmetatable({}, Source)
end

function Source:enabled()
  return true
end

---@param _context table
---@param callback fun(response: table)
---@return fun() cancel
function Source:get_completions(_context, callback)
  local wanted = true
  require("local_llm.menu_items").ask(function(items)
    if not wanted then return end
    -- The next letter is another question: nothing found now is complete.
    callback({ items = items, is_incomplete_forward = true, is_incomplete_backward = true })
  end)
  return function()
    wanted = false
  end
end

return Source
