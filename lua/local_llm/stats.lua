---`:LocalStats`: what completion did, counted on this machine.
local M = {}

local host = require("local_llm.host")

local NAME = "local-llm://stats"

---@param message table
---@param done fun(lines: string[])
local function ask(message, done)
  local usage = package.loaded["local_llm.usage"]
  if usage then usage.flush() end -- so that the latest counts, too
  message.name = "stats"
  host.ask(message, function(data, failure)
    if failure then return host.complain(failure) end
    done(data.lines)
  end)
end

---Show the counts in a window.
function M.show()
  ask({}, function(lines)
    require("local_llm.preview").show(lines, NAME)
  end)
end

---Forget the counts.
function M.reset()
  ask({ reset = true }, function()
    require("local_llm.notice").show("the counts of suggestions start anew")
  end)
end

return M
