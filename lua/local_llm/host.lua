---The Python host: one process, started on first use, started again after it ended.
---
---Messages to it (rpcnotify, one table each; `name` says which):
---  configure {setup, root_dir, cwd}
---  explain {id, snapshot, again}        again: past the cache of answers
---  follow_up {id, parent, question}     parent: the request it follows
---  stop {id?}                           without id: everything
---  forget {id}                          window and buffer are gone
---  preview {id, command, snapshot}      reply: preview
---  models {id, root}                    reply: pick
---  use_model {id, root, model}
---  backends {id, root}                  reply: pick
---  use_backend {id, root, backend}
---  health {id}                          reply: health
---  wtf {id, snapshot, instructions, again, found?}  answers; without `found`, wtf_found follows
---  wtf_fix {id, snapshot, instructions, tried}  reply: fix; wtf_found follows
---  wtf_found {id, found}                what the editor gathered, see gather.lua
---  complete {ticket, used?}             replies: ghost, with the ticket's id; used: see usage.lua
---  complete_cancel {}                   the ticket is void, and what is done ahead
---  complete_idle {ticket}               nobody types: read ahead
---  complete_used {used}                 what became of suggestions
---  context {kind, path, root, text}     a piece of another file
---  stats {id, reset?}                   reply: stats
---  history {id, words, limit, previews} reply: history; words "": the latest; previews: with the
---                                       beginning of each answer
---  history_entry {id, number}           reply: history_entry
---  history_delete {id, number?}         reply: history_deleted; without number: everything
---  search {id, path, root, filetype, message, source, code, engine}  a diagnostic; reply: search
---  search_allow {id, host}              open it without asking from now on; reply: search
---  search_forget {id}                   ask again from now on; reply: search
---  engines {id, root}                   reply: pick
local M = {}

local interpreter = require("local_llm.interpreter")

---@class local_llm.Failure
---@field code string class name of errors.py, or "HostDied"
---@field message string
---@field hint string
---@field where string

---@alias local_llm.Waiter fun(reply: table|nil, failure: local_llm.Failure|nil)

-- Left to itself, glibc learns to keep the room of a large answer, and scatters small things in it:
-- 2 MB more after 100 s of hard typing, 0.7 so. Other systems do not know these names.
local MALLOC = {
  MALLOC_ARENA_MAX = "1",
  MALLOC_MMAP_THRESHOLD_ = tostring(64 * 1024),
  MALLOC_TRIM_THRESHOLD_ = tostring(128 * 1024),
}
local ENV = vim.tbl_extend("error", interpreter.ENV, MALLOC)
-- A packager's folder is not ours to write into, even where root could.
local UNWRITTEN = vim.tbl_extend("error", ENV, { PYTHONDONTWRITEBYTECODE = "1" })

local channel = nil ---@type integer|nil
local last_id = 0
local died = false
local works = false -- the latest process has understood its options, and so runs our code
local leaving = false
local stopped = nil ---@type integer|nil the latest job that `stop` ended
local stderr_tail = ""
local stderr_line = "" -- its unfinished last line
local waiting = {} ---@type table<integer, local_llm.Waiter>

---A new request id, unique in this session.
---@return integer
function M.new_id()
  last_id = last_id + 1
  return last_id
end

---@return local_llm.Interpreter
function M.interpreter()
  return interpreter.find()
end

---@return boolean
function M.running()
  return channel ~= nil
end

---The process has understood its options.
function M.note_works()
  works = true
end

---Whether the latest process ran our code; one that never did would end again.
---@return boolean
function M.works()
  return works
end

---@return integer|nil pid of the host
function M.pid()
  if not channel then return nil end
  local ok, pid = pcall(vim.fn.jobpid, channel)
  return ok and pid or nil
end

---@param code integer exit status; 128 + n for signal n
---@return local_llm.Failure
local function describe_end(code)
  local missing = stderr_tail:match("local%-llm: missing: ([^\n]*)")
  if code == interpreter.INCOMPLETE and missing then
    local found = M.interpreter()
    local message = ("%s (%s) lacks: %s"):format(found.path, found.why, missing)
    local hint = interpreter.advice(found)
    return { code = "InstallError", message = message, hint = hint, where = "" }
  end
  return {
    code = "HostDied",
    message = ("the Python side ended unexpectedly (status %d)"):format(code),
    hint = "the next command starts it again; see :LocalLog",
    where = "",
  }
end

---End every open request with one failure each.
---@param failure local_llm.Failure
---@return boolean told whether the user got to see it
local function fail_all(failure)
  local open = waiting
  waiting = {}
  for _, waiter in pairs(open) do
    waiter(nil, failure)
  end
  local answers = package.loaded["local_llm.answer"]
  local shown = answers ~= nil and answers.host_ended(failure)
  return shown or not vim.tbl_isempty(open)
end

