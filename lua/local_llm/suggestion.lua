---The suggestion at the cursor: held from its first piece until it is used up, and drawn as ghost
---text wherever what was typed since is the beginning of it.
---
---  offered -> shown -> typed or accepted through -> exhausted
---                   -> something else typed, cursor elsewhere, dismissed, hidden -> gone
---
---What is gone does not come back, whatever else arrives for its ticket.
local M = {}

local fit = require("local_llm.suggestion_fit")
local ghost = require("local_llm.ghost")
local place = require("local_llm.suggestion_place")
local text = require("local_llm.suggestion_text")

---@type local_llm.Suggestion|nil
local held
local gone_id = -1 -- of the newest ticket that is not to be shown any more
local seen = nil ---@type string|nil text and cursor at the last look
local exhausted = nil ---@type string|nil the same where a suggestion was used up
local hooks = { used = {}, shown = {}, visible = {} }

-- on_used(fun(kind, used, ticket)): "all", "line" or "word" was accepted, the rest "typed", or it
-- was "dismissed"; on_shown(fun(ticket, shown)): once for a ticket; on_visible(fun(visible, buf)).
for name, list in pairs(hooks) do
  M["on_" .. name] = function(hook)
    table.insert(list, hook)
  end
end

---@param name "used"|"shown"|"visible"
local function run(name, ...)
  for _, hook in ipairs(hooks[name]) do
    hook(...)
  end
end

---@return string equal while neither text nor cursor has changed
local function now()
  local cursor = vim.api.nvim_win_get_cursor(0)
  local mode = vim.api.nvim_get_mode().mode:sub(1, 1)
  local tick = vim.api.nvim_buf_get_changedtick(0)
  local buf, win = vim.api.nvim_get_current_buf(), vim.api.nvim_get_current_win()
  return table.concat({ mode, buf, win, tick, cursor[1], cursor[2] }, " ")
end

---@return boolean
function M.visible()
  return held ~= nil and held.drawn
end

---@param it local_llm.Suggestion
---@param drawn boolean
local function set_drawn(it, drawn)
  if it.drawn == drawn then return end
  it.drawn = drawn
  run("visible", drawn, it.place.buf)
end

---Put what is left on the screen, or take it off where that shows nothing.
---@param it local_llm.Suggestion the one held
local function draw(it)
  local buf, typed = it.place.buf, it.typed
  if text.is_blank(it.rest) then
    ghost.clear(buf)
    return set_drawn(it, false)
  end
  set_drawn(it, ghost.draw(buf, typed.row, typed.col, it.rest, it.info))
  if it.taken or not it.drawn then return end
  it.taken = #typed.text
  run("shown", it.ticket, it.rest)
end

---Tell what somebody typed of what he was shown.
---@param it local_llm.Suggestion
local function note_typed(it)
  local by_hand = it.taken and it.typed.text:sub(it.taken + 1) or ""
  if by_hand == "" then return end
  it.taken = #it.typed.text
  run("used", "typed", by_hand, it.ticket)
end

---Take the suggestion off the screen and forget it.
function M.hide()
  local it = held
  if not it then return end
  note_typed(it)
  gone_id = math.max(gone_id, it.ticket.id)
  held, seen = nil, nil
  ghost.clear(it.place.buf)
  set_drawn(it, false)
end

---Everything of the one held has been typed or accepted.
local function finish()
  exhausted = now()
  M.hide()
end

---@param it local_llm.Suggestion the one held
local function look_again(it)
  if not fit.look(it) then return M.hide() end
  if fit.is_used_up(it) then return finish() end
  draw(it)
end

---Look at the text again: after a key, before the screen is drawn.
---@return boolean whether the suggestion goes on, so that there is nothing to ask for
function M.follow()
  if not held then return false end
  local here = now()
  if here ~= seen then
    seen = here
    look_again(held)
  end
  -- What came so far may be typed to its end while more is under way.
  return held ~= nil and (held.drawn or held.done)
end

---Whether a suggestion was used up here, at the last key.
---@return boolean
function M.exhausted()
  return exhausted ~= nil and exhausted == now()
end

---Whether drawing this would only make the screen flicker: a new answer that streams in begins as
---the old one goes on.
---@param it local_llm.Suggestion
---@return boolean
local function is_behind(it)
  if it.done or not held or not held.drawn then return false end
  local same = held.ticket.id == it.ticket.id and held.rest == it.rest
  return not same and vim.startswith(held.rest, it.rest)
end

---@param it local_llm.Suggestion
local function replace(it)
  local before = held or { ticket = it.ticket, drawn = false }
  if before.ticket.id ~= it.ticket.id then gone_id = math.max(gone_id, before.ticket.id) end
  if held and held.ticket.id ~= it.ticket.id then note_typed(held) end
  it.drawn = before.drawn
  held, seen = it, now()
  if fit.is_used_up(it) then return finish() end
  if not before.drawn or before.rest ~= it.rest or before.info ~= it.info then return draw(it) end
  it.taken = it.taken or #it.typed.text
end

---Nothing was found, or nothing that goes on as was typed meanwhile.
---@param id integer
local function offered_nothing(id)
  if not held or held.ticket.id > id then return end
  if held.ticket.id == id then held.done = true end
  look_again(held)
end

---Take a suggestion, or more of one; it is drawn if its ticket still holds.
---@param ticket local_llm.Ticket `before` and `after` say whether the text around it is the same
---@param texts string[] alternatives, each from the ticket's place on
---@param done boolean nothing more will come
---@param info? string shown behind the line
function M.offer(ticket, texts, done, info)
  M.follow()
  if ticket.id <= gone_id or ticket.buf ~= vim.api.nvim_get_current_buf() then return end
  if held and held.ticket.id > ticket.id then return end
  local more = held and held.ticket.id == ticket.id and held or nil
  local it = { ticket = ticket, done = done, info = info, drawn = false }
  it.place = more and more.place or place.of(ticket)
  it.index, it.taken = more and more.index or 1, more and more.taken or nil
  it.texts = vim.tbl_map(text.clean, texts)
  local fits = #it.texts > 0 and fit.look(it)
  if fits and (more or not held or not text.is_blank(it.rest)) then
    if not is_behind(it) then replace(it) end
  elseif done then
    offered_nothing(ticket.id)
  end
end

---@return { ticket: local_llm.Ticket, text: string, index: integer, count: integer }|nil
function M.current()
  if not M.visible() then return nil end
  local position, count = fit.position(held)
  return { ticket = held.ticket, text = held.rest, index = position, count = count }
end

---Show another alternative.
---@param step integer
function M.cycle(step)
  if not M.visible() then return end
  fit.go(held, step)
  draw(held)
end

---The user does not want it.
function M.dismiss()
  if not M.visible() then return end
  local rest, ticket = held.rest, held.ticket
  M.hide()
  run("used", "dismissed", rest, ticket)
end

---A piece of it now stands before the cursor.
---@param kind "all"|"line"|"word"
---@param piece string
function M.accepted(kind, piece)
  if not held then return end
  held.taken = #held.typed.text + #piece
  run("used", kind, piece, held.ticket)
  M.follow()
end

return M
