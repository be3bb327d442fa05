---Questions to language servers, asked once however many want to know.
---
---Who asks waits as long as he likes; an answer that comes later is kept for the next question,
---until some text that the server knows changes.
local M = {}

local GIVE_UP_MS = 10000
local FRESH_MS = 60 * 1000 -- a file may have changed where no buffer shows it

---@class local_llm.LspQuestion
---@field waiting table<fun(result: any), boolean>|nil nil once answered
---@field result any
---@field id integer|nil of the request, while the server thinks

---@class local_llm.LspQuestions
---@field version integer of the texts they are about
---@field born integer ms
---@field questions table<string, local_llm.LspQuestion>

---@type table<vim.lsp.Client, local_llm.LspQuestions>
local kept = setmetatable({}, { __mode = "k" })

---Call a method of a client, which is a function without `self` before Neovim 0.11.
---@param client vim.lsp.Client
---@param name "request"|"cancel_request"
---@return boolean ok, any ...
local function call(client, name, ...)
  if vim.fn.has("nvim-0.11") == 1 then return pcall(client[name], client, ...) end
  return pcall(client[name], ...)
end

---Where a byte of a line is, as a server counts.
---@param line string
---@param col integer 0-based byte
---@param encoding string
---@return integer
local function character(line, col, encoding)
  if encoding == "utf-8" then return col end
  local before = line:sub(1, col)
  local _, points = before:gsub("[^\128-\191]", "")
  if encoding == "utf-32" then return points end
  local _, surrogates = before:gsub("[\240-\247]", "")
  return points + surrogates
end

---@param client vim.lsp.Client
---@return integer version of all texts that it knows
local function version(client)
  local sum = 0
  for buf in pairs(client.attached_buffers) do
    if vim.api.nvim_buf_is_loaded(buf) then sum = sum + vim.api.nvim_buf_get_changedtick(buf) end
  end
  return sum
end

---@param client vim.lsp.Client
---@return table<string, local_llm.LspQuestion> of the texts as they are
local function questions(client)
  local now, of = vim.uv.now(), version(client)
  local known = kept[client]
  if not known or known.version ~= of or now - known.born > FRESH_MS then
    known = { version = of, born = now, questions = {} }
    kept[client] = known
  end
  return known.questions
end

---@param question local_llm.LspQuestion
---@param result any
local function answer(question, result)
  local waiting = question.waiting
  if not waiting then return end
  question.result, question.waiting, question.id = result, nil, nil
  for done in pairs(waiting) do
    done(result)
  end
end

---@param client vim.lsp.Client
---@param question local_llm.LspQuestion
local function give_up(client, question)
  if question.id then call(client, "cancel_request", question.id) end
  answer(question, nil)
end

---@param client vim.lsp.Client
---@param buf integer
---@param place { row: integer, col: integer, line: string }|nil
---@return table params
local function params_of(client, buf, place)
  local params = { textDocument = vim.lsp.util.make_text_document_params(buf) }
  if place then
    local at = character(place.line, place.col, client.offset_encoding)
    params.position = { line = place.row, character = at }
  end
  return params
end

---@param client vim.lsp.Client
---@param method string
---@param buf integer
---@param place { row: integer, col: integer, line: string }|nil
---@param question local_llm.LspQuestion
local function send(client, method, buf, place, question)
  local params = params_of(client, buf, place)
  local ok, sent, id = call(client, "request", method, params, function(_, result)
    answer(question, result)
  end, buf)
  if not (ok and sent) then return answer(question, nil) end
  if not question.waiting then return end -- a server in this process has answered already
  question.id = id
  vim.defer_fn(function()
    give_up(client, question)
  end, GIVE_UP_MS)
end

---Ask about a buffer, or a place in it.
---@param client vim.lsp.Client
---@param method string
---@param buf integer
---@param place { row: integer, col: integer, line: string }|nil
---@param done fun(result: any) called once, maybe at once; nil for no answer within 10 s
---@return fun() cancel `done` is not called any more; where nobody else waits, the server is told
function M.ask(client, method, buf, place, done)
  local known = questions(client)
  local at = place and ("%d:%d"):format(place.row, place.col) or ""
  local key = ("%d %s %s"):format(buf, method, at)
  local question = known[key]
  if question and not question.waiting then
    done(question.result)
  elseif question then
    question.waiting[done] = true
  else
    question = { waiting = { [done] = true } }
    known[key] = question
    send(client, method, buf, place, question)
  end
  return function()
    if not question.waiting then return end
    question.waiting[done] = nil
    if next(question.waiting) then return end
    known[key] = nil
    give_up(client, question)
  end
end

return M
