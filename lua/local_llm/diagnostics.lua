---Diagnostics as Python takes them; field names are those of Diagnostic in features/port.py.
local M = {}

local read = require("local_llm.context_read")

local SEVERITY = { "error", "warning", "information", "hint" }
local MOST = 50
local MOST_RELATED = 4
local AROUND = 3 -- rows of a related place on each side

---@class local_llm.RelatedPlace
---@field path string
---@field row integer 0-based
---@field message string
---@field first_row integer
---@field lines string[]

---@class local_llm.Report
---@field row integer 0-based
---@field col integer byte
---@field severity string
---@field message string
---@field source string
---@field code string
---@field href string
---@field related local_llm.RelatedPlace[]

---What a server sent, as far as it has the shape that it must have.
---@param item vim.Diagnostic
---@return table
local function lsp_of(item)
  local data = type(item.user_data) == "table" and item.user_data.lsp
  return type(data) == "table" and data or {}
end

---@param given any relatedInformation of a server
---@return local_llm.RelatedPlace
local function related_place(given)
  local path = vim.uri_to_fname(given.location.uri)
  local row = given.location.range.start.line
  local place = { path = path, row = row, message = given.message or "", first_row = 0, lines = {} }
  local first = math.max(0, row - AROUND)
  local text, from = read.from_loaded(path, first, row + AROUND + 1, row)
  if not text then return place end
  place.first_row, place.lines = from, vim.split(text, "\n", { plain = true })
  return place
end

---@param item vim.Diagnostic
---@return local_llm.RelatedPlace[]
local function related(item)
  local found = {}
  local given = lsp_of(item).relatedInformation
  for _, one in ipairs(type(given) == "table" and given or {}) do
    local ok, place = pcall(related_place, one)
    if ok and #found < MOST_RELATED then found[#found + 1] = place end
  end
  return found
end

---@param item vim.Diagnostic
---@return local_llm.Report
local function report(item)
  local described = lsp_of(item).codeDescription
  local href = type(described) == "table" and described.href
  return {
    row = item.lnum,
    col = item.col,
    severity = SEVERITY[item.severity] or "error",
    message = item.message,
    source = item.source or "",
    code = item.code and tostring(item.code) or "",
    href = type(href) == "string" and href or "",
    related = related(item),
  }
end

---Those that lie in a range, at least in part, in the order of rows.
---@param buf integer
---@param first integer 0-based
---@param last integer
---@return local_llm.Report[]
function M.within(buf, first, last)
  if not vim.api.nvim_buf_is_valid(buf) then return {} end
  local items = vim.tbl_filter(function(item)
    return item.lnum <= last and (item.end_lnum or item.lnum) >= first
  end, vim.diagnostic.get(buf))
  table.sort(items, function(a, b)
    if a.lnum ~= b.lnum then return a.lnum < b.lnum end
    if a.severity ~= b.severity then return a.severity < b.severity end
    return a.col < b.col
  end)
  return vim.tbl_map(report, vim.list_slice(items, 1, MOST))
end

return M
