---What Python can tell the editor: one function, called by name and request id.
---
---  append {text} -> boolean            false: window and buffer are gone
---  state {state, percent?, detail?}    connecting, loading, reading, thinking, writing
---  thinking {text}                     a piece of reasoning
---  retract {}                          the answer so far was reasoning; it follows as such
---  meta {model, backend, window, notes}  notes: what was cut, one sentence each
---  done <Stats of features/port.py>
---  fail {code, message, hint, where}   what has arrived is kept
---  configured {warnings}
---  preview {lines}
---  stats {lines}
---  fix {first_row, old, new, notes, retries}  lines in place of others
---  history {items, total}              items: Kept of features/history_entry.py; total: how many
---                                      there are, also beyond the limit
---  history_entry {item}                with its answer whole
---  history_deleted {count}
---  search {query, removed, url, host, allowed}  removed: "2 paths, 1 string"; url: with {query}
---  pick {title, items, verb}           items: {name, label, current}
---  notice {level, message}
---  health {sections}
---  ghost {texts, done, info?, debounce_ms?, refused?, rule?, failed?}  suggestions for that ticket
---  event {name, command, model, backend, code?}
local M = {}

---@type table<string, fun(id: integer, data: table): any>
local handlers = {}

---Python's None arrives as vim.NIL; here it is an absent field.
---@param value any
---@return any
local function without_nil(value)
  if type(value) ~= "table" then return value end
  for key, item in pairs(value) do
    if item == vim.NIL then
      value[key] = nil
    else
      without_nil(item)
    end
  end
  return value
end

function handlers.append(id, data)
  return require("local_llm.answer").append(id, data.text)
end

for _, name in ipairs({ "thinking", "retract", "meta" }) do
  handlers[name] = function(id, data)
    require("local_llm.answer")[name](id, data)
  end
end

function handlers.state(id, data)
  if not require("local_llm.progress").state(id, data) then
    require("local_llm.answer").state(id, data)
  end
end

function handlers.done(id, data)
  if require("local_llm.progress").has(id) then
    require("local_llm.host").reply(id, data) -- it was stopped
  else
    require("local_llm.answer").done(id, data)
  end
end

function handlers.fail(id, data)
  local host = require("local_llm.host")
  if host.expects(id) then
    host.reply(id, nil, data)
  elseif not require("local_llm.answer").fail(id, data) then
    host.complain(data)
  end
end

---Replies to `host.ask`.
local REPLIES = { "preview", "stats", "health", "pick", "fix", "search" }
vim.list_extend(REPLIES, { "history", "history_entry", "history_deleted" })
for _, name in ipairs(REPLIES) do
  handlers[name] = function(id, data)
    local host = require("local_llm.host")
    if host.expects(id) then
      host.reply(id, data)
    elseif name == "pick" then
      require("local_llm.pick").choose(data)
    end
  end
end

function handlers.ghost(id, data)
  require("local_llm.complete").ghost(id, data)
end

function handlers.configured(_, data)
  require("local_llm.host").note_works()
  local warnings = data.warnings or {}
  if #warnings == 0 then return end
  require("local_llm.notice").show(table.concat(warnings, "\n"), vim.log.levels.WARN)
end

function handlers.notice(_, data)
  local level = vim.log.levels[(data.level or "info"):upper()] or vim.log.levels.INFO
  require("local_llm.notice").show(data.message, level)
end

function handlers.event(id, data)
  local known = { command = data.command, model = data.model, backend = data.backend }
  known.id, known.code = id, data.code
  vim.api.nvim_exec_autocmds("User", { pattern = data.name, data = known, modeline = false })
end

---Take one message. Never raises: an error text would go back to Python with our arguments in it.
---@param name string
---@param id integer
---@param data table
---@return any
function M.call(name, id, data)
  local handler = handlers[name]
  if not handler then return nil end
  local ok, result = pcall(handler, id, without_nil(data))
  if ok then return result end
  require("local_llm.log").write("editor", ("%s: %s"):format(name, result))
  return false
end

return M
