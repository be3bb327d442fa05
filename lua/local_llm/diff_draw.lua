---A proposal drawn in the buffer: lines that go are coloured, a hint stands below them as a virtual
---line, and below that the lines that come. The text is not touched.
local M = {}

local chunks = require("local_llm.ghost_chunks")
local rows = require("local_llm.diff_rows")
local track = require("local_llm.diff_track")

local space = vim.api.nvim_create_namespace("local_llm.diff")
local DELETE, ADD, TEXT = "LocalLlmDiffDelete", "LocalLlmDiffAdd", "LocalLlmDiffText"
local HINT = "LocalLlmDiffHint"
local LINKS =
  { [DELETE] = "DiffDelete", [ADD] = "DiffAdd", [TEXT] = "DiffText", [HINT] = "Comment" }
local OVER_SYNTAX = 200 -- the highest of vim.hl.priorities; marks inside a line lie above

local function define_highlights()
  for group, link in pairs(LINKS) do
    vim.api.nvim_set_hl(0, group, { link = link, default = true })
  end
end

define_highlights()
vim.api.nvim_create_autocmd("ColorScheme", {
  group = vim.api.nvim_create_augroup("local_llm.diff.colours", {}),
  callback = define_highlights,
})

---@class local_llm.DiffDrawing
---@field count integer hunks of the whole proposal
---@field current local_llm.DiffPart|nil the one that the keys would act on
---@field keys string what they do

---@param buf integer
---@param row integer
---@param col integer
---@param mark table
local function set(buf, row, col, mark)
  mark.undo_restore, mark.strict = false, false
  vim.api.nvim_buf_set_extmark(buf, space, row, col, mark)
end

---@param buf integer
---@param part local_llm.DiffPart
---@param first integer
local function draw_old(buf, part, first)
  local count = #part.hunk.old
  if count == 0 then return end
  local whole =
    { end_row = first + count, hl_group = DELETE, hl_eol = true, priority = OVER_SYNTAX }
  set(buf, first, 0, whole)
  for index, ranges in pairs(part.old_ranges) do
    local row = first + index - 1
    for _, range in ipairs(ranges) do
      local mark = { end_row = row, end_col = range[2], hl_group = TEXT }
      mark.priority = OVER_SYNTAX + 1
      set(buf, row, range[1], mark)
    end
  end
end

---@param part local_llm.DiffPart
---@param drawing local_llm.DiffDrawing
---@return string
local function hint_of(part, drawing)
  local hint = ("── hunk %d of %d"):format(part.index, drawing.count)
  local gone = #part.hunk.old
  if #part.hunk.new == 0 then
    hint = hint .. (", delete %d line%s"):format(gone, gone == 1 and "" or "s")
  end
  if part == drawing.current and drawing.keys ~= "" then hint = hint .. ": " .. drawing.keys end
  return hint
end

---@param part local_llm.DiffPart
---@param look local_llm.DiffLook
---@param drawing local_llm.DiffDrawing
---@return local_llm.DiffCells[]
local function virtual(part, look, drawing)
  local lines = rows.of(part.hunk.new, part.new_ranges, look, ADD, TEXT)
  local hint = (" "):rep(look.indent) .. chunks.clip(hint_of(part, drawing), look.width)
  table.insert(lines, 1, { { hint, HINT } })
  return lines
end

---@class local_llm.DiffDrawn virtual lines of a hunk
---@field row integer the line that they stand at
---@field above boolean they stand above it, not below
---@field count integer

---@param self local_llm.DiffTrack
---@param part local_llm.DiffPart
---@param look local_llm.DiffLook
---@param drawing local_llm.DiffDrawing
---@return local_llm.DiffDrawn
local function draw_part(self, part, look, drawing)
  local first = track.row(self, part)
  local below = first + #part.hunk.old - 1
  local lines = virtual(part, look, drawing)
  draw_old(self.buf, part, first)
  local drawn = { row = math.max(below, 0), above = below < 0, count = #lines }
  local mark = { virt_lines = lines, virt_lines_above = drawn.above }
  mark.virt_lines_overflow = look.overflow
  set(self.buf, drawn.row, 0, mark)
  return drawn
end

---@param buf integer
---@param call fun()
local function in_window_of(buf, call)
  local win = vim.fn.bufwinid(buf)
  if win == -1 then return vim.api.nvim_buf_call(buf, call) end
  vim.api.nvim_win_call(win, call)
end

---Draw the open parts instead of what was drawn before.
---@param self local_llm.DiffTrack
---@param drawing local_llm.DiffDrawing
---@return table<local_llm.DiffPart, local_llm.DiffDrawn>
function M.draw(self, drawing)
  M.clear(self.buf)
  local look, drawn = rows.look(self.buf), {}
  in_window_of(self.buf, function()
    for _, part in ipairs(track.open_parts(self)) do
      drawn[part] = draw_part(self, part, look, drawing)
    end
  end)
  return drawn
end

---@param buf integer
function M.clear(buf)
  if vim.api.nvim_buf_is_valid(buf) then vim.api.nvim_buf_clear_namespace(buf, space, 0, -1) end
end

local watched = {} ---@type table<integer, { shape: string, changed: fun() }>

-- At the end, as signs may have made the text narrower while the screen was drawn.
local function on_end()
  for buf, watch in pairs(watched) do
    local shape = vim.api.nvim_buf_is_valid(buf) and rows.shape(buf)
    if shape and shape ~= watch.shape then
      watch.shape = shape
      vim.schedule(watch.changed)
    end
  end
end

---Call back when a window of the buffer shows text in another width or way, or does so for the
---first time: signs, numbers, a split, 'wrap'.
---@param buf integer
---@param changed fun()|nil nil: no longer
function M.watch(buf, changed)
  watched[buf] = changed and { shape = rows.shape(buf), changed = changed } or nil
  vim.api.nvim_set_decoration_provider(space, next(watched) and { on_end = on_end } or {})
end

return M
