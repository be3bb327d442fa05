---Inline completion, the editor's part: which key asks for a suggestion, and when.
---
---A key that continues the suggestion on screen shortens it, with no message to anybody. Any other
---starts a timer; when typing has rested that long, one ticket goes to Python, and what comes back
---for it is drawn if the ticket still holds (suggestion.lua).
local M = {}

local ghost_keys = require("local_llm.ghost_keys")
local host = require("local_llm.host")
local rules = require("local_llm.complete_rules")
local suggestion = require("local_llm.suggestion")
local ticket = require("local_llm.complete_ticket")
local usage = require("local_llm.usage")

local FIRST_DEBOUNCE_MS = 30
local ENTER_MS = 100 -- after entering insert mode
local IDLE_MS = 1500
local SAME_BURST_MS = 2000 -- keys farther apart say nothing of how fast somebody types
local RHYTHM_STEP = 0.2
local MORE_ALTERNATIVES = 3

---@class local_llm.Asked a ticket under way
---@field ticket local_llm.Ticket
---@field waiter (fun(texts: string[], done: boolean)|nil)

local switched = nil ---@type boolean|nil what :LocalComplete said last
local asked = nil ---@type local_llm.Asked|nil
local last_asked = { id = -1, ns = 0 }
local debounce_ms = FIRST_DEBOUNCE_MS
local typing_ms = nil ---@type number|nil
local key_ns = 0
local seen = { buf = -1, tick = -1, bytes = -1 } -- the text at the last event
local timer = assert(vim.uv.new_timer())
local idle_timer = assert(vim.uv.new_timer())

---@return table
local function options()
  return require("local_llm").options().complete
end

---@return boolean
function M.is_on()
  if switched ~= nil then return switched end
  return options().auto
end

---@return boolean
local function in_insert_mode()
  return vim.api.nvim_get_mode().mode:sub(1, 1) == "i"
end

---Give up the ticket under way, and what was about to be asked.
local function stop()
  timer:stop()
  if not asked then return end
  local waiter = asked.waiter
  asked = nil
  host.tell({ name = "complete_cancel" })
  if waiter then waiter({}, true) end
end

---@param more { manual: boolean?, alternatives: integer?, waiter: function? }
local function ask(more)
  local buf = vim.api.nvim_get_current_buf()
  more.typing_ms = typing_ms
  local used = usage.take()
  local taken = ticket.take(buf, more)
  local older = asked and asked.waiter
  if older then older({}, true) end
  last_asked = { id = taken.id, ns = vim.uv.hrtime() }
  asked = { ticket = taken, waiter = more.waiter }
  local failure = host.notify({ name = "complete", ticket = taken, used = used })
  if not failure then return end
  asked = nil
  if more.manual then host.complain(failure) end
end

---Ask once nothing was typed for a while.
---@param ms integer
local function ask_after(ms)
  timer:stop()
  timer:start(ms, 0, function()
    vim.schedule(function()
      if not in_insert_mode() or not M.is_on() then return end
      if rules.reason(vim.api.nvim_get_current_buf()) == nil then ask({}) end
    end)
  end)
end

---@return boolean whether text was taken away since the last event
local function shrank()
  local buf = vim.api.nvim_get_current_buf()
  local bytes = vim.api.nvim_buf_get_offset(buf, vim.api.nvim_buf_line_count(buf))
  local less = seen.buf == buf and bytes < seen.bytes
  seen = { buf = buf, tick = vim.api.nvim_buf_get_changedtick(buf), bytes = bytes }
  return less
end

local function note_rhythm()
  local now = vim.uv.hrtime()
  local gap_ms = (now - key_ns) / 1e6
  key_ns = now
  if gap_ms > SAME_BURST_MS then return end
  typing_ms = typing_ms and typing_ms + RHYTHM_STEP * (gap_ms - typing_ms) or gap_ms
end

---Let Python use the pause.
local function rest()
  idle_timer:stop()
  idle_timer:start(IDLE_MS, 0, function()
    vim.schedule(function()
      if not in_insert_mode() or not host.running() then return end
      local buf = vim.api.nvim_get_current_buf()
      if rules.reason(buf) then return end
      host.tell({ name = "complete_idle", ticket = ticket.take(buf, {}) })
    end)
  end)
end

