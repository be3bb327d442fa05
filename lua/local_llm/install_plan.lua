---How `:LocalInstall` can make the environment on this machine, and what a failure means.
local M = {}

local interpreter = require("local_llm.interpreter")
local stamp = require("local_llm.install_stamp")

local OLDEST = "3.11"
local CHECK = "import sys; sys.exit(sys.version_info < (3, 11))"
local PYTHONS = { "python3", "python3.14", "python3.13", "python3.12", "python3.11" }
local PIP = { "-m", "pip", "install", "--disable-pip-version-check", "--prefer-binary" }

---@class local_llm.InstallStep
---@field title string what is being done, for people
---@field argv string[]

---@class local_llm.InstallRoute
---@field name string
---@field fresh boolean whether it makes the environment anew
---@field steps local_llm.InstallStep[]

---Run a quick program; false also where it cannot be run.
---@param argv string[]
---@return boolean
local function succeeds(argv)
  local ok, done = pcall(function()
    return vim.system(argv, { env = interpreter.ENV }):wait(5000)
  end)
  return ok and done.code == 0
end

---@param python string
---@param module string
---@return boolean
local function has(python, module)
  return succeeds({ python, "-c", "import " .. module })
end

---The first interpreter that is new enough.
---@return string|nil
local function find_python()
  for _, name in ipairs(PYTHONS) do
    local path = vim.fn.exepath(name)
    if path ~= "" and succeeds({ path, "-c", CHECK }) then return path end
  end
end

---@return string the environment's interpreter
function M.target()
  return vim.fs.joinpath(stamp.venv(), "bin", "python")
end

---What pip is to install: the plugin itself, from its folder, so that `local-llm` is there too.
---@param extras string[]
---@return string[]
local function package(extras)
  local names = #extras > 0 and "[" .. table.concat(extras, ",") .. "]" or ""
  return { "-e", interpreter.root() .. names }
end

---@param ... string[]
---@return string[]
local function joined(...)
  return vim.iter({ ... }):flatten():totable()
end

---@param extras string[]
---@param alive boolean whether the environment runs, so that it can be kept
---@return local_llm.InstallRoute
local function with_uv(extras, alive)
  local install = { "uv", "pip", "install", "--python", M.target() }
  local steps = { { title = "installing packages", argv = joined(install, package(extras)) } }
  if not alive then
    local make = { "uv", "venv", "--python", ">=" .. OLDEST, stamp.venv() }
    table.insert(steps, 1, { title = "making .venv", argv = make })
  end
  return { name = "uv", fresh = not alive, steps = steps }
end

---@param python string
---@param extras string[]
---@return local_llm.InstallStep install with a pip from outside the environment
local function from_outside(python, extras)
  local options = vim.list_slice(PIP, 3)
  local argv = joined(python, "-m", "pip", "--python", M.target(), options, package(extras))
  return { title = "installing packages", argv = argv }
end

---Bring an environment that runs up to date, without taking it away first.
---@param extras string[]
---@return local_llm.InstallStep[]|nil
local function update_with_pip(extras)
  local target = M.target()
  local install = { title = "installing packages", argv = joined(target, PIP, package(extras)) }
  if has(target, "pip") then return { install } end
  if has(target, "ensurepip") then
    return { { title = "getting pip", argv = { target, "-m", "ensurepip" } }, install }
  end
  local python = find_python()
  return python and has(python, "pip") and { from_outside(python, extras) } or nil
end

---@param extras string[]
---@return local_llm.InstallStep[]|nil, string|nil why not
local function make_with_pip(extras)
  local target, python = M.target(), find_python()
  if not python then
    return nil, ("no uv and no Python %s or newer here; install one of them"):format(OLDEST)
  end
  local make = { title = "making .venv", argv = { python, "-m", "venv", stamp.venv() } }
  if has(python, "ensurepip") then
    local argv = joined(target, PIP, package(extras))
    return { make, { title = "installing packages", argv = argv } }
  end
  -- Debian without python3-venv: the pip outside installs into the environment.
  if has(python, "pip") then
    table.insert(make.argv, 4, "--without-pip")
    return { make, from_outside(python, extras) }
  end
  return nil, "python3 has no ensurepip and no pip; install uv or python3-venv"
end

---@param extras string[]
---@param alive boolean
---@return local_llm.InstallRoute|nil, string|nil why not
local function with_pip(extras, alive)
  local update = alive and update_with_pip(extras)
  if update then return { name = "pip", fresh = false, steps = update } end
  local steps, missing = make_with_pip(extras)
  return steps and { name = "pip", fresh = true, steps = steps }, missing
end

---The ways to try, best first. uv does not read pip's settings, so pip is a second try.
---@param extras string[] such as { "embedded" }
---@return local_llm.InstallRoute[] routes
---@return string|nil missing why there is none
function M.routes(extras)
  local alive = succeeds({ M.target(), "-c", CHECK })
  local routes = {}
  if vim.fn.executable("uv") == 1 then table.insert(routes, with_uv(extras, alive)) end
  local pip, missing = with_pip(extras, alive)
  -- A second try must not take away what the first could not bring up to date.
  if pip and not (alive and pip.fresh and #routes > 0) then table.insert(routes, pip) end
  return routes, #routes == 0 and missing or nil
end

local OFFLINE = {
  "name resolution",
  "name or service not known",
  "nodename nor servname",
  "failed to establish a new connection",
  "dns error",
  "could not connect",
  "cannot connect to proxy",
  "network is unreachable",
  "error sending request",
  "connection refused",
  "connecttimeouterror",
  "read timed out",
}

local CAUSES = {
  { OFFLINE, "offline? the package index is out of reach" },
  { { "no space left" }, "the disk is full" },
  { { "permission denied", "read-only file system" }, "the plugin's folder cannot be written" },
  { { "certificate" }, "the package index's certificate is not trusted" },
}

---What a failed step means, from what it printed; short, so that nobody has to press Enter.
---@param output string
---@return string
function M.diagnose(output)
  local said = output:lower()
  for _, cause in ipairs(CAUSES) do
    for _, sign in ipairs(cause[1]) do
      if said:find(sign, 1, true) then return cause[2] end
    end
  end
  return "see the last words in its window"
end

return M
