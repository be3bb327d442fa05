---The diff view: a proposed change, drawn in the user's buffer until the user has accepted or
---rejected each of its hunks. Only a key of the user changes the text, and only where it is still
---what the proposal was made from.
local M = {}

local place = require("local_llm.diff_place")
local put = require("local_llm.diff_put")
local show = require("local_llm.diff_show")
local track = require("local_llm.diff_track")
local views = require("local_llm.diff_view")

---@class local_llm.DiffProposal
---@field buf integer
---@field tick integer changedtick when the old lines were read
---@field first_row integer 0-based, the first line that is replaced
---@field old string[] the lines as they were read; {}: lines come before `first_row`
---@field new string[] what replaces them; {}: they are deleted
---@field title? string such as "wtf fix"

---@class local_llm.DiffResult
---@field accepted integer hunks
---@field rejected integer hunks; the rest was edited meanwhile, or left open
---@field state "applied"|"rejected"|"stale"|"closed" "applied": all are decided, and at least one
---  was accepted; "stale": none was, and the text of some was edited
---@field rows { first: integer, last: integer }|nil of the text now, 0-based, the last one
---  included; nil where the buffer is gone

---@param text string
---@param level? integer
local function tell(text, level)
  require("local_llm.notice").show(text, level)
end

---@param proposal local_llm.DiffProposal
---@return string|nil
local function refusal(proposal)
  local buf = proposal.buf
  if not vim.api.nvim_buf_is_valid(buf) or not vim.api.nvim_buf_is_loaded(buf) then
    return "the buffer has been closed"
  end
  if not vim.bo[buf].modifiable then return "the buffer cannot be changed ('modifiable' is off)" end
  for _, line in ipairs(proposal.new) do
    if line:find("\n", 1, true) then return "a line of the change has a line end in it" end
  end
  local first = proposal.first_row
  local now = vim.api.nvim_buf_get_lines(buf, first, first + #proposal.old, false)
  local inside = first >= 0 and first <= vim.api.nvim_buf_line_count(buf)
  if inside and vim.deep_equal(now, proposal.old) then return nil end
  local same = vim.api.nvim_buf_get_changedtick(buf) == proposal.tick
  return same and "the change does not fit the text" or "the text was edited since it was read"
end

---@param buf integer
---@param count integer hunks
---@param title string|nil
local function announce(buf, count, title)
  local text = ("%s: %d hunk%s"):format(title or "proposal", count, count == 1 and "" or "s")
  if vim.bo[buf].readonly then text = text .. " (read-only file)" end
  local name = vim.fn.fnamemodify(vim.fn.bufname(buf), ":t")
  if not show.window(buf) then text = ("%s in %s, which is hidden"):format(text, name) end
  tell(text)
end

---Show a proposed change in its buffer. One that is open there already is closed.
---@param proposal local_llm.DiffProposal
---@param options? { on_done?: fun(result: local_llm.DiffResult) } called once, when nothing is open
---@return boolean ok, string|nil reason why it is not shown; on_done is not called then
function M.open(proposal, options)
  local reason = refusal(proposal)
  if reason then return false, reason end
  local parts = place.parts(proposal)
  if #parts == 0 then return false, "the change changes nothing" end
  M.close(proposal.buf)
  -- Who is told of that may do as he likes.
  reason = M.is_open(proposal.buf) and "another change was opened" or refusal(proposal)
  if reason then return false, reason end
  local on_done = options and options.on_done or function() end
  local view = views.start(proposal, parts, on_done)
  views.show(view, parts[1], view.current == nil)
  announce(proposal.buf, #parts, proposal.title)
  return true
end

---Take the view off; what was accepted stays, what is open is not applied.
---@param buf integer
function M.close(buf)
  local view = views.of(buf)
  if view then views.finish(view, true) end
end

---@param buf integer
---@return boolean
function M.is_open(buf)
  return views.of(buf) ~= nil
end

---@param view local_llm.DiffView
---@param parts local_llm.DiffPart[] from top to bottom
local function accept(view, parts)
  local rows = place.rows(view.track)
  local ok, failure = put.put(view.buf, parts, rows)
  if ok then
    for _, part in ipairs(parts) do
      part.state = "accepted"
    end
    track.moved(view.track, rows, parts)
  else
    tell("not applied: " .. failure, vim.log.levels.ERROR)
  end
end

---@param _ local_llm.DiffView
---@param parts local_llm.DiffPart[]
local function reject(_, parts)
  for _, part in ipairs(parts) do
    part.state = "rejected"
  end
end

---Do something with the hunk under the cursor; where there is none, the next one is shown first.
---@param call fun(view: local_llm.DiffView, parts: local_llm.DiffPart[])
---@return fun(view: local_llm.DiffView)
local function with_one(call)
  return function(view)
    if view.current then return call(view, { view.current }) end
    views.show(view, place.step(view.track, nil, 1), true)
    tell("no hunk was under the cursor; this is the next one")
  end
end

---@param call fun(view: local_llm.DiffView, parts: local_llm.DiffPart[])
---@return fun(view: local_llm.DiffView)
local function with_all(call)
  return function(view)
    call(view, track.open_parts(view.track))
  end
end

---@param direction 1|-1
---@return fun(view: local_llm.DiffView)
local function going(direction)
  return function(view)
    views.show(view, place.step(view.track, view.current, direction * vim.v.count1), true)
  end
end

local ACTIONS = {
  accept = with_one(accept),
  reject = with_one(reject),
  accept_all = with_all(accept),
  reject_all = with_all(reject),
  next = going(1),
  previous = going(-1),
}

---What a key does, in the current buffer.
---@param name "accept"|"reject"|"accept_all"|"reject_all"|"next"|"previous"
function M.act(name)
  local view = views.of(vim.api.nvim_get_current_buf())
  if not view then return tell("no change is shown in this buffer") end
  if not views.look(view) then return end
  ACTIONS[name](view)
  views.look(view)
end

return M
