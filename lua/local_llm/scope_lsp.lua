---Functions and classes from the language server's symbols.
local M = {}

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

---Ask the servers of a buffer; `done` is called once, with nil when none knew in time.
---@param buf integer
---@param row integer 0-based
---@param done fun(heads: local_llm.TreeHead[]|nil)
function M.heads(buf, row, done)
  local clients = vim.lsp.get_clients({ bufnr = buf, method = METHOD })
  if #clients == 0 then return done(nil) end
  local finished = false
  local function finish(heads)
    if finished then return end
    finished = true
    done(heads)
  end
  local params = { textDocument = vim.lsp.util.make_text_document_params(buf) }
  local cancel = vim.lsp.buf_request_all(buf, METHOD, params, function(answers)
    for _, answer in pairs(answers) do
      local ok, heads = pcall(M.heads_from, answer.result or {}, row)
      if ok and #heads > 0 then return finish(heads) end
    end
    finish(nil)
  end)
  vim.defer_fn(function()
    if finished then return end
    pcall(cancel)
    finish(nil)
  end, LIMIT_MS)
end

return M
