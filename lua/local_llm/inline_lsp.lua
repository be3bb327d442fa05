---A language server inside the editor that knows one thing, textDocument/inlineCompletion, so that
---`vim.lsp.inline_completion` (Neovim 0.12) can show the suggestions: `complete.display = "lsp"`.
---
---Neovim asks 200 ms after the last key, and until it has the answer it goes on showing the old
---one. Each suggestion has a range, so that what was typed meanwhile is not shown twice. Accepted
---at that moment it would be inserted twice; the command of the suggestion takes that back.
local M = {}

local METHOD = "textDocument/inlineCompletion"
local CAPABILITIES = { inlineCompletionProvider = true, positionEncoding = "utf-8" }
local AUTOMATIC = 2 -- InlineCompletionTriggerKind
local COMMAND = "local_llm.accepted"

local told = false
local by_hand = false -- the next question is a person's
local served = {} ---@type table<integer, boolean>

---Take out what was typed between the answer and its being accepted, as it came with the rest.
---@param command lsp.Command
local function accepted(command)
  local text, right = unpack(command.arguments)
  local cursor = vim.api.nvim_win_get_cursor(0)
  local row, col = cursor[1] - 1, cursor[2]
  local rest = vim.api.nvim_get_current_line():sub(col + 1)
  local typed = rest:sub(1, #rest - #right)
  if typed == "" or typed .. right ~= rest or not vim.startswith(text, typed) then return end
  vim.api.nvim_buf_set_text(0, row, col, row, col + #typed, {})
end

---@param texts string[]
---@return table[] items
local function items(texts)
  local cursor = vim.api.nvim_win_get_cursor(0)
  local at = { line = cursor[1] - 1, character = cursor[2] }
  local right = vim.api.nvim_get_current_line():sub(cursor[2] + 1)
  return vim.tbl_map(function(text)
    local command = { title = "", command = COMMAND, arguments = { text, right } }
    return { insertText = text, range = { start = at, ["end"] = at }, command = command }
  end, texts)
end

---@param params table
---@param callback fun(err: lsp.ResponseError?, result: any)
---@return fun() cancel
local function suggest(params, callback)
  local how = { manual = by_hand or (params.context or {}).triggerKind ~= AUTOMATIC }
  by_hand = false
  local here = require("local_llm.complete_ask").here
  local place = here()
  return require("local_llm.complete").request(function(texts)
    -- Without a result what is shown stays; for a text that was changed since there is none.
    local holds = texts and here() == place
    callback(nil, holds and { items = items(texts) } or nil)
  end, how)
end

---The server, as `vim.lsp.start` wants one without a process.
---@param dispatchers vim.lsp.rpc.Dispatchers
---@return vim.lsp.rpc.PublicClient
local function serve(dispatchers)
  local closing, last_id = false, 0
  local cancels = {} ---@type table<integer, fun()>
  local server = {}

  function server.request(method, params, callback, replied)
    last_id = last_id + 1
    local id = last_id
    local function reply(...)
      cancels[id] = nil
      if replied then replied(id) end
      callback(...)
    end
    if method == "initialize" then
      reply(nil, { capabilities = CAPABILITIES, serverInfo = { name = "local-llm" } })
    elseif method == METHOD then
      cancels[id] = suggest(params, reply)
    elseif method == "shutdown" then
      reply(nil, nil)
    else
      reply({ code = -32601, message = "no such method" }, nil)
    end
    return true, id
  end

  function server.notify(method, params)
    if method == "exit" then
      closing = true
      dispatchers.on_exit(0, 0)
    elseif method == "$/cancelRequest" and cancels[params.id] then
      cancels[params.id]()
      cancels[params.id] = nil
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

---Have Neovim ask for the current buffer, as it does after a key.
---@return boolean whether it will
function M.now()
  local buf = vim.api.nvim_get_current_buf()
  if not served[buf] then return false end
  local group = ("nvim.lsp.inline_completion:%d"):format(buf)
  -- There is no function for it; and no group where the user has switched it off.
  by_hand = pcall(vim.api.nvim_exec_autocmds, "CursorMovedI", { group = group, buffer = buf })
  return by_hand
end

---Serve a buffer; where this Neovim cannot, say so once.
---@param buf integer
function M.attach(buf)
  if not M.possible() then
    if told then return end
    told = true
    local text = 'complete.display = "lsp" needs Neovim 0.12; suggestions are shown as ghost text'
    return require("local_llm.notice").show(text, vim.log.levels.WARN)
  end
  if served[buf] or require("local_llm.complete_rules").impossible() then return end
  local config = { name = "local-llm", cmd = serve, commands = { [COMMAND] = accepted } }
  local client = vim.lsp.start(config, { bufnr = buf, silent = true })
  if not client then return end
  served[buf] = true
  -- Once: who switches it off for the buffer means it.
  vim.lsp.inline_completion.enable(true, { bufnr = buf })
end

return M
