---What a person would look up about a diagnostic, as far as the editor knows it within 150 ms;
---field names are those of Found in prompts/evidence.py.
local M = {}

local bags = require("local_llm.gather_bag")
local files = require("local_llm.gather_files")
local servers = require("local_llm.gather_lsp")
local scope = require("local_llm.scope")

local LIMIT_MS = 140 -- of 150; what is sent then takes some, too
local TOP = 200 -- rows that imports are looked for in
local TOP_BYTES = 16 * 1024
local LONGEST = 400 -- rows of a function that are sent; of a longer one those around
local AROUND = 40 -- rows on each side
local MORE = 200 -- rows of the file on each side of that
local MORE_BYTES = 16 * 1024

---@class local_llm.Gathered
---@field code { path: string, first_row: integer, lines: string[] }
---@field before { path: string, first_row: integer, lines: string[] } what stands before `code`
---@field behind { path: string, first_row: integer, lines: string[] }
---@field enclosing { row: integer, text: string }[]
---@field top string[]
---@field hovers { name: string, text: string }[]
---@field definitions { path: string, first_row: integer, lines: string[] }[]
---@field late string[]

---@param window local_llm.Window
---@param first integer 0-based
---@param last integer
---@return { path: string, first_row: integer, lines: string[] }
local function passage(window, first, last)
  local from = math.max(first, window.first)
  local lines = vim.list_slice(window.lines, from - window.first + 1, last - window.first + 1)
  return { path = "", first_row = from, lines = lines }
end

---Leave lines out, those farthest from the code first, until the rest is short enough.
---@param lines string[]
---@param end_is_far boolean
---@return string[] in place
local function bounded(lines, end_is_far)
  local bytes = 0
  for _, line in ipairs(lines) do
    bytes = bytes + #line + 1
  end
  while bytes > MORE_BYTES do
    bytes = bytes - #table.remove(lines, end_is_far and #lines or 1) - 1
  end
  return lines
end

---@param bag local_llm.Bag
---@param window local_llm.Window
---@param first integer 0-based
---@param last integer
local function take_code(bag, window, first, last)
  local code = passage(window, first, last)
  bag.found.code = code
  local stop = code.first_row + #code.lines
  local before = passage(window, math.max(0, code.first_row - MORE), code.first_row - 1)
  bounded(before.lines, false)
  before.first_row = code.first_row - #before.lines
  local behind = passage(window, stop, stop + MORE - 1)
  bounded(behind.lines, true)
  bag.found.before, bag.found.behind = before, behind
end

---Look for the function around, in place of the lines around.
---@param bag local_llm.Bag
---@param buf integer
---@param window local_llm.Window
---@param near { first: integer, last: integer }
---@param rows { first: integer, last: integer } of the diagnostics
local function find_function(bag, buf, window, near, rows)
  local arrived = bags.expect(bag, "the function around (language server)")
  scope.find(buf, window, rows.first, function(found)
    if found and bag.done and found.last_row >= rows.last then
      bag.found.enclosing = found.enclosing
      local whole = found.last_row - found.first_row < LONGEST
      local from = whole and found.first_row or math.max(found.first_row, near.first)
      local to = whole and found.last_row or math.min(found.last_row, near.last)
      take_code(bag, window, from, to)
      servers.ask_function(bag, buf, rows.last)
    end
    arrived()
  end)
end

---The lines that diagnostics point at, in files that are not open.
---@param bag local_llm.Bag
---@param buf integer
---@param reports local_llm.Report[]
local function read_related(bag, buf, reports)
  for _, report in ipairs(reports) do
    for _, place in ipairs(report.related) do
      if #place.lines == 0 then files.around(bag, buf, place.path, place.row) end
    end
  end
end

---@param buf integer
---@return string[]
local function top_of(buf)
  local offset = vim.api.nvim_buf_get_offset
  local count = math.min(TOP, vim.api.nvim_buf_line_count(buf))
  while count > 0 and offset(buf, count) > TOP_BYTES do
    count = math.floor(count / 2)
  end
  return vim.api.nvim_buf_get_lines(buf, 0, count, false)
end

---Gather; `done` is called once, at once or within 150 ms.
---@param buf integer the current buffer
---@param reports local_llm.Report[] at least one
---@param rows { first: integer, last: integer }|nil 0-based; nil: the function around
---@param done fun(found: local_llm.Gathered)
function M.start(buf, reports, rows, done)
  local found = { enclosing = {}, hovers = {}, definitions = {}, late = {}, top = top_of(buf) }
  local bag = bags.new(found, done)
  local arrived = bags.expect(bag, "the text")
  local of = { first = reports[1].row, last = reports[#reports].row }
  local window = scope.window(buf, of.first, of.last)
  local near = rows or { first = math.max(0, of.first - AROUND), last = of.last + AROUND }
  take_code(bag, window, near.first, near.last)
  read_related(bag, buf, reports)
  servers.ask(bag, buf, reports)
  if rows then
    found.enclosing = scope.enclosing(buf, window, rows.first, rows.last)
  else
    find_function(bag, buf, window, near, of)
  end
  vim.defer_fn(function()
    bags.close(bag)
  end, LIMIT_MS)
  arrived()
end

return M
