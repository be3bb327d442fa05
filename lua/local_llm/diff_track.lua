---Where the hunks of a proposal are while the text around them changes.
---
---An extmark goes along with each. Where the lines at it are not those it was put on (a formatter
---that wrote the whole buffer anew, `:e!`), the text as it was is compared with the text now: lines
---that are still there, together, are followed; others have been edited.
local M = {}

local hunks = require("local_llm.diff_hunks")

local space = vim.api.nvim_create_namespace("local_llm.diff.track")
local REGION = 1 -- the id of the mark around the whole proposal; hunks have those that follow

---@class local_llm.DiffPart a hunk in a buffer
---@field index integer among the hunks of the proposal
---@field hunk local_llm.DiffHunk
---@field kept string[] the lines that must be as they were: those that go, or the neighbours of the
---  place where lines come
---@field skip integer of these, lines above the place
---@field state "open"|"accepted"|"rejected"|"stale"
---@field steps local_llm.DiffStep[]
---@field old_ranges table<integer, local_llm.DiffRange[]>
---@field new_ranges table<integer, local_llm.DiffRange[]>

---@class local_llm.DiffTrack
---@field buf integer
---@field parts local_llm.DiffPart[]
---@field lines string[] the whole text when it was remembered
---@field rows table<local_llm.DiffPart, integer> of the open ones, then

---@param buf integer
---@param row integer
---@param count integer
---@return string[]
local function lines_at(buf, row, count)
  return vim.api.nvim_buf_get_lines(buf, row, row + count, false)
end

---@param buf integer
---@return string[]
local function all_lines(buf)
  return vim.api.nvim_buf_get_lines(buf, 0, -1, false)
end

---@param self local_llm.DiffTrack
---@param part local_llm.DiffPart
---@return integer row of its first kept line; -1 where there is none any more
local function row_of(self, part)
  local id = REGION + part.index
  if not vim.api.nvim_buf_is_valid(self.buf) then return -1 end
  local mark = vim.api.nvim_buf_get_extmark_by_id(self.buf, space, id, { details = true })
  return mark[1] and not mark[3].invalid and mark[1] or -1
end

