---Questions to language servers about a place in a buffer, asked once however many want to know.
---
---Who asks waits as long as he likes; an answer that comes later is kept for the next question,
---until the text changes.
local M = {}

local GIVE_UP_MS = 10000

---@class local_llm.LspQuestion
---@field waiting fun(result: any)[] nil once answered
---@field result any

---@class local_llm.LspQuestions
---@field tick integer of the text they are about
---@field questions table<string, local_llm.LspQuestion>

local kept = {} ---@type table<integer, local_llm.LspQuestions> by buffer

---Call a method of a client, which is a function without `self` before Neovim 0.11.
---@param client vim.lsp.Client
---@param name "request"|"cancel_request"
---@return boolean ok, any ...
function M.call(client, name, ...)
  if vim.fn.has("nvim-0.11") == 1 then return pcall(client[name], client, ...) end
  return pcall(client[name], ...)
end

---Where a byte of a line is, as a server counts.
---@param line string
---@param col integer 0-based byte
---@param encoding string
---@return integer
function M.character(line, col, encoding)
  if encoding == "utf-8" then return col end
  local before = line:sub(1, col)
  local _, points = before:gsub("[^\128-\191]", "")
  if encoding == "utf-32" then return points end
  local _, surrogates = before:gsub("[\240-\247]", "")
  return points + surrogates
end

---@param buf integer
---@return table<string, local_llm.LspQuestion> of the text as it is
local function questions(buf)
  local tick = vim.api.nvim_buf_get_changedtick(buf)
  if not kept[buf] or kept[buf].tick ~= tick then kept[buf] = { tick = tick, questions = {} } end
  return kept[buf].questions
end

---@param question local_llm.LspQuestion
---@param result any
local function answer(question, result)
  local waiting = question.waiting
  if not waiting then return end
  question.result, question.waiting = result, nil
  for _, call in ipairs(waiting) do
    call(result)
  end
end

---@param client vim.lsp.Client
---@param method string
---@param buf integer
---@param place { row: integer, col: integer, line: string }
---@param done fun(result: any) called once, maybe at once; nil for no answer
function M.ask(client, method, buf, place, done)
  local known = questions(buf)
  local key = ("%d %s %d %d"):format(client.id, method, place.row, place.col)
  local question = known[key]
  if question and not question.waiting then return done(question.result) end
  if question then return table.insert(question.waiting, done) end
  question = { waiting = { done } }
  known[key] = question
  local position =
    { line = place.row, character = M.character(place.line, place.col, client.offset_encoding) }
  local params = { textDocument = vim.lsp.util.make_text_document_params(buf), position = position }
  local ok, sent, id = M.call(client, "request", method, params, function(_, result)
    answer(question, result)
  end, buf)
  if not (ok and sent) then return answer(question, nil) end
  vim.defer_fn(function()
    if question.waiting then M.call(client, "cancel_request", id) end
    answer(question, nil)
  end, GIVE_UP_MS)
end

vim.api.nvim_create_autocmd("BufWipeout", {
  group = vim.api.nvim_create_augroup("local_llm.lsp_question", {}),
  callback = function(event)
    kept[event.buf] = nil
  end,
})

return M
