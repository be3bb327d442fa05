---The public face: `setup`, `status`. Loads nothing heavy; Python starts with the first command.
local M = {}

---@class local_llm.Status
---@field state "idle"|"connecting"|"loading"|"reading"|"thinking"|"writing"
---@field percent integer|nil of the prompt read, while `state` is "reading" and the server tells
---@field model string "" until an answer told it
---@field backend string

---@type local_llm.Status
local status = { state = "idle", model = "", backend = "" }
---@type table|nil
local merged = nil
---@type table
local given = vim.empty_dict()

---Set options; see |local-llm-options|. May be called again: the later call wins.
---@param options? local_llm.Options
function M.setup(options)
  local check = require("local_llm.options")
  local errors
  merged, errors = check.check(options or {})
  given = check.wire(options or vim.empty_dict())
  if #errors > 0 then
    local text = "setup{}: " .. table.concat(errors, "\nsetup{}: ")
    require("local_llm.notice").show(text .. "\nsee :help local-llm-options", vim.log.levels.ERROR)
  end
  if vim.v.vim_did_enter == 1 then require("local_llm.keys").apply() end
  local host = package.loaded["local_llm.host"]
  if host then host.configure() end
  local complete = package.loaded["local_llm.complete"]
  if complete then complete.reset() end
end

---Whether `setup{}` was called; most users need not.
---@return boolean
function M.is_set_up()
  return merged ~= nil
end

---The options in force as far as the editor needs them.
---@return table
function M.options()
  merged = merged or require("local_llm.options").check({})
  return merged
end

---What `setup{}` was given, as it goes to Python.
---@return table
function M.given()
  return given
end

---A short text for a statusline: "" while idle, else such as "llm reading 40%".
---@return string
function M.status()
  if status.state == "idle" then return "" end
  local percent = status.percent and (" %d%%"):format(status.percent) or ""
  return "llm " .. status.state .. percent
end

---The same as a table, with model and backend of the last answer. A copy: changing it is harmless.
---@return local_llm.Status
function M.status_info()
  return vim.deepcopy(status)
end

---For the plugin's own modules: note a change, and let statuslines redraw when they show it.
---@param change { state?: string, percent?: integer, model?: string, backend?: string }
function M._note(change)
  local shown = M.status()
  if change.state then
    status.state, status.percent = change.state, change.percent
  end
  status.model = change.model or status.model
  status.backend = change.backend or status.backend
  if M.status() ~= shown then vim.cmd.redrawstatus({ bang = true }) end
end

return M
