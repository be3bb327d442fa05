---A timer for what moves while an answer is under way. At most ten calls a second; a tick that the
---editor has not got round to yet is not queued a second time.
local M = {}

local EVERY_MS = 100
local FRAMES = { "⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏" }

---@class local_llm.Spinner
---@field stop fun() may be called twice

---@param tick integer
---@return string
function M.frame(tick)
  return FRAMES[tick % #FRAMES + 1]
end

---@param on_tick fun(tick: integer) called on the main loop until stopped; an error stops it
---@return local_llm.Spinner
function M.start(on_tick)
  local timer = assert(vim.uv.new_timer())
  local tick, queued = 0, false
  local function stop()
    if not timer:is_closing() then timer:close() end
  end
  local function run()
    queued = false
    if timer:is_closing() then return end
    tick = tick + 1
    local ok, problem = pcall(on_tick, tick)
    if ok then return end
    stop()
    require("local_llm.log").write("editor", "spinner: " .. tostring(problem))
  end
  timer:start(EVERY_MS, EVERY_MS, function()
    if queued then return end
    queued = true
    vim.schedule(run)
  end)
  return { stop = stop }
end

return M
