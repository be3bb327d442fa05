---Pieces of buffers and of files on disk: few whole lines, however large the rest is.
local M = {}

M.MOST_LINES = 64
local MOST_BYTES = 8 * 1024 -- as much of a piece as fim/ring.py keeps
local MOST_FILE_BYTES = 256 * 1024 -- its line ends are looked for between two keys
-- A piece starts on a multiple, so that a cursor that moved a little is in the same piece: the
-- same text again costs a server nothing.
local GRID = 16 -- rows
local ABOVE = (M.MOST_LINES - GRID) / 2

---The rows of a piece around a row.
---@param row integer 0-based
---@param count integer rows that there are
---@return integer first, integer stop exclusive
function M.around(row, count)
  local first = math.max(0, math.min(row - ABOVE, count - M.MOST_LINES + GRID - 1))
  first = first - first % GRID
  return first, math.min(count, first + M.MOST_LINES)
end

---Leave rows out at the ends, those farther from `row` first, until the rest is short enough.
---@param first integer
---@param stop integer exclusive
---@param row integer
---@param start_of fun(row: integer): integer the byte a row starts at
---@return integer first, integer stop equal where even `row` alone is too long
local function narrow(first, stop, row, start_of)
  while stop > first and start_of(stop) - start_of(first) > MOST_BYTES do
    if row - first > stop - 1 - row then
      first = first + 1
    else
      stop = stop - 1
    end
  end
  return first, stop
end

---@param text string
---@return string|nil
local function readable(text)
  if text:find("%S") and not text:find("%z") then return text end
end

---Lines of a loaded buffer.
---@param buf integer
---@param first integer 0-based
---@param stop integer exclusive; may lie behind the end
---@param row integer one of them; what is kept of lines that are too long together is around it
---@return string|nil text nil where there is nothing to read
---@return integer|nil first the row it begins with
function M.from_buffer(buf, first, stop, row)
  stop = math.min(stop, vim.api.nvim_buf_line_count(buf))
  if row >= stop then return nil end
  first, stop = narrow(first, stop, row, function(at)
    return vim.api.nvim_buf_get_offset(buf, at)
  end)
  return readable(table.concat(vim.api.nvim_buf_get_lines(buf, first, stop, false), "\n")), first
end

---@param data string
---@param last integer
---@return table<integer, integer> starts the byte each row up to `last` starts at
---@return integer count rows found; `starts` has one more
local function find_rows(data, last)
  local starts, count = { [0] = 1 }, 0
  while count < last and starts[count] <= #data do
    local newline = data:find("\n", starts[count], true) or #data + 1
    count = count + 1
    starts[count] = newline + 1
  end
  return starts, count
end

---@param data string
---@param first integer
---@param stop integer exclusive
---@param row integer
---@return string|nil text, integer|nil first
local function cut(data, first, stop, row)
  local starts, count = find_rows(data, stop)
  if row >= count then return nil end
  first, stop = narrow(first, math.min(stop, count), row, function(at)
    return starts[at]
  end)
  if first == stop then return nil end
  return readable(data:sub(starts[first], starts[stop] - 2)), first
end

---Lines of a file, read without holding the editor up. Only a regular file of moderate size is
---opened: a pipe would never end, and a large file is not written by people.
---@param path string absolute
---@param first integer 0-based
---@param stop integer exclusive; may lie behind the end
---@param row integer as in `from_buffer`
---@param done fun(text: string|nil, first: integer|nil) called once, on the main loop
local function from_file(path, first, stop, row, done)
  done = vim.schedule_wrap(done)
  vim.uv.fs_stat(path, function(_, stat)
    local small = stat and stat.type == "file" and stat.size > 0 and stat.size <= MOST_FILE_BYTES
    if not small then return done(nil) end
    vim.uv.fs_open(path, "r", 0, function(_, file)
      if not file then return done(nil) end
      vim.uv.fs_read(file, stat.size, 0, function(_, data)
        vim.uv.fs_close(file, function() end)
        if not data then return done(nil) end
        done(cut(data, first, stop, row))
      end)
    end)
  end)
end

---Lines of a file that is open in the editor.
---@param path string absolute
---@param first integer 0-based
---@param stop integer exclusive; may lie behind the end
---@param row integer as in `from_buffer`
---@return string|nil text, integer|nil first
---@return boolean open
function M.from_loaded(path, first, stop, row)
  local buf = vim.iter(vim.api.nvim_list_bufs()):find(function(buf)
    return vim.api.nvim_buf_is_loaded(buf) and vim.api.nvim_buf_get_name(buf) == path
  end)
  if not buf then return nil, nil, false end
  local text, from = M.from_buffer(buf, first, stop, row)
  return text, from, true
end

---Lines of a file as they stand in the editor, or else on disk.
---@param path string absolute
---@param first integer 0-based
---@param stop integer exclusive; may lie behind the end
---@param row integer as in `from_buffer`
---@param done fun(text: string|nil, first: integer|nil) called once, maybe at once
function M.lines(path, first, stop, row, done)
  local text, from, open = M.from_loaded(path, first, stop, row)
  if open then return done(text, from) end
  from_file(path, first, stop, row, done)
end

return M
