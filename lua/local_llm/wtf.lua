---:LocalWtf, the editor's part: which diagnostics are meant, and what is known about them.
---
---The question goes to Python at once, which asks the tools while the servers are asked here; what
---they say follows within 150 ms.
local M = {}

local answers = require("local_llm.answer")
local diagnostics = require("local_llm.diagnostics")
local gather = require("local_llm.gather")
local host = require("local_llm.host")
local snapshot = require("local_llm.snapshot")

---@class local_llm.Pointed
---@field buf integer
---@field shot local_llm.Snapshot
---@field rows { first: integer, last: integer }|nil all of the code that is meant; nil: find it
---@field found local_llm.Gathered|nil what was known about it at first

---@param buf integer
---@param row integer 0-based
---@return string
local function nearest(buf, row)
  local best = nil ---@type integer|nil
  for _, item in ipairs(vim.diagnostic.get(buf)) do
    if not best or math.abs(item.lnum - row) < math.abs(best - row) then best = item.lnum end
  end
  if not best then return "the buffer has none; see :checkhealth vim.lsp" end
  return ("the nearest is on line %d; :LocalWtf! takes all of the buffer"):format(best + 1)
end

---@param buf integer
---@param first integer 0-based
---@param last integer
---@return local_llm.Failure
local function none(buf, first, last)
  local where = first == last and ("on line %d"):format(first + 1)
    or ("on lines %d-%d"):format(first + 1, last + 1)
  local message = "there is no diagnostic " .. where
  return { code = "InputRejected", message = message, hint = nearest(buf, first), where = "" }
end

---What a command was pointed at.
---@param opts { range: integer, line1: integer, line2: integer, bang: boolean?, buf: integer? }
---@return local_llm.Pointed|nil, local_llm.Failure|nil
function M.pointed(opts)
  local buf = opts.buf or vim.api.nvim_get_current_buf()
  local first, last, rows = opts.line1 - 1, opts.line2 - 1, nil
  if opts.bang then
    first, last = 0, vim.api.nvim_buf_line_count(buf) - 1
    rows = { first = first, last = last }
  elseif opts.range == 0 then
    first = vim.api.nvim_win_get_cursor(0)[1] - 1
    last = first
  end
  local reports = diagnostics.within(buf, first, last)
  if #reports == 0 then return nil, none(buf, first, last) end
  local shot = vim.tbl_extend("error", snapshot.place(buf), {
    kind = "line",
    scope = "range",
    first_row = reports[1].row,
    last_row = reports[#reports].row,
    lines = snapshot.read(buf, reports[1].row, reports[1].row),
    diagnostics = reports,
  })
  return { buf = buf, shot = shot, rows = rows }
end

---Gather about it; `done` is called once, at once or within 150 ms.
---@param pointed local_llm.Pointed
---@param done fun(found: local_llm.Gathered)
function M.gather(pointed, done)
  gather.start(pointed.buf, pointed.shot.diagnostics, pointed.rows, done)
end

---Whether the text is still what the diagnostics are about.
---@param pointed local_llm.Pointed
---@return boolean
local function is_fresh(pointed)
  local buf = pointed.buf
  if not vim.api.nvim_buf_is_loaded(buf) then return false end
  return vim.api.nvim_buf_get_changedtick(buf) == pointed.shot.tick
end

---@param pointed local_llm.Pointed
---@param instructions string
---@param again boolean past the cache of answers
local function ask(pointed, instructions, again)
  local more, id = { instructions = instructions }, nil
  local function send_found()
    if id and pointed.found then
      host.tell({ name = "wtf_found", id = id, found = pointed.found })
    end
  end
  local fresh = is_fresh(pointed)
  -- First, because the time for it runs from the command on, and a window takes some of it.
  if fresh then
    pointed.found = nil
    M.gather(pointed, function(found)
      pointed.found = found
      send_found()
    end)
  else
    more.found = pointed.found
  end
  local answer = answers.open("wtf")
  if not answer then return end
  answer.ask_again = function()
    ask(pointed, instructions, true)
  end
  answers.ask(answer, pointed.shot, again, more)
  id = answer.id
  if fresh then send_found() end
end

---Say what the diagnostics mean.
---@param opts { range: integer, line1: integer, line2: integer, bang: boolean?, args: string }
function M.explain(opts)
  local pointed, failure = M.pointed(opts)
  if not pointed then return host.complain(failure) end
  ask(pointed, opts.args or "", false)
end

return M
