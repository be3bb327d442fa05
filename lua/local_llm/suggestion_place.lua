---Where a suggestion was asked for, and what was typed there since.
local M = {}

local text = require("local_llm.suggestion_text")

-- Nobody types this many lines through one suggestion; who is that far below has gone elsewhere.
local MOST_ROWS = 200

---@class local_llm.Place
---@field buf integer
---@field row integer 0-based
---@field col integer bytes
---@field left string the line up to the place, as it was
---@field right string the line from there on
---@field below string|nil the next line; nil: there was none

---@class local_llm.Typed
---@field row integer of the cursor, 0-based
---@field col integer of the cursor, bytes
---@field text string what stands between the place and the cursor
---@field extra string closers that a plugin for pairs put right of the cursor since; with a line
---  end in front where they have a line of their own

---The lines of the ticket's text at its place.
---@param ticket local_llm.Ticket
---@return string left, string right, string|nil below
local function in_ticket(ticket)
  local after = ticket.after
  local stop = after:find("\n", 1, true)
  local right = after:sub(1, (stop or 0) - 1)
  -- By its length: a pattern that ends in $ looks at every line of the text.
  local left = ticket.before:sub(#ticket.before - ticket.col + 1)
  return left, right, stop and after:match("^[^\n]*", stop + 1)
end

---The same of the buffer, for a ticket that brings no text: all that was typed since counts as
---left of the cursor.
---@param ticket local_llm.Ticket
---@return string left, string right, string|nil below
local function in_buffer(ticket)
  local row, col = ticket.row, ticket.col
  local cursor = vim.api.nvim_win_get_cursor(0)
  local moved = vim.api.nvim_buf_get_changedtick(ticket.buf) ~= ticket.tick
  local right_row, right_col = row, col
  if moved then
    right_row, right_col = cursor[1] - 1, cursor[2]
  end
  local line = vim.api.nvim_buf_get_lines(ticket.buf, row, row + 1, false)[1] or ""
  local rest = vim.api.nvim_buf_get_lines(ticket.buf, right_row, right_row + 2, false)
  return line:sub(1, col), (rest[1] or ""):sub(right_col + 1), rest[2]
end

---@param ticket local_llm.Ticket `before` and `after` may be missing
---@return local_llm.Place
function M.of(ticket)
  local read = ticket.before and ticket.after and in_ticket or in_buffer
  local left, right, below = read(ticket)
  local place = { buf = ticket.buf, row = ticket.row, col = ticket.col }
  place.left, place.right, place.below = left, right, below
  return place
end

---Whether text can be typed in a buffer now, at a place that has a column.
---@param buf integer
---@return boolean
local function typing_in(buf)
  if vim.api.nvim_get_current_buf() ~= buf then return false end
  if vim.api.nvim_get_mode().mode:sub(1, 1) ~= "i" then return false end
  return vim.fn.getcurpos()[4] == 0 -- else it is behind the end of a line ('virtualedit')
end

---What was put right of the cursor since, by a plugin that closes pairs or blocks.
---@param place local_llm.Place
---@param right string right of the cursor
---@param below string[] the next two lines
---@return string|nil nil where the text there is another
local function extra_of(place, right, below)
  if right == place.right then
    -- One line more than there was: the closer of a pair that was parted, or an `end`.
    local one_more = below[1] ~= place.below and below[2] == place.below
    return one_more and below[1] and "\n" .. below[1] or ""
  end
  if vim.endswith(right, place.right) then
    local extra = right:sub(1, #right - #place.right)
    return text.is_closing(extra) and extra or nil
  end
  -- A pair was parted left of other text, which went down with the closer.
  if right == "" and below[1] and vim.endswith(below[1], place.right) then
    local extra = below[1]:sub(1, #below[1] - #place.right)
    return text.is_closing(extra) and "\n" .. extra or nil
  end
end

---@param place local_llm.Place
---@return local_llm.Typed|nil nil where the cursor or the text around it is elsewhere
function M.typed(place)
  if not typing_in(place.buf) then return nil end
  local cursor = vim.api.nvim_win_get_cursor(0)
  local row, col = cursor[1] - 1, cursor[2]
  local more = row - place.row
  if more < 0 or more > MOST_ROWS then return nil end
  local lines = vim.api.nvim_buf_get_lines(place.buf, place.row, row + 3, false)
  local first, last = lines[1], lines[more + 1]
  if not vim.startswith(first, place.left) or (more == 0 and col < place.col) then return nil end
  local extra = extra_of(place, last:sub(col + 1), { lines[more + 2], lines[more + 3] })
  if not extra then return nil end
  lines[more + 1] = last:sub(1, col)
  lines[1] = lines[1]:sub(place.col + 1)
  local typed = table.concat(lines, "\n", 1, more + 1)
  return { row = row, col = col, text = typed, extra = extra }
end

return M
