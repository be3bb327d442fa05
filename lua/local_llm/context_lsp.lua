---Where the names at the cursor are defined, from the language servers of a buffer.
---
---Nothing waits for a server. What it says before the first ticket is in that one's prompt, and
---what it says later in a prompt to come.
local M = {}

local names = require("local_llm.context_names")
local question = require("local_llm.lsp_question")
local read = require("local_llm.context_read")

local METHOD = "textDocument/definition"
local LIMIT_MS = 2000 -- by then somebody types elsewhere
local NEAR = 128 -- rows that are in the prompt anyway
local ABOVE = 8 -- rows: a comment, a decorator
local BELOW = 40 -- rows, where a server tells only where the name stands
local MOST_ROWS = 1e7

---@class local_llm.Definition rows from `first` to before `stop`; the name stands in `row`
---@field path string
---@field row integer
---@field first integer
---@field stop integer

local open = {} ---@type table<{ id: integer? }, vim.lsp.Client> requests under way
local timer = assert(vim.uv.new_timer())

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
function M.first_definition(result)
  if type(result) ~= "table" then return nil end
  local item = (result.uri or result.targetUri) and result or result[1]
  local ok, found = pcall(definition, item)
  return ok and found or nil
end

---@param client vim.lsp.Client
---@param buf integer
---@param name local_llm.Name
---@param found fun(definition: local_llm.Definition)
local function ask_one(client, buf, name, found)
  local request = {}
  open[request] = client
  local params = {
    textDocument = vim.lsp.util.make_text_document_params(buf),
    position = {
      line = name.row,
      character = question.character(name.line, name.col, client.offset_encoding),
    },
  }
  local ok, sent, id = question.call(client, "request", METHOD, params, function(_, result)
    if not open[request] then return end
    open[request] = nil
    local place = M.first_definition(result)
    if place then found(place) end
  end, buf)
  request.id = id
  if not (ok and sent) then open[request] = nil end
end

---Passes on what is elsewhere, each place once.
---@param path string the file that is edited
---@param row integer
---@param found fun(definition: local_llm.Definition)
---@return fun(definition: local_llm.Definition)
local function only_new(path, row, found)
  local known = {} ---@type local_llm.Definition[]
  return function(place)
    if place.path == path and math.abs(place.row - row) <= NEAR then return end
    for _, other in ipairs(known) do
      local inside = place.row >= other.first and place.row < other.stop
      if place.path == other.path and inside then return end
    end
    known[#known + 1] = place
    found(place)
  end
end

---Give up the requests under way.
function M.cancel()
  timer:stop()
  for request, client in pairs(open) do
    open[request] = nil
    if request.id then question.call(client, "cancel_request", request.id) end
  end
end

---Ask for the names around the cursor, all at once; earlier questions are void.
---@param buf integer the current buffer
---@param found fun(definition: local_llm.Definition) called for each as it comes, for 2 s at most
function M.ask(buf, found)
  M.cancel()
  -- Where nobody has loaded it there is no client, and loading it takes some milliseconds.
  if not package.loaded["vim.lsp"] then return end
  local clients = vim.lsp.get_clients({ bufnr = buf, method = METHOD })
  if #clients == 0 then return end
  local cursor = vim.api.nvim_win_get_cursor(0)
  local row = cursor[1] - 1
  local take = only_new(vim.api.nvim_buf_get_name(buf), row, found)
  for _, name in ipairs(names.at(buf, row, cursor[2])) do
    for _, client in ipairs(clients) do
      ask_one(client, buf, name, take)
    end
  end
  timer:start(LIMIT_MS, 0, vim.schedule_wrap(M.cancel))
end

return M