---@param job integer
---@param code integer
local function on_exit(job, code)
  if job == channel then channel = nil end
  local wanted = job == stopped or leaving
  local failure = describe_end(code)
  local told = not wanted and fail_all(failure)
  local complete = package.loaded["local_llm.complete"]
  if complete then told = complete.host_ended(not wanted and failure or nil) or told end
  if wanted then return end
  died = not told
  require("local_llm.log").write("editor", ("host ended with status %d"):format(code))
  if not told and failure.code == "InstallError" then M.complain(failure) end
end

---@param lines string[]
local function on_stderr(_, lines)
  if leaving then return end -- pynvim's traceback about the closed channel is no news
  local text = table.concat(lines, "\n")
  stderr_tail = (stderr_tail .. text):sub(-4096)
  local ended = text == "" -- what jobstart sends at the end of the stream
  stderr_line = stderr_line .. text
  local cut = ended and #stderr_line or #(stderr_line:match("^.*\n") or "")
  if cut > 0 then require("local_llm.log").write("host", stderr_line:sub(1, cut)) end
  stderr_line = stderr_line:sub(cut + 1):sub(-4096)
end

---Show a failure that belongs to no window.
---@param failure local_llm.Failure
function M.complain(failure)
  local where = failure.where or ""
  local place = where ~= "" and not failure.message:find(where, 1, true) and (" (" .. where .. ")")
  local text = failure.message .. (place or "")
  if failure.hint and failure.hint ~= "" then text = text .. "; " .. failure.hint end
  require("local_llm.notice").show(text, vim.log.levels.ERROR)
end

---Close the process at the editor's end, without holding that up.
local function leave()
  leaving = true
  if not channel then return end
  local pid = M.pid()
  if not pid then return end
  -- At the channel's end the host closes its sockets and writes what it has counted; a signal, as
  -- jobstop() sends one, may kill it before that.
  pcall(vim.fn.chanclose, channel, "rpc")
  -- Neovim itself waits up to 2 s for its jobs. Ours needs a few ms to close its sockets; if it
  -- hangs, nothing in it is worth waiting for. (jobwait() does not wait for jobs with a channel.)
  local ended = vim.wait(150, function()
    return channel == nil
  end, 5)
  if not ended then vim.uv.kill(pid, "sigkill") end
end

---@return local_llm.Failure|nil
local function start()
  local found = M.interpreter()
  stderr_tail = ""
  local ok, job = pcall(vim.fn.jobstart, interpreter.argv(found.path), {
    rpc = true,
    cwd = interpreter.root(), -- not the project: nothing in it is to be imported
    env = interpreter.packaged() and UNWRITTEN or ENV,
    on_exit = on_exit,
    on_stderr = on_stderr,
  })
  if not ok or job <= 0 then
    local message = ("cannot run %s (%s)"):format(found.path, found.why)
    local hint = interpreter.advice(found)
    if not interpreter.packaged() then hint = hint .. ", or set the option `python`" end
    return { code = "InstallError", message = message, hint = hint, where = "" }
  end
  channel, works = job, false
  local group = vim.api.nvim_create_augroup("local_llm.host", {})
  vim.api.nvim_create_autocmd("VimLeavePre", { group = group, callback = leave })
  if died then
    require("local_llm.notice").show(
      "the Python side had ended; it was started again",
      vim.log.levels.WARN
    )
  end
  died = false
  require("local_llm.install_stamp").warn_once(found.path)
  M.configure()
end

---End the process; the next command starts it again, after an installation on another interpreter.
function M.stop()
  local job = channel
  if not job then return end
  channel, stopped = nil, job
  pcall(vim.fn.jobstop, job)
  fail_all({
    code = "HostDied",
    message = "the Python side was stopped for another one",
    hint = "run the command again",
    where = "",
  })
end

---Send the options (again); nothing where the host does not run.
function M.configure()
  if not channel then return end
  pcall(vim.rpcnotify, channel, "local_llm", {
    name = "configure",
    setup = require("local_llm").given(),
    root_dir = interpreter.root(),
    cwd = vim.uv.cwd() or "",
  })
end

---Send one message, starting the host where it does not run.
---@param message table with `name`
---@return local_llm.Failure|nil
function M.notify(message)
  local failure = not channel and start() or nil
  if failure then return failure end
  local ok = pcall(vim.rpcnotify, channel, "local_llm", message)
  if ok then return nil end
  channel = nil
  return describe_end(-1)
end

---Send one message if the host runs; for messages that mean nothing to a new one.
---@param message table
function M.tell(message)
  if channel then pcall(vim.rpcnotify, channel, "local_llm", message) end
end

---Send a message and hand the one reply (or failure) to `waiter`.
---@param message table gets an id
---@param waiter local_llm.Waiter
---@return integer id
function M.ask(message, waiter)
  message.id = M.new_id()
  waiting[message.id] = waiter
  local failure = M.notify(message)
  if failure and waiting[message.id] then M.reply(message.id, nil, failure) end
  return message.id
end

---@param id integer
---@return boolean
function M.expects(id)
  return waiting[id] ~= nil
end

---@param id integer
---@param reply table|nil
---@param failure? local_llm.Failure
function M.reply(id, reply, failure)
  local waiter = waiting[id]
  waiting[id] = nil
  if waiter then waiter(reply, failure) end
end

return M
