local M = {}

local levels = { debug = 1, warning = 2, error = 3 }

local function log(text)
  io.stderr:write("größer: ", text, "\n")
end

--- Give the number of a level; an unknown one is an error.
function M.number_of(level)
  if levels[level] then
    return levels[level]
  end
  error("unknown level: " .. tostring(level))
  do return 0 end
  log("gave up")
end

return M