---@param self local_llm.DiffTrack
---@param part local_llm.DiffPart
---@param row integer
local function put(self, part, row)
  local mark = { id = REGION + part.index, end_row = row + #part.kept, invalidate = true }
  vim.api.nvim_buf_set_extmark(self.buf, space, row, 0, mark)
end

---@param self local_llm.DiffTrack
---@param part local_llm.DiffPart
---@return boolean
local function is_there(self, part)
  local row = row_of(self, part)
  return row >= 0 and vim.deep_equal(lines_at(self.buf, row, #part.kept), part.kept)
end

---@param self local_llm.DiffTrack
---@return local_llm.DiffPart[] from top to bottom; lines may have been moved past each other
function M.open_parts(self)
  local open, rows = {}, {}
  for _, part in ipairs(self.parts) do
    if part.state == "open" then
      open[#open + 1], rows[part] = part, row_of(self, part) + part.skip
    end
  end
  table.sort(open, function(a, b)
    return rows[a] < rows[b]
  end)
  return open
end

---@param self local_llm.DiffTrack
local function remember(self)
  self.lines, self.rows = all_lines(self.buf), {}
  for _, part in ipairs(M.open_parts(self)) do
    self.rows[part] = row_of(self, part)
  end
end

---@param buf integer
---@param first integer
---@param last integer exclusive
local function put_region(buf, first, last)
  local mark = { id = REGION, end_row = last, right_gravity = false, end_right_gravity = true }
  vim.api.nvim_buf_set_extmark(buf, space, first, 0, mark)
end

---@param part local_llm.DiffPart without a place yet
---@param row integer where the hunk begins
---@param lines string[] the whole text
---@return integer row of the first kept line
local function guard(part, row, lines)
  local count = #part.hunk.old
  if count > 0 then
    part.kept, part.skip = part.hunk.old, 0
    return row
  end
  part.skip = math.min(row, 1)
  part.kept = vim.list_slice(lines, row - part.skip + 1, row + 1)
  return row - part.skip
end

---@param proposal local_llm.DiffProposal
---@param parts local_llm.DiffPart[]
---@return local_llm.DiffTrack
function M.start(proposal, parts)
  local buf, first = proposal.buf, proposal.first_row
  vim.api.nvim_buf_clear_namespace(buf, space, 0, -1)
  local self = { buf = buf, parts = parts, lines = all_lines(buf), rows = {} }
  put_region(buf, first, first + #proposal.old)
  for _, part in ipairs(parts) do
    put(self, part, guard(part, first + part.hunk.row, self.lines))
  end
  remember(self)
  return self
end

---@param self local_llm.DiffTrack
---@param part local_llm.DiffPart an open one
---@return integer first row of its old lines, or the row that its new ones come before
function M.row(self, part)
  return row_of(self, part) + part.skip
end

---Whether lines belong to a hunk already: of like lines some may have been deleted.
---@param self local_llm.DiffTrack
---@param row integer
---@param count integer
---@return boolean
local function is_taken(self, row, count)
  for _, part in ipairs(M.open_parts(self)) do
    local first = row_of(self, part)
    local over = first < row + count and row < first + #part.kept
    if over and #part.hunk.old > 0 and is_there(self, part) then return true end
  end
  return false
end

---@param self local_llm.DiffTrack
---@param lost boolean
---@return table<local_llm.DiffPart, integer> those not at their marks, and where they were
local function missing(self, lost)
  local parts = {}
  for part, row in pairs(self.rows) do
    if part.state == "open" and (lost or not is_there(self, part)) then parts[part] = row end
  end
  return parts
end

---Look where the hunks are now.
---@param self local_llm.DiffTrack
---@param lost boolean whether the marks mean nothing: the file was read again
---@return local_llm.DiffPart[] those whose text was edited; they are no longer open
function M.look(self, lost)
  local edited, now = {}, {}
  local absent = missing(self, lost)
  if not next(absent) then return edited end
  local lines = all_lines(self.buf)
  local blocks = hunks.blocks(self.lines, lines)
  if lost then put_region(self.buf, 0, #lines) end
  for part, row in pairs(absent) do
    local moved = hunks.follow(blocks, row, #part.kept)
    if moved and (lost or not is_taken(self, moved, #part.kept)) then
      now[part] = moved
    else
      part.state, edited[#edited + 1] = "stale", part
    end
  end
  for part, row in pairs(now) do
    put(self, part, row)
  end
  remember(self)
  return edited
end

---Note that the lines of some parts have been put in the buffer, at the rows given.
---@param self local_llm.DiffTrack
---@param rows table<local_llm.DiffPart, integer> of all parts that were open
---@param put_in local_llm.DiffPart[]
function M.moved(self, rows, put_in)
  for _, part in ipairs(M.open_parts(self)) do
    local first = rows[part] - part.skip
    local shift = 0
    for _, other in ipairs(put_in) do
      local above = rows[other] <= first
      if above then shift = shift + #other.hunk.new - #other.hunk.old end
    end
    put(self, part, first + shift)
  end
  remember(self)
end

---@param self local_llm.DiffTrack
---@return { first: integer, last: integer }|nil rows of the text of the proposal, 0-based, the last
---  one included; nil where the buffer is no longer loaded
function M.region(self)
  if not vim.api.nvim_buf_is_loaded(self.buf) then return nil end
  local mark = vim.api.nvim_buf_get_extmark_by_id(self.buf, space, REGION, { details = true })
  local count = vim.api.nvim_buf_line_count(self.buf)
  return { first = mark[1], last = math.min(mark[3].end_row, count) - 1 }
end

---@param self local_llm.DiffTrack
function M.stop(self)
  if vim.api.nvim_buf_is_valid(self.buf) then
    vim.api.nvim_buf_clear_namespace(self.buf, space, 0, -1)
  end
end

return M
