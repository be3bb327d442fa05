---What became of suggestions, on its way to Python, which counts it for `:LocalStats`.
---
---It goes along with the next question, or in one message when insert mode is left: counting sends
---nothing for a key.
local M = {}

local MOST = 200 -- entries that wait; the oldest go first

---@alias local_llm.UseKind "shown"|"all"|"line"|"word"|"typed"|"dismissed"

---@class local_llm.Use
---@field kind local_llm.UseKind
---@field id integer the ticket's
---@field chars integer characters of the text that was used
---@field screen_ms number|nil from asking to drawing, of "shown"

local waiting = {} ---@type local_llm.Use[]
local shown_id = nil ---@type integer|nil the latest suggestion that was counted as shown
local watching = false

local function watch()
  watching = true
  local group = vim.api.nvim_create_augroup("local_llm.usage", {})
  vim.api.nvim_create_autocmd("InsertLeave", { group = group, callback = M.flush })
end

---@param use local_llm.Use
local function add(use)
  if not watching then watch() end
  if #waiting >= MOST then table.remove(waiting, 1) end
  waiting[#waiting + 1] = use
end

---A suggestion was drawn; what else is drawn for the same ticket is not counted again.
---@param ticket_id integer
---@param asked_ns? integer vim.uv.hrtime() when it was asked for; nil: nobody knows
function M.note_shown(ticket_id, asked_ns)
  if ticket_id == shown_id then return end
  shown_id = ticket_id
  local screen_ms = asked_ns and (vim.uv.hrtime() - asked_ns) / 1e6
  add({ kind = "shown", id = ticket_id, chars = 0, screen_ms = screen_ms })
end

---Text of a suggestion was accepted, typed or dismissed.
---@param kind local_llm.UseKind
---@param text string
---@param ticket_id integer
function M.note_used(kind, text, ticket_id)
  local chars, last = vim.fn.strchars(text), waiting[#waiting]
  if kind == "typed" and last and last.kind == kind and last.id == ticket_id then
    last.chars = last.chars + chars
  else
    add({ kind = kind, id = ticket_id, chars = chars })
  end
end

---What is to be told, for the field `used` of a message; it is not told again.
---@return local_llm.Use[]|nil
function M.take()
  if #waiting == 0 then return nil end
  local taken = waiting
  waiting = {}
  return taken
end

---Tell what has not gone along with a question; nothing where the host does not run.
function M.flush()
  local used = M.take()
  if used then require("local_llm.host").tell({ name = "complete_used", used = used }) end
end

return M
