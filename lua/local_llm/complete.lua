---Inline completion, the editor's part, as the rest of the plugin sees it.
---
---complete_watch.lua decides which key asks, and when; a ticket goes to Python (complete_ask.lua),
---and what comes back for it is drawn if the ticket still holds (suggestion.lua).
local M = {}

local ask = require("local_llm.complete_ask")
local ghost_keys = require("local_llm.ghost_keys")
local rest = require("local_llm.complete_rest")
local rules = require("local_llm.complete_rules")
local suggestion = require("local_llm.suggestion")
local switch = require("local_llm.complete_switch")
local usage = require("local_llm.usage")
local watch = require("local_llm.complete_watch")

local MORE_ALTERNATIVES = 3

local started = false

---@return boolean
function M.is_on()
  return switch.is_on()
end

---What Python found for a ticket.
---@param id integer
---@param found local_llm.Found
function M.ghost(id, found)
  ask.answer(id, found)
end

---@param why string
local function tell(why)
  require("local_llm.notice").show("no suggestions: " .. why)
end

---Ask for a suggestion at the cursor now.
---@param more? { alternatives: integer?, step: integer?, shown: string? }
function M.now(more)
  local mode = vim.api.nvim_get_mode().mode
  local why = rules.impossible()
  if why then return tell(why) end
  -- For one command, after CTRL-O: the cursor is elsewhere until insert mode is back.
  if mode:find("^ni") then return watch.when_back(M.now) end
  if mode:sub(1, 1) ~= "i" then return tell("they are shown in Insert mode; press i first") end
  if switch.by_neovim() and require("local_llm.inline_lsp").now() then return end
  local want = { draws = true, manual = true, waiting = rest.take() }
  ask.ask(vim.tbl_extend("error", want, more or {}))
end

---Ask on behalf of somebody who shows it himself: a completion menu, a language client.
---@param call fun(texts: string[]|nil) called once; nil: given up, for something newer
---@param how? { manual: boolean? } whether a person has asked for it
---@return fun() cancel
function M.request(call, how)
  local wanted = M.is_on() or (how and how.manual)
  if not wanted or rules.reason({ menu = true }) then
    call({})
    return function() end
  end
  local one = { here = ask.here(), call = call }
  if not ask.join({ draws = false, waiting = { one } }) then
    rest.after(ask.debounce_ms(), { waiting = one })
  end
  return function()
    rest.leave(one)
    ask.leave(one)
  end
end

---Show the next alternative, asking for some where there is none.
---@param step integer 1 or -1
function M.cycle(step)
  local shown = suggestion.current()
  if shown and shown.count > 1 then return suggestion.cycle(step) end
  M.now({ alternatives = MORE_ALTERNATIVES, step = step, shown = shown and shown.text })
end

---@param word "on"|"off"|"toggle"
function M.switch(word)
  local on = word == "on" or word == "toggle" and not M.is_on()
  switch.set(on)
  if not on then
    watch.left()
  elseif switch.in_insert_mode() then
    watch.entered()
  end
  require("local_llm.notice").show("suggestions are " .. (on and "on" or "off"))
end

---The options have changed.
function M.reset()
  rules.forget()
  ask.reset()
end

---The host has ended, and with it what was under way.
---@param failure local_llm.Failure|nil nil: it was stopped on purpose
---@return boolean told whether the user knows
function M.host_ended(failure)
  return ask.host_ended(failure)
end

---Map the keys as long as something is shown.
---@param shown boolean
---@param buf integer
local function on_visible(shown, buf)
  if shown then
    ghost_keys.show(require("local_llm").options().keys.ghost, buf)
  elseif switch.in_insert_mode() then
    ghost_keys.hide_soon()
  else
    ghost_keys.hide()
  end
end

---Watch insert mode, which is being entered.
function M.start()
  if started then return end
  started = true
  ghost_keys.plug()
  suggestion.on_visible(on_visible)
  suggestion.on_shown(function(shown)
    usage.note_shown(shown.id, ask.asked_ns(shown.id))
  end)
  suggestion.on_used(function(kind, text, shown)
    usage.note_used(kind, text, shown.id)
    if kind == "dismissed" then ask.stop_drawing() end
  end)
  require("local_llm.context").start()
  watch.start()
end

return M
