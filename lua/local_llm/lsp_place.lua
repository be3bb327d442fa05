---Where something is defined, as a language server answers it.
local M = {}

local read = require("local_llm.context_read")

local ABOVE = 8 -- rows: a comment, a decorator
local BELOW = 40 -- rows, where a server tells only where the name stands
local MOST_ROWS = 1e7

---@class local_llm.Definition rows from `first` to before `stop`; the name stands in `row`
---@field path string
---@field row integer
---@field first integer
---@field stop integer

---@param position any
---@return integer
local function row_of(position)
  local row = position.line
  assert(row >= 0 and row < MOST_ROWS and row % 1 == 0)
  return row
end

---@param item any Location or LocationLink
---@return local_llm.Definition|nil
local function definition(item)
  local uri = item.targetUri or item.uri
  if not vim.startswith(uri, "file:///") then return nil end
  local path = vim.uri_to_fname(uri)
  if path:find("%c") then return nil end
  local row = row_of((item.targetSelectionRange or item.range).start)
  local whole = item.targetRange
  local first = math.max(0, (whole and row_of(whole.start) or row) - ABOVE)
  if row >= first + read.MOST_LINES then first = row - ABOVE end
  local stop = whole and math.max(row_of(whole["end"]), row) + 1 or row + BELOW
  return { path = path, row = row, first = first, stop = math.min(stop, first + read.MOST_LINES) }
end

---The first place in an answer, nil where there is none or nobody could make sense of it.
---@param result any
---@return local_llm.Definition|nil
function M.first(result)
  if type(result) ~= "table" then return nil end
  local item = (result.uri or result.targetUri) and result or result[1]
  local ok, found = pcall(definition, item)
  return ok and found or nil
end

return M
