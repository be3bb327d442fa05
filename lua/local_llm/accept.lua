---Accepting a suggestion, or a piece of it.
---
---The text goes in as it is: no key is typed, so that no abbreviation, indentation, comment leader,
---line break of 'textwidth' or InsertCharPre changes it. Undo breaks before and after make it a
---step of its own. What is left is for `.`, which repeats the keys of an insertion as the editor
---has kept them. Two ways lead there, both seen to repeat the text as it is.
---
---0.11 and later keep what nvim_paste() was given, and paste it again. So the text is pasted, by a
---vim.paste that does no more than put it there.
---
---0.10 would type pasted text, and indent it. It also keeps `<C-R><C-O>=`, but not the expression.
---A paste while that is evaluated adds one, `again(n)`, which puts the same text there once more.
local M = {}

local suggestion = require("local_llm.suggestion")
local text = require("local_llm.suggestion_text")

local PUT = "<Plug>(local-llm-put)"
local PASTES_AGAIN = vim.fn.has("nvim-0.11") == 1
local THIS = "v:lua.require'local_llm.accept'."
local MOST_KEPT = 200 -- texts that `.` may still ask for, in 0.10
local EVENTS = "CmdlineEnter,CmdlineChanged,CmdlineLeave"

local wanted = nil ---@type "all"|"line"|"word"|nil
local kept, kept_count = {}, 0 ---@type table<integer, string>, integer
local expression = nil ---@type string|nil what the user's "= register held
local ignored = nil ---@type string|nil the user's 'eventignore', while ours is set

---Put text before the cursor, and the cursor behind it. Not with nvim_buf_set_text(), which takes
---the user's marks off the line.
---@param piece string
local function put(piece)
  vim.api.nvim_put(vim.split(piece, "\n", { plain = true }), "c", false, true)
end

---@param data string what nvim_paste() is to keep for `.`
---@param instead fun() what happens instead of a paste
local function paste(data, instead)
  local original = vim.paste
  vim.paste = function() -- luacheck: ignore 122 (for this call only)
    instead()
    return true
  end
  local ok, failure = pcall(vim.api.nvim_paste, data, false, -1)
  vim.paste = original -- luacheck: ignore 122
  if not ok then error(failure, 0) end
end

local function restore_events()
  if ignored then vim.o.eventignore = ignored end
  ignored = nil
end

---In 0.10, before the expression is typed on a command line that nobody is to notice.
function M.prepare()
  expression = vim.fn.getreg("=", 1)
  ignored = vim.o.eventignore
  vim.o.eventignore = ignored == "" and EVENTS or ignored .. "," .. EVENTS
  vim.schedule(restore_events) -- in case that the keys do not arrive
end

---In 0.10, for `.`: put a text there once more. A repetition is itself kept, to be repeated.
---@param number integer
---@return string empty
function M.again(number)
  vim.fn.setreg("=", expression or "")
  paste(("%sagain(%d)\n"):format(THIS, number), function() end)
  put(kept[number] or "")
  return ""
end

---@param piece string
local function put_to_repeat(piece)
  if PASTES_AGAIN then
    return paste(piece, function()
      put(piece)
    end)
  end
  kept_count = kept_count + 1
  kept[kept_count], kept[kept_count - MOST_KEPT] = piece, nil
  M.again(kept_count)
end

---Put the wanted piece into the buffer; called by the keys of PUT alone.
---@return string empty
function M.insert()
  restore_events()
  local shown, kind = suggestion.current(), wanted
  wanted = nil
  local piece = shown and kind and text.piece(shown.text, kind)
  -- In 0.10 the editor has kept the first keys of an expression: one must follow in any case.
  put_to_repeat(piece or "")
  if piece then suggestion.accepted(kind, piece) end
  return ""
end

local function define_keys()
  local insert = ("<Cmd>call %sinsert()<CR>"):format(THIS)
  if not PASTES_AGAIN then
    insert = ("<Cmd>call %sprepare()<CR><C-R><C-O>=%sinsert()<CR>"):format(THIS, THIS)
  end
  vim.keymap.set("i", PUT, "<C-G>u" .. insert .. "<C-G>u", { silent = true })
end

---Put what is shown, or the first piece of it, before the cursor, as soon as the key that called
---this has ended.
---@param kind "all"|"line"|"word"
---@return boolean false: nothing is shown, and nothing happens
function M.accept(kind)
  -- Keys typed fast arrive together, with no event between: look again.
  suggestion.follow()
  if not suggestion.visible() or not vim.bo.modifiable then return false end
  if vim.fn.maparg(PUT, "i") == "" then define_keys() end
  wanted = kind
  vim.api.nvim_feedkeys(vim.keycode(PUT), "im", false)
  return true
end

return M
