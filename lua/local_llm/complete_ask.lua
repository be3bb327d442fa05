---The question under way: a ticket that Python works on, and whom its answer is for.
---
---There is one at most. The answer is drawn as ghost text, or handed to those who show it
---themselves (a completion menu, a language client), or both; a question that nobody wants any
---more is given up, and with it the request to the model. So is what Python reads or asks ahead.
local M = {}

local host = require("local_llm.host")
local menu = require("local_llm.menu")
local rules = require("local_llm.complete_rules")
local suggestion = require("local_llm.suggestion")
local ticket = require("local_llm.complete_ticket")
local usage = require("local_llm.usage")

local FIRST_DEBOUNCE_MS = 30

---@class local_llm.Waiting somebody who waits for the texts
---@field here string the place and text they are for
---@field call fun(texts: string[]|nil) called once; nil: given up, for something newer

---@class local_llm.Found
---@field texts string[] alternatives
---@field done boolean nothing more will come
---@field info string|nil shown behind the first line
---@field debounce_ms integer|nil how long typing should rest from now on
---@field refused boolean|nil the buffer never goes out
---@field rule string|nil by which
---@field failed boolean|nil why is told apart from this

---@class local_llm.Question
---@field draws boolean whether the answer is shown as ghost text
---@field waiting local_llm.Waiting[]
---@field manual boolean|nil
---@field alternatives integer|nil
---@field typing_ms number|nil
---@field step integer|nil show that alternative, counted from `shown`
---@field shown string|nil
---@field here string|nil of the ticket
---@field ticket local_llm.Ticket|nil
---@field found local_llm.Found|nil what has come so far

local asked = nil ---@type local_llm.Question|nil
local last = { id = -1, ns = 0 }
local at_work = false -- Python may be, for this question or ahead of the next
local measured_ms = FIRST_DEBOUNCE_MS
local broken = false -- the host ended before it worked: only a person starts it again

---@return string equal while neither text nor cursor has changed
function M.here()
  local cursor = vim.api.nvim_win_get_cursor(0)
  local buf = vim.api.nvim_get_current_buf()
  return table.concat({ buf, vim.api.nvim_buf_get_changedtick(buf), cursor[1], cursor[2] }, " ")
end

---How long typing must rest. What `setup{}` says counts at once; else Python knows.
---@return integer
function M.debounce_ms()
  local given = require("local_llm").given().complete
  local ms = type(given) == "table" and given.debounce_ms
  return type(ms) == "number" and ms or measured_ms
end

---When a ticket was asked; nil for any but the last.
---@param id integer
---@return integer|nil vim.uv.hrtime()
function M.asked_ns(id)
  return id == last.id and last.ns or nil
end

---@param waiting local_llm.Waiting[]
---@param texts? string[] nil: given up
function M.release(waiting, texts)
  for _, one in ipairs(waiting) do
    one.call(texts)
  end
end

---Give up the question under way, and what Python does ahead of the next.
function M.stop()
  local waiting = asked and asked.waiting or {}
  asked = nil
  if at_work then host.tell({ name = "complete_cancel" }) end
  at_work = false
  M.release(waiting)
end

---Draw nothing of the question under way; who waits for it elsewhere goes on waiting.
function M.stop_drawing()
  if asked then asked.draws = false end
  if not asked or #asked.waiting == 0 then M.stop() end
end

---Let Python use a pause.
function M.idle()
  at_work = true
  local here = ticket.take(vim.api.nvim_get_current_buf(), {})
  host.tell({ name = "complete_idle", ticket = here })
end

---@param one local_llm.Waiting
function M.leave(one)
  if not asked or not vim.list_contains(asked.waiting, one) then return end
  asked.waiting = vim.tbl_filter(function(other)
    return other ~= one
  end, asked.waiting)
  if not asked.draws then M.stop_drawing() end
end

---Show the alternative that the user wanted, once there is one.
---@param it local_llm.Question
---@param done boolean
local function step(it, done)
  local now = suggestion.current()
  if now and now.text ~= it.shown then
    it.step = nil
  elseif now and now.count > 1 then
    suggestion.cycle(it.step)
    it.step = nil
  elseif now and done then
    require("local_llm.notice").show("there is no other suggestion")
  end
end

---@param it local_llm.Question
---@param found local_llm.Found
local function draw(it, found)
  if rules.impossible() or (not it.manual and menu.hides()) then return end
  suggestion.offer(it.ticket, found.texts, found.done, found.info)
  if it.step and not found.failed then step(it, found.done) end
end

---@return boolean whether what is at the cursor now has been asked already, to be drawn
function M.is_asked()
  return asked ~= nil and asked.draws and asked.here == M.here()
end

---Join the question under way, where it is asked at this very place.
---@param want local_llm.Question
---@return boolean
function M.join(want)
  if not asked or want.manual or asked.here ~= M.here() then return false end
  local draws_now = want.draws and not asked.draws
  asked.draws = asked.draws or want.draws
  vim.list_extend(asked.waiting, want.waiting)
  if draws_now and asked.found then draw(asked, asked.found) end
  return true
end

---@param want local_llm.Question
---@param failure local_llm.Failure
local function refuse(want, failure)
  broken = true
  M.release(want.waiting)
  host.complain(failure)
end

---Ask in place of what is under way.
---@param want local_llm.Question
function M.ask(want)
  if want.manual then broken = false end
  if M.join(want) then return end
  if broken and not host.running() then return M.release(want.waiting) end
  local older = asked and asked.waiting or {}
  local used = usage.take()
  want.here = M.here()
  if asked and asked.here == want.here then
    want.waiting, older = vim.list_extend(want.waiting, older), {}
  end
  want.ticket = ticket.take(vim.api.nvim_get_current_buf(), want)
  last = { id = want.ticket.id, ns = vim.uv.hrtime() }
  asked, at_work = want, true
  local failure = host.notify({ name = "complete", ticket = want.ticket, used = used })
  M.release(older)
  if not failure then return end
  asked, at_work = nil, false
  refuse(want, failure)
end

---What Python found for a ticket.
---@param id integer
---@param found local_llm.Found
function M.answer(id, found)
  if not asked or asked.ticket.id ~= id then return end
  local it = asked
  it.found = found
  measured_ms = found.debounce_ms or measured_ms
  if found.refused then rules.refuse(it.ticket.buf, found.rule) end
  if found.done then asked = nil end
  if it.draws then draw(it, found) end
  if found.done then M.release(it.waiting, found.texts) end
end

---The host has ended, and with it what was under way. One that never worked would end again.
---@param failure local_llm.Failure|nil nil: it was stopped on purpose
---@return boolean told whether the user knows
function M.host_ended(failure)
  local lost = asked
  asked, at_work, broken = nil, false, failure ~= nil and not host.works()
  M.release(lost and lost.waiting or {})
  if not broken or not lost then return false end
  host.complain(failure)
  return true
end

---The options have changed.
function M.reset()
  measured_ms, broken = FIRST_DEBOUNCE_MS, false
end

return M
