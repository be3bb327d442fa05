---Pieces of other files for the prompts of inline completion: what was yanked, where a buffer was
---left, what was changed and written, and where the names at the cursor are defined.
---
---Here only as much is read as a piece may hold. Python (fim/ring.py) keeps the pieces apart,
---chooses among them, and lets none in of a file that never goes out.
local M = {}

local lsp = require("local_llm.context_lsp")
local queue = require("local_llm.context_queue")
local read = require("local_llm.context_read")
local rules = require("local_llm.complete_rules")

local FEWEST_LINES = 3 -- of a yank

local started = false

---@param buf integer
---@return boolean whether it holds a file, of which Python can tell whether it may go out
local function is_source(buf)
  local options = vim.bo[buf]
  return options.buftype == ""
    and options.buflisted
    and vim.api.nvim_buf_get_name(buf) ~= ""
    and not rules.denied(options.filetype)
end

---Send rows of a buffer.
---@param kind "yank"|"left"|"written"
---@param buf integer
---@param first integer
---@param stop integer exclusive
---@param row integer what is too long is cut around this row
local function send(kind, buf, first, stop, row)
  if not queue.is_new(buf, first, stop) then return end
  local text = read.from_buffer(buf, first, stop, row)
  local path = vim.api.nvim_buf_get_name(buf)
  if text then queue.offer({ kind = kind, path = path, text = text, buf = buf }) end
end

---Send the lines around a row.
---@param kind "left"|"written"
---@param buf integer
---@param row integer
local function send_around(kind, buf, row)
  local first, stop = read.around(row, vim.api.nvim_buf_line_count(buf))
  send(kind, buf, first, stop, row)
end

local function yanked()
  if not queue.is_wanted() then return end
  -- `vim.v.event` would bring all of the text along, 25 ms for 100,000 lines.
  local operator, kind = unpack(vim.api.nvim_eval("[v:event.operator, v:event.regtype]"))
  local buf = vim.api.nvim_get_current_buf()
  if operator ~= "y" or kind:lower() ~= "v" or not is_source(buf) then return end
  local first = vim.api.nvim_buf_get_mark(buf, "[")[1] - 1
  local stop = vim.api.nvim_buf_get_mark(buf, "]")[1]
  if first < 0 or stop - first < FEWEST_LINES then return end
  -- Whole lines, also of characters: half a line tells the model nothing.
  send("yank", buf, first, math.min(stop, first + read.MOST_LINES), first)
end

---@param event { buf: integer }
local function left(event)
  if not queue.is_wanted() or not is_source(event.buf) then return end
  send_around("left", event.buf, vim.api.nvim_win_get_cursor(0)[1] - 1)
end

---@param event { buf: integer }
local function written(event)
  local buf = event.buf
  if not queue.is_wanted() or not is_source(buf) then return end
  -- Not from '[ to ']: after a write those enclose all that was written.
  local row = vim.api.nvim_buf_get_mark(buf, ".")[1]
  if row == 0 then row = vim.api.nvim_win_get_cursor(0)[1] end
  send_around("written", buf, math.min(row, vim.api.nvim_buf_line_count(buf)) - 1)
end

local function entered()
  local buf = vim.api.nvim_get_current_buf()
  if not queue.is_wanted() or not is_source(buf) then return end
  lsp.ask(buf, function(found)
    read.lines(found.path, found.first, found.stop, found.row, function(text)
      if text then
        queue.offer({ kind = "definition", path = found.path, text = text, buf = buf })
      end
    end)
  end)
end

---Watch what is yanked, left, written and asked for. Called as somebody enters insert mode, which
---counts as the first question; later calls do nothing.
function M.start()
  if started then return end
  started = true
  local group = vim.api.nvim_create_augroup("local_llm.context", {})
  local function on(event, callback)
    vim.api.nvim_create_autocmd(event, { group = group, callback = callback })
  end
  on("TextYankPost", yanked)
  on("BufLeave", left)
  on("BufWritePost", written)
  on("InsertEnter", entered)
  entered()
end

return M
