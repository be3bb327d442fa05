---`:LocalHistory`: past questions and answers, listed, opened again, followed to their code,
---forgotten.
local M = {}

local host = require("local_llm.host")
local notice = require("local_llm.notice")

local MOST = 500

---@class local_llm.PastActions What a list can do with the answer under its cursor.
---@field open fun(past: local_llm.Past)
---@field jump fun(past: local_llm.Past)
---@field delete fun(past: local_llm.Past)

---@param message table
---@param done fun(data: table)
local function ask(message, done)
  host.ask(message, function(data, failure)
    if failure then return host.complain(failure) end
    done(data)
  end)
end

---@param count integer
---@return string
local function forgotten(count)
  if count == 0 then return "there is no such answer any more" end
  return count == 1 and "1 past answer is forgotten"
    or ("%d past answers are forgotten"):format(count)
end

---@param past local_llm.Past
---@param done? fun()
local function delete(past, done)
  ask({ name = "history_delete", number = past.number }, function(data)
    notice.show(forgotten(data.count))
    if done then done() end
  end)
end

---The keys of a past answer's window, besides those of every answer.
---@param past local_llm.Past
---@return local_llm.AnswerKey[]
local function keys_of(past)
  local function jump(answer)
    require("local_llm.answer").close(answer)
    require("local_llm.history_jump").go(past)
  end
  local function forget(answer)
    delete(past, function()
      require("local_llm.answer").close(answer)
    end)
  end
  local own = {
    { name = "jump", lhs = "<CR>", desc = "go to the code", run = jump },
    { name = "delete", lhs = "dd", desc = "forget this answer", run = forget },
  }
  for _, key in ipairs(own) do
    key.group = "history"
  end
  return vim.list_extend(own, require("local_llm.answer_keys").of({ "close", "yank_code", "help" }))
end

---Show a past answer whole, in the window of answers.
---@param past local_llm.Past
local function open(past)
  ask({ name = "history_entry", number = past.number }, function(data)
    local whole = data.item
    local body = require("local_llm.history_text").whole(whole)
    require("local_llm.answer").reopen(whole, body, keys_of(whole))
  end)
end

---@param words string
---@return local_llm.PastActions
local function actions(words)
  return {
    open = open,
    jump = function(past)
      require("local_llm.history_jump").go(past)
    end,
    delete = function(past)
      delete(past, function()
        M.list(words)
      end)
    end,
  }
end

---List past answers, the latest first, or the best ones for a search.
---@param words string "" = all
function M.list(words)
  local show, limit, previews = require("local_llm.history_pickers").choose(MOST)
  local message = { name = "history", words = words, limit = limit, previews = previews }
  ask(message, function(data)
    if #data.items == 0 then
      local none = words == "" and "no answer was kept yet"
      return notice.show(none or ("no past answer has %q"):format(words))
    end
    local title = require("local_llm.history_text").title(data.total, #data.items, words)
    show(data.items, title, actions(words))
  end)
end

---Forget everything, once the user has confirmed it.
function M.clear()
  local options = { prompt = "Forget every past answer, of all projects?", kind = "local_llm" }
  vim.ui.select({ "No", "Yes, forget them" }, options, function(_, index)
    if index ~= 2 then return end
    ask({ name = "history_delete" }, function(data)
      notice.show(data.count == 0 and "there was no past answer" or forgotten(data.count))
    end)
  end)
end

return M
