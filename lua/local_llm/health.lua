---`:checkhealth local_llm`: what only the editor knows, then what the Python side says of the
---backends, after it has talked to them. Every warning and error comes with what to do.
local M = {}

local LIMIT_MS = 9500 -- the whole of it is promised to end within 10 s

local function check_editor()
  vim.health.start("local-llm: Neovim")
  local version = tostring(vim.version())
  if vim.fn.has("nvim-0.10") == 0 then
    -- The plugin's own file does nothing there, so there is nothing else to look at.
    vim.health.error("Neovim " .. version .. " is too old", { "install Neovim 0.10 or newer" })
    return
  end
  vim.health.ok("Neovim " .. version)
  if vim.fn.has("win32") == 1 then
    vim.health.error("Windows is not supported", { "use Neovim inside WSL" })
  end
  if not pcall(vim.treesitter.language.inspect, "markdown") then
    local advice = "install the markdown parser, which official releases of Neovim have with them"
    vim.health.warn("no markdown parser: answers are coloured by simpler rules", { advice })
  end
end

---@return boolean whether it can be run
local function check_interpreter()
  vim.health.start("local-llm: interpreter")
  local interpreter = require("local_llm.interpreter")
  local found = interpreter.find()
  local runs = vim.fn.executable(found.path) == 1
  local text = ("%s (%s)"):format(found.path, found.why)
  if runs then
    vim.health.ok(text)
  else
    local advice = found.why:find("option", 1, true) and "set the option `python` to one that runs"
      or interpreter.advice(found)
    vim.health.error(text .. " cannot be run", { advice })
  end
  if require("local_llm.install_stamp").outdated() then
    local advice = "run :LocalInstall"
    vim.health.warn("the plugin was updated since its packages were installed", { advice })
  end
  return runs
end

local function check_keys()
  vim.health.start("local-llm: keys")
  local left = require("local_llm.keys").left_alone
  if #left == 0 then vim.health.ok("every key is set as the options say") end
  for _, key in ipairs(left) do
    local text = "%s (mode %s) was yours already (%s) and was left alone; for another key see "
      .. ":help local-llm-keys, option keys.%s"
    vim.health.info(text:format(key.lhs, key.mode, key.taken_by, key.name))
  end
end

---What `setup{}` was given, where no Python tells; it knows the other sources, too.
local function check_setup()
  local _, errors = require("local_llm.options").check(require("local_llm").given())
  if #errors == 0 then return end
  vim.health.start("local-llm: setup{}")
  for _, message in ipairs(errors) do
    vim.health.error(message, { "put it right in setup{}; see :help local-llm-options" })
  end
end

---@param section {title: string, items: {level: string, text: string, advice: string[]}[]}
local function show(section)
  vim.health.start("local-llm: " .. section.title)
  for _, item in ipairs(section.items) do
    if item.level == "info" or item.level == "ok" then
      vim.health[item.level](item.text)
    else
      vim.health[item.level](item.text, item.advice)
    end
  end
end

---@param message string
---@param hint string
local function show_failure(message, hint)
  vim.health.start("local-llm: Python side")
  vim.health.error(message, { hint })
end

---The project of the buffer that the report was asked from; its `local-llm.toml` counts.
---@return string "" = none
local function project()
  local buf = vim.fn.bufnr("#")
  return require("local_llm.snapshot").place(math.max(buf, 0)).root
end

---@param limit_ms integer
---@return boolean whether Python told
local function check_backends(limit_ms)
  local reply, failure
  local message = { name = "health", root = project() }
  require("local_llm.host").ask(message, function(data, fault)
    reply, failure = data, fault
  end)
  vim.wait(limit_ms, function()
    return reply ~= nil or failure ~= nil
  end, 10)
  if reply then
    vim.iter(reply.sections):each(show)
  elseif failure then
    show_failure(failure.message, failure.hint)
  else
    local interpreter = require("local_llm.interpreter")
    local advice = interpreter.advice(interpreter.find())
    show_failure("it does not answer", "look into :LocalLog, then " .. advice)
  end
  return reply ~= nil
end

function M.check()
  local began = vim.uv.hrtime() / 1e6
  check_editor()
  local runs = check_interpreter()
  check_keys()
  local spent = vim.uv.hrtime() / 1e6 - began
  if not (runs and check_backends(math.floor(LIMIT_MS - spent))) then check_setup() end
end

return M
