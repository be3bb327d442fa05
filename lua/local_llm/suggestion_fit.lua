---Which alternative of a suggestion goes on as was typed, and what is left of it.
local M = {}

local place = require("local_llm.suggestion_place")
local text = require("local_llm.suggestion_text")

---@class local_llm.Suggestion
---@field ticket local_llm.Ticket
---@field place local_llm.Place
---@field texts string[] alternatives, each from the ticket's place on
---@field done boolean nothing more will come
---@field info string|nil
---@field index integer of the alternative in use
---@field taken integer|nil bytes of it that were accepted, or typed before anything was shown
---@field typed local_llm.Typed as of the last look
---@field rest string what is left to show; blank: nothing
---@field drawn boolean

---@param full string
---@param typed local_llm.Typed
---@return string|nil rest what to show of one alternative; nil: it goes on otherwise
local function rest_of(full, typed)
  if not vim.startswith(full, typed.text) then return nil end
  return text.before_closers(full:sub(#typed.text + 1), typed.extra)
end

---Look at the text: stay with the alternative in use, or go to the next one that fits.
---@param it local_llm.Suggestion `typed`, `index` and `rest` are set
---@return boolean
function M.look(it)
  local typed = place.typed(it.place)
  if not typed then return false end
  for step = 0, #it.texts - 1 do
    local index = (it.index + step - 1) % #it.texts + 1
    local rest = rest_of(it.texts[index], typed)
    if rest then
      it.typed, it.index, it.rest = typed, index, rest
      return true
    end
  end
  return false
end

---The alternatives that fit, as of the last look.
---@param it local_llm.Suggestion
---@return integer[] indexes into `texts`
---@return integer position of the one in use
local function fitting(it)
  local found, position = {}, 1
  for index, full in ipairs(it.texts) do
    if rest_of(full, it.typed) then
      found[#found + 1] = index
      if index == it.index then position = #found end
    end
  end
  return found, position
end

---@param it local_llm.Suggestion
---@return integer position, integer count
function M.position(it)
  local found, position = fitting(it)
  return position, #found
end

---Go to another alternative.
---@param it local_llm.Suggestion `index` and `rest` are set
---@param step integer
function M.go(it, step)
  local found, position = fitting(it)
  it.index = found[(position - 1 + step) % #found + 1]
  it.rest = rest_of(it.texts[it.index], it.typed) or ""
end

---Whether nothing of it will ever be shown again. What stands behind closers on the cursor's line
---will; behind those on a line of their own there is nobody.
---@param it local_llm.Suggestion
---@return boolean
function M.is_used_up(it)
  if not it.done or not text.is_blank(it.rest) then return false end
  local whole = it.texts[it.index]:sub(#it.typed.text + 1)
  return text.is_blank(whole) or it.typed.extra:sub(1, 1) == "\n"
end

return M
