---Pieces of other files that belong to a diagnostic, each once.
local M = {}

local bags = require("local_llm.gather_bag")
local read = require("local_llm.context_read")

local ABOVE = 4 -- rows of a place that nobody has told the extent of
local BELOW = 16

---@param bag local_llm.Bag
---@param place local_llm.Definition
local function read_place(bag, place)
  local arrived = bags.expect(bag, "lines of " .. vim.fs.basename(place.path))
  read.lines(place.path, place.first, place.stop, place.row, function(text, first)
    if text and bag.done then
      local lines = vim.split(text, "\n", { plain = true })
      table.insert(bag.found.definitions, { path = place.path, first_row = first, lines = lines })
    end
    arrived()
  end)
end

---Read a definition, unless it is in the prompt in any case.
---@param bag local_llm.Bag
---@param buf integer the file asked about
---@param place local_llm.Definition
function M.take(bag, buf, place)
  for _, other in ipairs(bag.places) do
    local inside = place.row >= other.first and place.row < other.stop
    if other.path == place.path and inside then return end
  end
  table.insert(bag.places, place)
  if place.path == vim.api.nvim_buf_get_name(buf) then
    local before, behind = bag.found.before.first_row, bag.found.behind
    if place.row >= before and place.row < behind.first_row + #behind.lines then return end
  end
  read_place(bag, place)
end

---Read the lines around a row.
---@param bag local_llm.Bag
---@param buf integer the file asked about
---@param path string
---@param row integer 0-based
function M.around(bag, buf, path, row)
  local first = math.max(0, row - ABOVE)
  M.take(bag, buf, { path = path, row = row, first = first, stop = row + BELOW })
end

return M
