---Answers: which request belongs to which window, and what Python's messages do to it. There is one
---answer window; a new command takes it over, a follow-up goes on below.
local M = {}

local buffer = require("local_llm.answer_buffer")
local host = require("local_llm.host")
local spinner = require("local_llm.spinner")
local text = require("local_llm.answer_text")
local window = require("local_llm.answer_window")

---@class local_llm.Answer
---@field id integer of the latest request
---@field ids integer[] of all requests of this exchange
---@field command string
---@field snapshot local_llm.Snapshot|nil nil until the range is known
---@field more table|nil what goes along with the snapshot
---@field ask_again fun()|nil what asks the first question again, instead of sending the same
---@field question string|nil of the latest follow-up
---@field parent integer|nil the request it followed
---@field text local_llm.AnswerBuffer
---@field window local_llm.AnswerWindow
---@field running boolean
---@field state string
---@field percent integer|nil
---@field detail string|nil
---@field outcome string|nil how it ended, for the title
---@field stats string[]
---@field model string
---@field backend string
---@field spinner local_llm.Spinner|nil

local by_id = {} ---@type table<integer, local_llm.Answer>
local current = nil ---@type local_llm.Answer|nil

---@param answer local_llm.Answer
---@param tick integer
local function label(answer, tick)
  local parts = {}
  if answer.running then
    local what = text.state(answer.state, answer.percent, answer.detail)
    -- Text that grows is sign of life enough; the spinner need not cost as much as the text.
    local frame = answer.state == "writing" and math.floor(tick / 4) or tick
    parts[1] = spinner.frame(frame) .. " " .. what
  else
    parts[1] = answer.outcome
  end
  if answer.model ~= "" then parts[#parts + 1] = answer.model end
  local width = window.width(answer.window)
  local title = text.join(parts, width)
  -- A split has one bar for both.
  local taken = answer.window.kind == "float" and 0 or vim.api.nvim_strwidth(title) + 1
  window.label(answer.window, title, text.join(answer.stats, width - taken))
end

local INTERRUPTS = vim.api.nvim_create_namespace("local_llm.interrupts")

---See the stop key also where Neovim takes it for an interrupt: <C-c> is not mapped while the
---editor is busy drawing, which it often is while an answer comes.
---@param answer local_llm.Answer
local function watch_interrupts(answer)
  local keys = require("local_llm").options().keys or {}
  local stop = (keys.answer or {}).stop
  if stop ~= nil and (not stop or stop:lower() ~= "<c-c>") then return end
  vim.on_key(function(key, typed)
    if (key ~= "\3" and typed ~= "\3") or vim.api.nvim_get_current_buf() ~= answer.text.buf then
      return
    end
    vim.schedule(function()
      M.stop(answer)
    end)
  end, INTERRUPTS)
end

---@param answer local_llm.Answer
---@param outcome string
local function finish(answer, outcome)
  answer.running, answer.outcome = false, outcome
  if current == answer then vim.on_key(nil, INTERRUPTS) end
  if answer.spinner then answer.spinner.stop() end
  answer.spinner = nil
  require("local_llm")._note({ state = "idle" })
  if not buffer.alive(answer.text) then return end
  buffer.refresh(answer.text, false)
  buffer.settle(answer.text)
  label(answer, 0)
end

---@param answer local_llm.Answer
local function set_state(answer, state, percent, detail)
  answer.state, answer.percent, answer.detail = state, percent, detail
  require("local_llm")._note({ state = state, percent = percent })
end

---@param answer local_llm.Answer
local function start(answer)
  answer.running, answer.outcome, answer.stats = true, nil, {}
  set_state(answer, "connecting")
  buffer.grow(answer.text)
  watch_interrupts(answer)
  answer.spinner = spinner.start(function(tick)
    if not buffer.alive(answer.text) then return finish(answer, "closed") end
    buffer.refresh(answer.text, answer.state == "thinking")
    label(answer, tick)
  end)
  label(answer, 0)
end

---The buffer is gone: nobody will read the rest, and no follow-up can come.
---@param answer local_llm.Answer
local function gone(answer)
  if answer.running then
    host.tell({ name = "stop", id = answer.id })
    finish(answer, "closed")
  end
  for _, id in ipairs(answer.ids) do
    host.tell({ name = "forget", id = id })
    by_id[id] = nil
  end
  if current == answer then current = nil end
end

---@param answer local_llm.Answer
local function watch(answer)
  local buf = answer.text.buf
  local group = vim.api.nvim_create_augroup("local_llm.answer." .. buf, {})
  vim.api.nvim_create_autocmd("BufWipeout", {
    group = group,
    buffer = buf,
    callback = function()
      gone(answer)
      vim.schedule(function()
        pcall(vim.api.nvim_del_augroup_by_id, group)
      end)
    end,
  })
  vim.api.nvim_create_autocmd("VimResized", {
    group = group,
    callback = function()
      window.resize(answer.window)
      label(answer, 0)
    end,
  })
end

---@param answer local_llm.Answer
---@return integer
local function new_id(answer)
  local id = host.new_id()
  answer.id = id
  table.insert(answer.ids, id)
  by_id[id] = answer
  return id
end

---The open window that a new answer may take over: only one of this tab page.
---@return local_llm.AnswerWindow|nil
local function reusable()
  if not current or not window.alive(current.window) then return nil end
  local old = current.window
  local shows_it = vim.api.nvim_win_get_buf(old.win) == current.text.buf
  local here = vim.api.nvim_win_get_tabpage(old.win) == vim.api.nvim_get_current_tabpage()
  if shows_it and here then return old end
  if shows_it then window.close(old) end
end

---@param body local_llm.AnswerBuffer
---@return local_llm.AnswerWindow|nil
local function place(body)
  local old = reusable()
  if not old then
    local explain = require("local_llm").options().explain or {}
    return window.open(body.buf, explain.window or "float")
  end
  window.show(old, body.buf) -- wipes the old buffer, which ends the old request
  return old
end

---Open the window, or take over the one that is open.
---@param command string
---@param keys? local_llm.AnswerKey[]
---@return local_llm.Answer|nil nil where no window can be opened now
local function show(command, keys)
  local body = buffer.create()
  local win = place(body)
  if not win then
    vim.api.nvim_buf_delete(body.buf, { force = true })
    return nil
  end
  local answer = {
    command = command,
    ids = {},
    text = body,
    window = win,
    model = "",
    backend = "",
    stats = {},
  }
  current = answer
  watch(answer)
  require("local_llm.answer_keys").set(body.buf, answer, keys)
  return answer
end

---Open the window with its spinner.
---@param command string
---@return local_llm.Answer|nil nil where no window can be opened now
function M.open(command)
  local answer = show(command)
  if not answer then return nil end
  new_id(answer)
  start(answer)
  return answer
end

---Show an answer of the past: complete, to be read only.
---@param past { command: string, model: string, backend: string, finish: string }
---@param whole string its text
---@param keys local_llm.AnswerKey[]
function M.reopen(past, whole, keys)
  local answer = show(past.command, keys)
  if not answer then return end
  answer.running, answer.outcome = false, "from the history"
  answer.model, answer.backend = past.model, past.backend
  answer.stats = text.stats({ finish = past.finish })
  buffer.append(answer.text, whole)
  buffer.settle(answer.text)
  vim.api.nvim_win_set_cursor(answer.window.win, { 1, 0 })
  label(answer, 0)
end

---@param answer local_llm.Answer
---@param message table
local function send(answer, message)
  local failure = host.notify(message)
  if failure then M.fail(answer.id, failure) end
end

---Ask for the answer of an open window.
---@param answer local_llm.Answer
---@param snapshot local_llm.Snapshot
---@param again? boolean past the cache
---@param more? table fields of the message
function M.ask(answer, snapshot, again, more)
  if by_id[answer.id] ~= answer then return end -- closed while the range was looked for
  answer.snapshot, answer.more = snapshot, more
  local message = { name = answer.command, id = answer.id, snapshot = snapshot }
  message.again = again or false
  send(answer, vim.tbl_extend("error", message, more or {}))
end

---Ask the latest question again, past the cache.
---@param answer local_llm.Answer
function M.again(answer)
  if not answer.snapshot then return end
  M.stop(answer)
  if not answer.question and answer.ask_again then return answer.ask_again() end
  if not answer.question then
    local fresh = M.open(answer.command)
    if fresh then M.ask(fresh, answer.snapshot, true, answer.more) end
    return
  end
  buffer.clear_section(answer.text)
  new_id(answer)
  start(answer)
  window.follow(answer.window)
  send(answer, {
    name = "follow_up",
    id = answer.id,
    parent = answer.parent,
    question = answer.question,
  })
end

---@param answer local_llm.Answer
---@param question string
function M.follow_up(answer, question)
  if answer.running then
    require("local_llm.notice").show(
      "the answer is still coming; stop it first",
      vim.log.levels.WARN
    )
    return
  end
  if not buffer.alive(answer.text) then return end
  answer.parent, answer.question = answer.id, question
  buffer.begin_section(answer.text, question)
  new_id(answer)
  start(answer)
  if window.alive(answer.window) then window.follow(answer.window) end
  send(answer, { name = "follow_up", id = answer.id, parent = answer.parent, question = question })
end

---Stop an answer; what has arrived stays.
---@param answer? local_llm.Answer nil = the open one
---@return boolean whether one was under way
function M.stop(answer)
  answer = answer or current
  if not answer or not answer.running then return false end
  host.tell({ name = "stop", id = answer.id })
  finish(answer, "stopped")
  return true
end

---@param answer local_llm.Answer
function M.close(answer)
  window.close(answer.window)
end

---The answer that a request belongs to, if the request is its latest.
---@param id integer
---@return local_llm.Answer|nil
local function find(id)
  local answer = by_id[id]
  return answer and answer.id == id and buffer.alive(answer.text) and answer or nil
end

---@param id integer
---@param piece string
---@return boolean false when there is nowhere to put it
function M.append(id, piece)
  local answer = find(id)
  if not answer then return false end
  local shown = window.alive(answer.window)
    and vim.api.nvim_win_get_buf(answer.window.win) == answer.text.buf
  local follows = shown and window.follows(answer.window)
  buffer.append(answer.text, piece)
  if follows then window.follow(answer.window) end
  if answer.running and answer.state ~= "writing" then set_state(answer, "writing") end
  return true
end

function M.state(id, data)
  local answer = find(id)
  if answer and answer.running then set_state(answer, data.state, data.percent, data.detail) end
end

function M.thinking(id, data)
  local answer = find(id)
  if not answer then return end
  local follows = window.alive(answer.window) and window.follows(answer.window)
  local first = answer.text.thought == nil
  buffer.think(answer.text, data.text)
  if first and follows then window.follow(answer.window) end
  if answer.running and answer.state ~= "thinking" then set_state(answer, "thinking") end
end

---What came so far was reasoning: its end tag came without an opening one.
function M.retract(id)
  local answer = find(id)
  if not answer then return end
  local follows = window.alive(answer.window) and window.follows(answer.window)
  buffer.clear_section(answer.text)
  if follows then window.follow(answer.window) end
end

function M.meta(id, data)
  local answer = find(id)
  if not answer then return end
  answer.model, answer.backend = data.model or answer.model, data.backend or answer.backend
  require("local_llm")._note({ model = answer.model, backend = answer.backend })
  -- Options of a file are known to Python only.
  if data.window and window.alive(answer.window) then window.become(answer.window, data.window) end
  local follows = window.alive(answer.window) and window.follows(answer.window)
  buffer.notes(answer.text, data.notes or {})
  if follows then window.follow(answer.window) end
end

function M.done(id, stats)
  local answer = find(id)
  if not answer then return end
  answer.stats = text.stats(stats)
  if stats.model and stats.model ~= "" then answer.model = stats.model end
  finish(answer, stats.stopped and "stopped" or "done")
end

---@param id integer
---@param failure local_llm.Failure
---@return boolean whether it is shown in a window
function M.fail(id, failure)
  local answer = find(id)
  if not answer then
    -- Closed or replaced by the user: the end of that request is no news.
    return by_id[id] ~= nil
  end
  local follows = window.alive(answer.window) and window.follows(answer.window)
  buffer.refresh(answer.text, false)
  buffer.fail(answer.text, failure)
  if follows then window.follow(answer.window) end
  finish(answer, "failed")
  return window.alive(answer.window)
end

---The host is gone: every answer under way ends with the same failure.
---@param failure local_llm.Failure
---@return boolean whether a window shows it
function M.host_ended(failure)
  local shown = false
  for _, id in ipairs(vim.tbl_keys(by_id)) do
    local answer = by_id[id]
    if answer and answer.id == id and answer.running then
      shown = M.fail(id, failure) or shown
      local data = { id = id, command = answer.command, code = failure.code }
      data.model, data.backend = answer.model, answer.backend
      local event = { pattern = "LocalLlmRequestFailed", data = data, modeline = false }
      pcall(vim.api.nvim_exec_autocmds, "User", event)
    end
  end
  return shown
end

---@return local_llm.Answer|nil the open answer
function M.current()
  return current
end

return M
