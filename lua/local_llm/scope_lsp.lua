---Functions and classes from the language server's symbols.
local M = {}

local question = require("local_llm.lsp_question")

-- Longer than this and reading the text is the better service.
local LIMIT_MS = 150
local METHOD = "textDocument/documentSymbol"

local KIND = {
  [6] = "function", -- Method
  [9] = "function", -- Constructor
  [12] = "function", -- Function
  [5] = "class",
  [10] = "class", -- Enum
  [11] = "class", -- Interface
  [23] = "class", -- Struct
}

---@param symbols table[]
---@param row integer 0-based
---@param heads local_llm.TreeHead[]
local function collect(symbols, row, heads)
  for _, symbol in ipairs(symbols) do
    local range = symbol.range or (symbol.location or {}).range
    if range and range.start.line <= row and range["end"].line >= row then
      local kind = KIND[symbol.kind]
      if kind then
        local name = symbol.selectionRange or range
        heads[#heads + 1] = {
          kind = kind,
          first = range.start.line,
          last = range["end"].line,
          row = name.start.line,
        }
      end
      collect(symbol.children or {}, row, heads)
    end
  end
end

---Turn the answer of a server into heads, innermost first.
---@param symbols table[] DocumentSymbol[] or SymbolInformation[]
---@param row integer 0-based
---@return local_llm.TreeHead[]
function M.heads_from(symbols, row)
  local heads = {}
  collect(symbols, row, heads)
  table.sort(heads, function(a, b)
    if a.last - a.first ~= b.last - b.first then return a.last - a.first < b.last - b.first end
    return a.row > b.row
  end)
  return heads
end

---@param answers table<integer, any> by server
---@param count integer of servers
---@param row integer 0-based
---@return local_llm.TreeHead[]|nil of the first server that knows any
local function first_heads(answers, count, row)
  for at = 1, count do
    local ok, heads = pcall(M.heads_from, answers[at] or {}, row)
    if ok and #heads > 0 then return heads end
  end
end

---Ask the servers of a buffer; `done` is called once, with nil when none knew in time.
---@param buf integer
---@param row integer 0-based
---@param done fun(heads: local_llm.TreeHead[]|nil)
function M.heads(buf, row, done)
  local clients = vim.lsp.get_clients({ bufnr = buf, method = METHOD })
  local answers, missing = {}, #clients
  local function finish()
    if not done then return end
    local call = done
    done = nil
    call(first_heads(answers, #clients, row))
  end
  if missing == 0 then return finish() end
  for at, client in ipairs(clients) do
    question.ask(client, METHOD, buf, nil, function(result)
      answers[at] = result
      missing = missing - 1
      if missing == 0 then finish() end
    end)
  end
  if done then vim.defer_fn(finish, LIMIT_MS) end
end

return M
