---A language server inside the editor that knows one thing, textDocument/inlineCompletion, so that
---`vim.lsp.inline_completion` (Neovim 0.12) can show the suggestions: `complete.display = "lsp"`.
local M = {}

local METHOD = "textDocument/inlineCompletion"
local CAPABILITIES = { inlineCompletionProvider = true, positionEncoding = "utf-8" }

---@param callback fun(err: lsp.ResponseError?, result: any)
local function suggest(callback)
  require("local_llm.complete").request(function(texts, ended)
    if not ended then return end
    local items = vim.tbl_map(function(text)
      return { insertText = text }
    end, texts)
    callback(nil, { items = items })
  end)
end

---The server, as `vim.lsp.start` wants one without a process.
---@param dispatchers vim.lsp.rpc.Dispatchers
---@return vim.lsp.rpc.PublicClient
local function serve(dispatchers)
  local closing, last_id = false, 0
  local server = {}

  function server.request(method, _params, callback)
    last_id = last_id + 1
    if method == "initialize" then
      callback(nil, { capabilities = CAPABILITIES, serverInfo = { name = "local-llm" } })
    elseif method == METHOD then
      suggest(callback)
    elseif method == "shutdown" then
      callback(nil, nil)
    else
      callback({ code = -32601, message = "no such method" }, nil)
    end
    return true, last_id
  end

  function server.notify(method)
    if method == "exit" then
      closing = true
      dispatchers.on_exit(0, 0)
    end
    return true
  end

  function server.is_closing()
    return closing
  end

  function server.terminate()
    closing = true
  end

  return server
end

---@return boolean whether this Neovim can show them
function M.possible()
  return vim.lsp.inline_completion ~= nil
end

---Serve a buffer.
---@param buf integer
function M.attach(buf)
  if not M.possible() or vim.bo[buf].buftype ~= "" then return end
  vim.lsp.start({ name = "local-llm", cmd = serve }, { bufnr = buf, silent = true })
end

return M
