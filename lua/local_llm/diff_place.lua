---The hunks of a proposal as places in its buffer: which one is at the cursor, which one is next.
local M = {}

local hunks = require("local_llm.diff_hunks")
local inside = require("local_llm.diff_inside")
local show = require("local_llm.diff_show")
local track = require("local_llm.diff_track")

---@param proposal local_llm.DiffProposal
---@return local_llm.DiffPart[] without a place yet
function M.parts(proposal)
  local parts = {}
  for index, hunk in ipairs(hunks.of(proposal.old, proposal.new)) do
    local steps = hunks.steps(hunk.old, hunk.new)
    local old, new = inside.of(hunk, steps)
    local part = { index = index, hunk = hunk, state = "open", steps = steps }
    part.old_ranges, part.new_ranges = old, new
    parts[index] = part
  end
  return parts
end

---@param self local_llm.DiffTrack
---@return table<local_llm.DiffPart, integer> where the open parts begin
function M.rows(self)
  local rows = {}
  for _, part in ipairs(track.open_parts(self)) do
    rows[part] = track.row(self, part)
  end
  return rows
end

---The line that the cursor goes to for a hunk: its first, or the one that lines come after.
---@param self local_llm.DiffTrack
---@param part local_llm.DiffPart
---@return integer
function M.row(self, part)
  local row = track.row(self, part)
  return #part.hunk.old > 0 and row or math.max(row - 1, 0)
end

---@param buf integer
---@return integer|nil row of the cursor, in the window that shows the buffer
local function cursor_in(buf)
  local win = show.window(buf)
  return win and vim.api.nvim_win_get_cursor(win)[1] - 1
end

---@param self local_llm.DiffTrack
---@return local_llm.DiffPart|nil
function M.under_cursor(self)
  local cursor, near = cursor_in(self.buf), nil
  if not cursor then return nil end
  for _, part in ipairs(track.open_parts(self)) do
    local first = M.row(self, part)
    local last = first + math.max(#part.hunk.old - 1, 0)
    if cursor >= first and cursor <= last then return part end
    -- Where lines come, the line below the place counts as well.
    if #part.hunk.old == 0 and cursor == first + 1 then near = near or part end
  end
  return near
end

---@param self local_llm.DiffTrack
---@param open local_llm.DiffPart[]
---@param direction integer
---@return integer index the hunk before the cursor, looking in the direction
local function before_cursor(self, open, direction)
  local cursor = cursor_in(self.buf) or 0
  local before = 0
  for index, part in ipairs(open) do
    if M.row(self, part) < cursor then before = index end
  end
  return direction > 0 and before or before + 1
end

---The hunk that many further on; after the last comes the first.
---@param self local_llm.DiffTrack at least one is open
---@param current local_llm.DiffPart|nil
---@param steps integer negative: upwards
---@return local_llm.DiffPart
function M.step(self, current, steps)
  local open = track.open_parts(self)
  local from = before_cursor(self, open, steps)
  for index, part in ipairs(open) do
    if part == current then from = index end
  end
  return open[(from + steps - 1) % #open + 1]
end

return M
