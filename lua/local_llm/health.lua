---`:checkhealth local_llm`: what only the editor knows, then what the host says of the backends.
local M = {}

local LIMIT_MS = 9800

local function check_editor()
  vim.health.start("local-llm: Neovim")
  local version = tostring(vim.version())
  if vim.fn.has("nvim-0.10") == 1 then
    vim.health.ok("Neovim " .. version)
  else
    vim.health.error("Neovim " .. version .. " is too old", { "install Neovim 0.10 or newer" })
  end
  if vim.fn.has("win32") == 1 then
    vim.health.error("Windows is not supported", { "use Neovim inside WSL" })
  end
  if not pcall(vim.treesitter.language.add, "markdown") then
    vim.health.warn("no markdown parser: answers are shown without highlighting", { "install one, e.g. :TSInstall markdown" })
  end
end

local function check_python()
  local host, install = require("local_llm.host"), require("local_llm.install")
  vim.health.start("local-llm: interpreter")
  local found = host.interpreter()
  if vim.fn.executable(found.path) == 1 then
    vim.health.ok(("%s (%s)"):format(found.path, found.why))
  else
    vim.health.error(("%s (%s) cannot be run"):format(found.path, found.why), { "run :LocalInstall" })
  end
  if install.outdated() then
    vim.health.warn("the plugin was updated and needs other packages", { "run :LocalInstall" })
  end
end

local function check_keys()
  vim.health.start("local-llm: keys")
  local left = require("local_llm.keys").left_alone()
  if #left == 0 then
    vim.health.ok("every default key is set, or switched off by you")
  end
  for _, key in ipairs(left) do
    vim.health.info(("%s (%s mode) is yours already and was left alone; map %s to use it"):format(key.lhs, key.mode, key.plug))
  end
end

local function check_options()
  local _, errors = require("local_llm").options()
  for _, message in ipairs(errors) do
    vim.health.error(message, { "see :help local-llm-options" })
  end
end

---@param section {title: string, items: {level: string, text: string, advice: string[]}[]}
local function show(section)
  vim.health.start("local-llm: " .. section.title)
  for _, item in ipairs(section.items) do
    local advice = #item.advice > 0 and item.advice or nil
    vim.health[item.level](item.text, advice)
  end
end

---@param failure local_llm.Failure
local function show_failure(failure)
  vim.health.start("local-llm: Python side")
  vim.health.error(failure.message, { failure.hint })
end

local function check_backends()
  local reply, failure
  require("local_llm.host").ask({ name = "health", root = vim.fn.getcwd() }, function(data, fault)
    reply, failure = data, fault
  end)
  vim.wait(LIMIT_MS, function() return reply ~= nil or failure ~= nil end, 10)
  if failure then return show_failure(failure) end
  if not reply then
    return show_failure({ message = "it does not answer", hint = "see :LocalLog, then run :LocalInstall" })
  end
  for _, section in ipairs(reply.sections) do
    show(section)
  end
end

function M.check()
  check_editor()
  check_python()
  check_keys()
  check_options()
  check_backends()
end

return M