---The text has changed.
local function changed()
  note_rhythm()
  local less = shrank()
  if suggestion.follow() then
    timer:stop()
    return
  end
  if not M.is_on() or options().display ~= "ghost" then return end
  rest()
  if less or rules.reason(vim.api.nvim_get_current_buf()) then
    stop()
    return
  end
  -- What follows a suggestion that was used up has been asked for already.
  ask_after(suggestion.exhausted() and 0 or debounce_ms)
end

---The cursor moved; where the text changed as well, `changed` has seen to it.
local function moved()
  local buf = vim.api.nvim_get_current_buf()
  if vim.api.nvim_buf_get_changedtick(buf) ~= seen.tick or buf ~= seen.buf then return end
  if suggestion.visible() and not suggestion.follow() then stop() end
end

local function entered()
  shrank()
  if options().display == "lsp" then
    require("local_llm.inline_lsp").attach(vim.api.nvim_get_current_buf())
  end
  if options().display ~= "ghost" or not M.is_on() then return end
  if rules.reason(vim.api.nvim_get_current_buf()) then return end
  ask_after(math.max(ENTER_MS, debounce_ms))
end

local function left()
  idle_timer:stop()
  stop()
  suggestion.hide()
end

---What Python found for a ticket.
---@param id integer
---@param data { texts: string[], done: boolean, info: string?, debounce_ms: integer?, refused: boolean? }
function M.ghost(id, data)
  if not asked or asked.ticket.id ~= id then return end
  local current = asked
  debounce_ms = data.debounce_ms or debounce_ms
  if data.refused then rules.refuse(current.ticket.buf) end
  if data.done then asked = nil end
  if current.waiter then return current.waiter(data.texts, data.done) end
  suggestion.offer(current.ticket, data.texts, data.done, data.info)
end

---Ask for a suggestion at the cursor now.
---@param more? { alternatives: integer?, waiter: fun(texts: string[], done: boolean)? }
function M.now(more)
  local why = rules.impossible(vim.api.nvim_get_current_buf())
  if why then return require("local_llm.notice").show("no suggestions: " .. why) end
  timer:stop()
  ask({ manual = true, alternatives = more and more.alternatives, waiter = more and more.waiter })
end

---Ask on behalf of somebody who shows it himself: a completion menu, a language client.
---@param waiter fun(texts: string[], done: boolean) called until `done`; with {} where nothing comes
function M.request(waiter)
  local buf = vim.api.nvim_get_current_buf()
  if rules.reason(buf, { menu = true }) then return waiter({}, true) end
  timer:stop()
  ask({ waiter = waiter })
end

---Show the next alternative, asking for some where there is none.
---@param step integer 1 or -1
function M.cycle(step)
  local shown = suggestion.current()
  if shown and shown.count > 1 then return suggestion.cycle(step) end
  M.now({ alternatives = MORE_ALTERNATIVES })
end

---@param word "on"|"off"|"toggle"
function M.switch(word)
  switched = word == "on" or word == "toggle" and not M.is_on()
  if not switched then left() end
  require("local_llm.notice").show("suggestions are " .. (switched and "on" or "off"))
end

---The options have changed.
function M.reset()
  rules.forget()
  debounce_ms = FIRST_DEBOUNCE_MS
end

---The host has ended, and with it what was under way.
function M.host_ended()
  asked = nil
end

---Map the keys as long as something is shown.
---@param shown boolean
---@param buf integer
local function on_visible(shown, buf)
  if shown then
    ghost_keys.show(require("local_llm").options().keys.ghost, buf)
  else
    ghost_keys.hide()
  end
end

---Watch insert mode; called once.
function M.start()
  ghost_keys.plug()
  suggestion.on_visible(on_visible)
  suggestion.on_shown(function(shown)
    usage.note_shown(shown.id, shown.id == last_asked.id and last_asked.ns or nil)
  end)
  suggestion.on_used(function(kind, text, shown)
    usage.note_used(kind, text, shown.id)
  end)
  local group = vim.api.nvim_create_augroup("local_llm.complete", {})
  local function on(events, callback)
    vim.api.nvim_create_autocmd(events, { group = group, callback = callback })
  end
  on({ "TextChangedI", "TextChangedP" }, changed)
  on("CursorMovedI", moved)
  on("InsertEnter", entered)
  on({ "InsertLeave", "BufLeave" }, left)
  if in_insert_mode() then entered() end
end

return M
