---`:LocalInstall`: the plugin's own Python environment, in its folder, made in the background.
local M = {}

local interpreter = require("local_llm.interpreter")
local plan = require("local_llm.install_plan")
local report = require("local_llm.install_report")
local stamp = require("local_llm.install_stamp")

M.EXTRAS = { "embedded" }

-- A setting meant for other environments (`pip install --user`) would make pip fail in this one.
local ENV = vim.tbl_extend("error", interpreter.ENV, { PIP_USER = "0" })

---@class local_llm.Installation
---@field report local_llm.InstallReport
---@field extras string[]
---@field routes local_llm.InstallRoute[] still to try
---@field output string[] what the programs printed
---@field process vim.SystemObj|nil
---@field began number ms

local current = nil ---@type local_llm.Installation|nil

---@param level "ERROR"|"WARN"|"INFO"
---@param text string
local function tell(level, text)
  require("local_llm.notice").show(text, vim.log.levels[level])
end

---@param self local_llm.Installation
---@param level "ERROR"|"WARN"|"INFO"
---@param text string
local function finish(self, level, text)
  current = nil
  local seconds = (vim.uv.hrtime() / 1e6 - self.began) / 1000
  report.add(self.report, ("%s (%.0f s)"):format(text, seconds))
  tell(level, text)
end

---@param self local_llm.Installation
local function succeed(self)
  stamp.write(self.extras)
  require("local_llm.host").stop() -- the next command starts it on the new environment
  local found = interpreter.find()
  if found.path == plan.target() then return finish(self, "INFO", "installed and ready") end
  finish(self, "WARN", ("installed, but %s comes first"):format(found.why))
end

---@param self local_llm.Installation
---@param route local_llm.InstallRoute
local function fail(self, route)
  -- Half an environment would be taken for a whole one.
  if route.fresh then vim.fn.delete(stamp.venv(), "rf") end
  if #self.routes > 0 then
    report.add(self.report, ("%s failed; trying with %s"):format(route.name, self.routes[1].name))
    return M._try(self)
  end
  finish(self, "ERROR", "not installed: " .. plan.diagnose(table.concat(self.output)))
  report.add(self.report, "put that right, then run :LocalInstall again")
end

---Cut a stream into whole lines.
---@param take fun(lines: string)
---@return fun(problem: string|nil, data: string|nil)
local function by_line(take)
  local rest = ""
  return vim.schedule_wrap(function(_, data)
    rest = rest .. (data or "\n") -- nil: its end
    local whole = rest:match("^.*[\r\n]")
    if not whole then return end
    rest = rest:sub(#whole + 1)
    take(whole)
  end)
end

---@param self local_llm.Installation
---@param argv string[]
---@param done fun(ok: boolean)
local function run(self, argv, done)
  local function take(lines)
    table.insert(self.output, lines)
    report.add(self.report, lines, "  ")
  end
  local options = { stdout = by_line(take), stderr = by_line(take), env = ENV }
  local ok, process = pcall(vim.system, argv, options, function(ended)
    vim.schedule(function()
      self.process = nil
      done(ended.code == 0)
    end)
  end)
  if ok then
    self.process = process
  else
    take(tostring(process))
    done(false)
  end
end

---@param self local_llm.Installation
---@param route local_llm.InstallRoute
---@param at integer
local function run_step(self, route, at)
  local step = route.steps[at]
  if not step then return succeed(self) end
  local text = "[%d/%d] %s with %s"
  report.add(self.report, text:format(at, #route.steps, step.title, route.name))
  run(self, step.argv, function(ok)
    if ok then return run_step(self, route, at + 1) end
    fail(self, route)
  end)
end

---Try the next route.
---@param self local_llm.Installation
function M._try(self)
  local route = table.remove(self.routes, 1)
  if route.fresh then vim.fn.delete(stamp.venv(), "rf") end
  run_step(self, route, 1)
end

---Complete the argument of `:LocalInstall`.
---@param lead string
---@return string[]
function M.complete(lead)
  return vim.tbl_filter(function(extra)
    return vim.startswith(extra, lead)
  end, M.EXTRAS)
end

---Why nothing can be installed here at all.
---@param extras string[]
---@return string|nil
local function refusal(extras)
  for _, extra in ipairs(extras) do
    if not vim.tbl_contains(M.EXTRAS, extra) then
      return ("there is no extra %q; known: %s"):format(extra, table.concat(M.EXTRAS, ", "))
    end
  end
  if interpreter.packaged() then
    local why = "a packager chose the Python; nothing is to be installed"
    local instead = "; put llama.cpp's llama-server on $PATH instead"
    return why .. (vim.tbl_contains(extras, "embedded") and instead or "")
  end
  if not vim.uv.fs_access(interpreter.root(), "W") then
    return "the plugin's folder cannot be written; set the option `python`"
  end
end

---Leave no process behind when the editor goes.
local function watch_exit()
  vim.api.nvim_create_autocmd("VimLeavePre", {
    group = vim.api.nvim_create_augroup("local_llm.install", {}),
    callback = function()
      if current and current.process then current.process:kill("sigterm") end
    end,
  })
end

---Run `:LocalInstall [extra ...]`: shows its progress and does not block, except in an editor
---without a screen, which would end before it.
---@param asked string[]
function M.run(asked)
  if current then return tell("WARN", "an installation is under way already") end
  local refused = refusal(asked)
  if refused then return tell("ERROR", refused) end
  local extras = stamp.extras(asked)
  local routes, missing = plan.routes(extras)
  if missing then return tell("ERROR", missing) end
  current = { extras = extras, routes = routes, output = {}, began = vim.uv.hrtime() / 1e6 }
  current.report = report.open()
  watch_exit()
  M._try(current)
  if #vim.api.nvim_list_uis() == 0 then
    vim.wait(30 * 60 * 1000, function()
      return current == nil
    end, 50)
  end
end

return M
