---Where the names at the cursor are defined, from the language servers of a buffer.
---
---Nothing waits for a server. What it says before the first ticket is in that one's prompt, and
---what it says later in a prompt to come.
local M = {}

local names = require("local_llm.context_names")
local place = require("local_llm.lsp_place")
local question = require("local_llm.lsp_question")

local METHOD = "textDocument/definition"
local LIMIT_MS = 2000 -- by then somebody types elsewhere
local NEAR = 128 -- rows that are in the prompt anyway

local open = {} ---@type fun()[] take the questions back
local timer = assert(vim.uv.new_timer())

---Passes on what is elsewhere, each place once.
---@param path string the file that is edited
---@param row integer
---@param found fun(definition: local_llm.Definition)
---@return fun(result: any)
local function only_new(path, row, found)
  local known = {} ---@type local_llm.Definition[]
  return function(result)
    local it = place.first(result)
    if not it or it.path == path and math.abs(it.row - row) <= NEAR then return end
    for _, other in ipairs(known) do
      local inside = it.row >= other.first and it.row < other.stop
      if it.path == other.path and inside then return end
    end
    known[#known + 1] = it
    found(it)
  end
end

---Give up the questions under way.
function M.cancel()
  timer:stop()
  local cancels = open
  open = {}
  for _, cancel in ipairs(cancels) do
    cancel()
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
      open[#open + 1] = question.ask(client, METHOD, buf, name, function(result)
        take(result)
      end)
    end
  end
  timer:start(LIMIT_MS, 0, vim.schedule_wrap(M.cancel))
end

return M
