---Ghost text: a suggestion drawn at the cursor, in nobody's buffer.
---
---The first line is virtual text in the line, which moves what is right of it aside and stays
---behind the cursor; the others are virtual lines below. The three marks keep their ids, so that a
---change is one step and no screen lies between.
local M = {}

local chunks = require("local_llm.ghost_chunks")

local space = vim.api.nvim_create_namespace("local_llm.ghost")
local MARKS = { first = 1, below = 2, info = 3 }
local TEXT, INFO = "LocalLlmGhost", "LocalLlmGhostInfo"
local SCROLLS = vim.fn.has("nvim-0.11") == 1 -- virtual lines go along with the text, sideways

local SPARE = 8 -- cells for what is typed before the line is drawn anew

local function define_highlights()
  vim.api.nvim_set_hl(0, TEXT, { link = "Comment", default = true })
  vim.api.nvim_set_hl(0, INFO, { link = "NonText", default = true })
end

define_highlights()
vim.api.nvim_create_autocmd("ColorScheme", {
  group = vim.api.nvim_create_augroup("local_llm.ghost", {}),
  callback = define_highlights,
})

---@param buf integer
---@param name "first"|"below"|"info"
---@param row integer
---@param col integer
---@param mark table|nil nil: there is none
local function set(buf, name, row, col, mark)
  local id = MARKS[name]
  if not mark then return vim.api.nvim_buf_del_extmark(buf, space, id) end
  mark.id, mark.undo_restore = id, false
  vim.api.nvim_buf_set_extmark(buf, space, row, col, mark)
end

---Whether the place is on the screen, and written from left to right.
---@param row integer
---@return boolean
local function can_draw(row)
  return vim.fn.foldclosed(row + 1) == -1 and not vim.wo.rightleft
end

---The display column where the text behind a place begins, virtual text before it included.
---@param row integer
---@param col integer bytes
---@return integer 0-based
local function column_of(row, col)
  return col == 0 and 0 or vim.fn.virtcol({ row + 1, col })
end

---@return { width: integer, textoff: integer } of the current window, in cells
local function window()
  return vim.fn.getwininfo(vim.api.nvim_get_current_win())[1]
end

---The first line, as it would look in the buffer. A window that does not wrap would scroll sideways
---for all of it, and again at every key; so it gets what there is room for.
---@param line string
---@param row integer
---@param col integer bytes
---@return table|nil mark
local function first_line(line, row, col)
  local shown = chunks.expand(line, column_of(row, col))
  if not vim.wo.wrap then
    local info = window()
    local text_width = info.width - info.textoff
    local room = info.width - vim.fn.wincol() - SPARE
    shown = chunks.clip(shown, math.max(room, math.floor(text_width / 2)))
  end
  if shown == "" then return nil end
  -- "combine" would give it the colours of the character it stands before, a matching bracket's.
  return { virt_text = { { shown, TEXT } }, virt_text_pos = "inline", hl_mode = "replace" }
end

---The first display column on the screen, as it will be: text in a line may have scrolled it.
---@return integer
local function leftmost_column()
  vim.fn.wincol() -- this scrolls where it is due
  return vim.fn.winsaveview().leftcol
end

local made_for, made = nil, {} ---@type string|nil, table[] the rows made last, and of what

---The lines below the first. Virtual lines neither wrap nor, before 0.11, scroll sideways; so they
---come as they would look. They are the same for many keys.
---@param text string
---@return table[] virt_lines
local function rows_of(text)
  local info, wrap = window(), vim.wo.wrap
  local width = info.width - info.textoff
  local left = SCROLLS and 0 or leftmost_column()
  local stops = { vim.bo.tabstop, vim.bo.vartabstop, tostring(vim.wo.list), vim.wo.listchars }
  local made_of =
    table.concat({ tostring(wrap), width, left, vim.o.lines, text, unpack(stops) }, "\0")
  if made_of == made_for then return made end
  made_for, made = made_of, {}
  local lines = vim.split(text, "\n", { plain = true })
  for index = 1, math.min(#lines, vim.o.lines) do
    local line = chunks.expand(lines[index], 0)
    for _, part in ipairs(wrap and chunks.wrap(line, width) or { chunks.skip(line, left) }) do
      made[#made + 1] = { { part, TEXT } }
    end
  end
  return made
end

---@param rows table[]
---@return table mark
local function below(rows)
  -- The first mark of the line: before the virtual lines of others.
  local mark = { virt_lines = rows, right_gravity = false }
  if SCROLLS and not vim.wo.wrap then mark.virt_lines_overflow = "scroll" end
  return mark
end

---Draw at the cursor of the current window, instead of what was drawn before.
---@param buf integer the current buffer
---@param row integer 0-based
---@param col integer bytes
---@param text string
---@param info? string shown at the end of the line
---@return boolean drawn false in a closed fold and where lines run from right to left
function M.draw(buf, row, col, text, info)
  if not can_draw(row) then
    M.clear(buf)
    return false
  end
  local line, rest = text:match("^([^\n]*)\n?(.*)$")
  local has_more = #line < #text
  set(buf, "first", row, col, first_line(line, row, col))
  set(buf, "below", row, 0, has_more and below(rows_of(rest)) or nil)
  local hint = info and { virt_text = { { info, INFO } }, hl_mode = "combine" }
  set(buf, "info", row, col, hint or nil)
  if has_more then require("local_llm.ghost_scroll").make_room(row, col, #made) end
  return true
end

---@param buf integer
function M.clear(buf)
  if vim.api.nvim_buf_is_valid(buf) then vim.api.nvim_buf_clear_namespace(buf, space, 0, -1) end
end

return M
