---What `:LocalInstall` notes in the environment it made: for which dependencies, with which extras.
local M = {}

local interpreter = require("local_llm.interpreter")

local warned = false

---@return string
function M.venv()
  return vim.fs.joinpath(interpreter.root(), ".venv")
end

---@return string
local function stamp_path()
  return vim.fs.joinpath(M.venv(), ".local-llm-stamp")
end

---@param path string
---@return string|nil
local function read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read("*a")
  file:close()
  return text
end

---A digest of what pyproject.toml says of dependencies: neither a new version of the plugin nor
---the settings of its tools make an environment outdated.
---@return string|nil
local function wanted()
  local text = read(vim.fs.joinpath(interpreter.root(), "pyproject.toml"))
  if not text then return nil end
  local kept, inside = {}, false
  for line in vim.gsplit(text, "\n", { plain = true }) do
    if line:find("^%[") then inside = line:find("^%[project") ~= nil end
    if inside and not line:find("^version%s*=") then table.insert(kept, line) end
  end
  return vim.fn.sha256(table.concat(kept, "\n"))
end

---@return { digest: string, extras: string[] }|nil nil where `:LocalInstall` made no environment
local function read_stamp()
  local text = read(stamp_path())
  if not text then return nil end
  local lines = vim.split(text, "\n", { plain = true })
  return {
    digest = lines[1],
    extras = vim.split(lines[2] or "", ",", { plain = true, trimempty = true }),
  }
end

---The extras that were installed, and those asked for now: an update must not lose any.
---@param asked string[]
---@return string[]
function M.extras(asked)
  local stamp = read_stamp()
  local all = vim.list_extend(stamp and stamp.extras or {}, asked)
  table.sort(all)
  return vim.fn.uniq(all)
end

---@param extras string[]
function M.write(extras)
  local file = io.open(stamp_path(), "wb")
  if not file then return end
  file:write(wanted() or "", "\n", table.concat(extras, ","), "\n")
  file:close()
end

---Whether `:LocalInstall` made the environment for other dependencies than today's.
---@return boolean
function M.outdated()
  local stamp, now = read_stamp(), wanted()
  return stamp ~= nil and now ~= nil and stamp.digest ~= now
end

---Tell the user, once a session, that an update of the plugin needs another `:LocalInstall`.
---@param python string the interpreter in use
function M.warn_once(python)
  if warned or not vim.startswith(python, M.venv() .. "/") or not M.outdated() then return end
  warned = true
  local text = "updated since its packages were installed; run :LocalInstall"
  require("local_llm.notice").show(text, vim.log.levels.WARN)
end

return M
