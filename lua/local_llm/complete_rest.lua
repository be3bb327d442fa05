---The question that is asked when typing has rested: one at most.
local M = {}

local ask = require("local_llm.complete_ask")
local rules = require("local_llm.complete_rules")
local switch = require("local_llm.complete_switch")

local SAME_BURST_MS = 2000 -- keys farther apart say nothing of how fast somebody types
local RHYTHM_STEP = 0.2

local resting = nil ---@type local_llm.Question|nil
local typing_ms = nil ---@type number|nil
local key_ns = 0
local timer = assert(vim.uv.new_timer())

---A key was typed: learn how fast that goes.
function M.note_key()
  local now = vim.uv.hrtime()
  local gap_ms = (now - key_ns) / 1e6
  key_ns = now
  if gap_ms > SAME_BURST_MS then return end
  typing_ms = typing_ms and typing_ms + RHYTHM_STEP * (gap_ms - typing_ms) or gap_ms
end

---Split those who wait into those for what is at the cursor now, and the others.
---@param waiting local_llm.Waiting[]
---@return local_llm.Waiting[] these, local_llm.Waiting[] others
local function for_here(waiting)
  local here, these, others = ask.here(), {}, {}
  for _, one in ipairs(waiting) do
    table.insert(one.here == here and these or others, one)
  end
  return these, others
end

local function ask_now()
  local want = resting
  resting = nil
  if not want then return end
  local these, others = for_here(want.waiting)
  want.waiting, want.typing_ms = these, typing_ms
  -- The rules are for what is there now.
  want.draws = want.draws
    and switch.in_insert_mode()
    and switch.by_ghost()
    and rules.reason() == nil
  if want.draws or #these > 0 then ask.ask(want) end
  ask.release(others)
end

local rested = vim.schedule_wrap(ask_now)

---Ask once nothing was typed for a while.
---@param ms integer 0: now, before the screen is drawn
---@param more { draws: boolean?, waiting: local_llm.Waiting? }
function M.after(ms, more)
  local want = resting or { draws = false, waiting = {} }
  want.draws = want.draws or more.draws or false
  table.insert(want.waiting, more.waiting)
  resting = want
  if ms > 0 then return timer:start(ms, 0, rested) end
  timer:stop()
  ask_now()
end

---Take over those who wait; the question is not asked.
---@return local_llm.Waiting[]
function M.take()
  local waiting = resting and resting.waiting or {}
  resting = nil
  timer:stop()
  return waiting
end

---Draw nothing for it.
function M.stop_drawing()
  if resting then resting.draws = false end
end

---@param one local_llm.Waiting
function M.leave(one)
  if not resting then return end
  resting.waiting = vim.tbl_filter(function(other)
    return other ~= one
  end, resting.waiting)
end

return M
