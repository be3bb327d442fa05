---What was selected: from visual mode, from `:'<,'>`, or from a plain range. Rows are 0-based,
---columns 0-based bytes, ends inclusive.
local M = {}

local MAXCOL = vim.v.maxcol
local BLOCK = "\22"

---@class local_llm.Selection
---@field kind "line"|"char"|"block"
---@field how "selection"|"range"
---@field first_row integer
---@field last_row integer
---@field first_col integer byte where the text begins in the first row ("char")
---@field last_col integer byte before which it ends in the last row ("char"), exclusive
---@field left integer first display column, 0-based ("block")
---@field right number display column after the last ("block"); math.huge after `$`

---@param row integer
---@return string
local function line_at(row)
  return vim.api.nvim_buf_get_lines(0, row, row + 1, false)[1] or ""
end

---Byte just after the character at `col`, with the marks composed onto it.
---@param line string
---@param col integer 0-based
---@return integer
local function after_char(line, col)
  if col >= #line then return #line end
  if not line:find("^[\128-\255]", col + 2) then return col + 1 + vim.str_utf_end(line, col + 1) end
  return col + math.max(1, #vim.fn.matchstr(line:sub(col + 1, col + 64), "^."))
end

---@param row integer
---@param col integer
---@param off integer virtual columns past the end of the line
---@return integer first, integer last 0-based display columns of the character there
local function columns_of(row, col, off)
  local line = line_at(row)
  local first = vim.fn.strdisplaywidth(line:sub(1, col)) + off
  local width = 1
  if col < #line then
    width = vim.fn.strdisplaywidth(line:sub(col + 1, after_char(line, col)), first)
  end
  return first, first + math.max(width, 1) - 1
end

---@param a integer[] a position as getpos() gives it
---@param b integer[]
---@return integer[], integer[]
local function ordered(a, b)
  if a[2] < b[2] or (a[2] == b[2] and a[3] <= b[3]) then return a, b end
  return b, a
end

---@param a integer[]
---@param b integer[]
---@return local_llm.Selection
local function charwise(a, b)
  local first_row, last_row = a[2] - 1, b[2] - 1
  local last, col = line_at(last_row), math.min(b[3], MAXCOL) - 1
  local exclusive = vim.o.selection == "exclusive"
  return {
    kind = "char",
    how = "selection",
    first_row = first_row,
    last_row = last_row,
    first_col = math.min(a[3] - 1, #line_at(first_row)),
    last_col = exclusive and math.min(col, #last) or after_char(last, col),
  }
end

---@param a integer[]
---@param b integer[]
---@param to_end boolean the block was extended with `$`
---@return local_llm.Selection
local function blockwise(a, b, to_end)
  local a_first, a_last = columns_of(a[2] - 1, a[3] - 1, a[4])
  local b_first, b_last = columns_of(b[2] - 1, b[3] - 1, b[4])
  local right = math.max(a_last, b_last) + 1
  if vim.o.selection == "exclusive" then
    -- The rightmost corner itself is not part of it, unless both corners share a column.
    local edge = math.max(a_first, b_first)
    if edge > math.min(a_first, b_first) then right = edge end
  end
  return {
    kind = "block",
    how = "selection",
    first_row = a[2] - 1,
    last_row = b[2] - 1,
    left = math.min(a_first, b_first),
    right = to_end and math.huge or right,
  }
end

---@param mode string "v", "V" or CTRL-V
---@param a integer[]
---@param b integer[]
---@param to_end boolean
---@return local_llm.Selection
function M.between(mode, a, b, to_end)
  a, b = ordered(a, b)
  if mode == "v" then return charwise(a, b) end
  if mode == BLOCK then return blockwise(a, b, to_end) end
  return { kind = "line", how = "selection", first_row = a[2] - 1, last_row = b[2] - 1 }
end

---@param first integer 1-based
---@param last integer 1-based
---@return local_llm.Selection
function M.rows(first, last)
  local first_row, last_row = math.min(first, last) - 1, math.max(first, last) - 1
  return { kind = "line", how = "range", first_row = first_row, last_row = last_row }
end

---The selection while visual mode is still on (a `<Cmd>` mapping), else nil.
---@return local_llm.Selection|nil
function M.visual_now()
  local mode = vim.fn.mode()
  if mode ~= "v" and mode ~= "V" and mode ~= BLOCK then return nil end
  local to_end = vim.fn.winsaveview().curswant >= MAXCOL
  return M.between(mode, vim.fn.getpos("v"), vim.fn.getpos("."), to_end)
end

local seen_history = -1

---The command line just typed; "" for a command from a mapping, which leaves no history.
---@return string
local function just_typed()
  local number = vim.fn.histnr(":")
  local is_new = number ~= seen_history
  seen_history = number
  return is_new and vim.fn.histget(":", -1) or ""
end

---Whether a range equal to the marks means the marks. A command just typed tells by its text; one
---from a mapping has just left visual mode, so the cursor is still at one end of it.
---@param command string name of the command
---@param typed string
---@return boolean
local function means_marks(command, typed)
  if typed:find(command:sub(1, 6), 1, true) then
    return typed:find("^[%s:]*'<%s*,%s*'>") ~= nil or typed:find("^[%s:]*%*") ~= nil
  end
  local row = vim.api.nvim_win_get_cursor(0)[1]
  return row == vim.fn.line("'<") or row == vim.fn.line("'>")
end

---Whether the last block was extended with `$`. The marks do not tell; only `gv` knows.
---@return boolean
local function last_block_to_end()
  local view = vim.fn.winsaveview()
  vim.cmd("noautocmd normal! gv")
  local wanted = vim.fn.winsaveview().curswant
  vim.cmd("noautocmd normal! \27")
  vim.fn.winrestview(view)
  return wanted >= MAXCOL
end

---@param opts { range: integer, line1: integer, line2: integer, name: string? } of a user command
---@return local_llm.Selection|nil nil when no range was given
function M.from_command(opts)
  local typed = just_typed()
  if opts.range == 0 then return nil end
  local a, b = vim.fn.getpos("'<"), vim.fn.getpos("'>")
  local is_marks = opts.range == 2 and a[2] == opts.line1 and b[2] == opts.line2
  if not is_marks or a[2] == 0 or not means_marks(opts.name or "Local", typed) then
    return M.rows(opts.line1, opts.line2)
  end
  local mode = vim.fn.visualmode()
  return M.between(mode, a, b, mode == BLOCK and last_block_to_end())
end

---The part of a line in display columns [left, right), as a block yank would give it: what a
---column cuts through (a tab, a wide character) becomes spaces.
---@param line string
---@param left integer
---@param right number
---@return string
function M.columns(line, left, right)
  if not line:find("[%z\1-\31\127-\255]") then
    return line:sub(left + 1, right == math.huge and -1 or right)
  end
  local out, column, at = {}, 0, 0
  while at < #line and column < right do
    local stop = after_char(line, at)
    local char = line:sub(at + 1, stop)
    local next_column = column + vim.fn.strdisplaywidth(char, column)
    if column >= left and next_column <= right then
      out[#out + 1] = char
    elseif next_column > left then
      out[#out + 1] = (" "):rep(math.min(next_column, right) - math.max(column, left))
    end
    column, at = next_column, stop
  end
  return table.concat(out)
end

return M
