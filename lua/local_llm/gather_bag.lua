---Collects what comes from several places until all has come or the time is over.
local M = {}

---@class local_llm.Bag
---@field found local_llm.Gathered
---@field waiting table<string, integer> what is still to come, in words: how often
---@field places local_llm.Definition[] that are taken care of
---@field names table<string, boolean> that servers are asked about
---@field done fun(found: local_llm.Gathered)|nil nil once called

---@param found local_llm.Gathered what is there already
---@param done fun(found: local_llm.Gathered) called once
---@return local_llm.Bag
function M.new(found, done)
  return { found = found, waiting = {}, places = {}, names = {}, done = done }
end

---Put what came in any order into one: the same question makes the same prompt, which the server
---has read then, and which is answered from memory.
---@param found local_llm.Gathered
local function sort(found)
  table.sort(found.definitions, function(a, b)
    if a.path ~= b.path then return a.path < b.path end
    return a.first_row < b.first_row
  end)
  table.sort(found.hovers, function(a, b)
    if a.name ~= b.name then return a.name < b.name end
    return a.text < b.text
  end)
end

---Hand over what is there; what comes later is named, and nobody's.
---@param bag local_llm.Bag
function M.close(bag)
  local done = bag.done
  if not done then return end
  bag.done = nil
  bag.found.late = vim.tbl_keys(bag.waiting)
  table.sort(bag.found.late)
  sort(bag.found)
  done(bag.found)
end

---Something is on its way.
---@param bag local_llm.Bag
---@param what string in words
---@return fun() arrived to be called once
function M.expect(bag, what)
  bag.waiting[what] = (bag.waiting[what] or 0) + 1
  return function()
    local left = bag.waiting[what] - 1
    bag.waiting[what] = left > 0 and left or nil
    if not next(bag.waiting) then M.close(bag) end
  end
end

return M
