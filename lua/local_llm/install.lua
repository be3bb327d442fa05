---`:LocalInstall`: the plugin's own Python environment, in its folder, with uv where that is at hand.
local M = {}

local OLDEST_PYTHON = { 3, 11 }
local STAMP = ".local-llm-stamp"

---@class local_llm.InstallStep
---@field title string what is being done, for people
---@field argv string[]

---The plugin's folder.
---@return string
function M.root()
  local here = debug.getinfo(1, "S").source:sub(2)
  return vim.fs.dirname(vim.fs.dirname(vim.fs.dirname(vim.fs.normalize(vim.fn.fnamemodify(here, ":p")))))
end

---@param path string
---@return string|nil
local function read(path)
  local file = io.open(path, "rb")
  if not file then
    return nil
  end
  local text = file:read("*a")
  file:close()
  return text
end

---Whether the environment was made by `:LocalInstall` for other dependencies than today's.
---@return boolean
function M.outdated()
  local stamp = read(vim.fs.joinpath(M.root(), ".venv", STAMP))
  local project = read(vim.fs.joinpath(M.root(), "pyproject.toml"))
  return stamp ~= nil and project ~= nil and vim.split(stamp, "\n")[1] ~= vim.fn.sha256(project)
end

---@param python string
---@return boolean
local function new_enough(python)
  if vim.fn.executable(python) == 0 then
    return false
  end
  local code = ("import sys; sys.exit(sys.version_info < (%d, %d))"):format(unpack(OLDEST_PYTHON))
  local done = vim.system({ python, "-c", code }):wait(5000)
  return done.code == 0
end

---The first interpreter that is new enough.
---@return string|nil
local function find_python()
  for _, name in ipairs({ "python3", "python3.14", "python3.13", "python3.12", "python3.11" }) do
    if new_enough(name) then
      return vim.fn.exepath(name)
    end
  end
end

---@param python string
---@param module string
---@return boolean
local function has_module(python, module)
  return vim.system({ python, "-c", "import " .. module }):wait(5000).code == 0
end

---The steps that make the environment, or nil and what is missing.
---@param extras string[] such as { "embedded" }
---@return local_llm.InstallStep[]|nil, string|nil
function M.steps(extras)
  local venv = vim.fs.joinpath(M.root(), ".venv")
  local target = vim.fs.joinpath(venv, "bin", "python")
  local package = M.root() .. (#extras > 0 and "[" .. table.concat(extras, ",") .. "]" or "")
  local wanted = table.concat(OLDEST_PYTHON, ".")
  if vim.fn.executable("uv") == 1 then
    return {
      { title = "making .venv with uv", argv = { "uv", "venv", "--clear", "--python", ">=" .. wanted, venv } },
      { title = "installing packages", argv = { "uv", "pip", "install", "--python", target, "-e", package } },
    }
  end
  local python = find_python()
  if not python then
    return nil, ("Python %s or newer is needed, or uv; install one of them and run :LocalInstall again"):format(wanted)
  end
  local pip = { target, "-m", "pip", "install", "--disable-pip-version-check", "-e", package }
  if has_module(python, "ensurepip") then
    return {
      { title = "making .venv", argv = { python, "-m", "venv", "--clear", venv } },
      { title = "installing packages", argv = pip },
    }
  end
  if has_module(python, "pip") then
    local outer = { python, "-m", "pip", "--python", target, "install", "--disable-pip-version-check", "-e", package }
    return {
      { title = "making .venv", argv = { python, "-m", "venv", "--clear", "--without-pip", venv } },
      { title = "installing packages", argv = outer },
    }
  end
  return nil, python .. " has neither ensurepip nor pip; install python3-venv (or uv) and run :LocalInstall again"
end

---What a failed step means, from what it printed.
---@param output string
---@return string
function M.diagnose(output)
  local offline = {
    "name resolution",
    "Failed to establish a new connection",
    "dns error",
    "Could not connect",
    "Network is unreachable",
    "error sending request",
    "Connection refused",
  }
  for _, sign in ipairs(offline) do
    if output:find(sign, 1, true) then
      return "the package index cannot be reached: are you offline? Nothing was changed outside .venv"
    end
  end
  if output:find("No space left", 1, true) then
    return "the disk is full"
  end
  if output:find("Permission denied", 1, true) or output:find("Read%-only file system") then
    return "the plugin's folder cannot be written; set the option `python` to an interpreter of your own"
  end
  return "it failed; its last words are above"
end

---A small window at the bottom that shows the lines as they come.
---@return fun(line: string)
local function open_report()
  local buf = vim.api.nvim_create_buf(false, true)
  vim.bo[buf].bufhidden = "wipe"
  vim.api.nvim_buf_set_name(buf, "local-llm://install")
  local win = vim.api.nvim_open_win(buf, false, { split = "below", win = -1, height = 10 })
  vim.wo[win].number = false
  vim.wo[win].winfixheight = true
  return function(line)
    if not vim.api.nvim_buf_is_valid(buf) then
      return
    end
    local last = vim.api.nvim_buf_line_count(buf)
    local empty = last == 1 and vim.api.nvim_buf_get_lines(buf, 0, 1, false)[1] == ""
    vim.api.nvim_buf_set_lines(buf, empty and 0 or last, -1, false, { line })
    if vim.api.nvim_win_is_valid(win) then
      vim.api.nvim_win_set_cursor(win, { vim.api.nvim_buf_line_count(buf), 0 })
    end
  end
end

local running = false

---@param show fun(line: string)
---@param ok boolean
---@param message string
local function finish(show, ok, message)
  running = false
  show((ok and "done: " or "failed: ") .. message)
  vim.notify("local-llm: " .. message, ok and vim.log.levels.INFO or vim.log.levels.ERROR)
end

local function write_stamp(extras)
  local project = read(vim.fs.joinpath(M.root(), "pyproject.toml")) or ""
  local file = io.open(vim.fs.joinpath(M.root(), ".venv", STAMP), "wb")
  if file then
    file:write(vim.fn.sha256(project), "\n", table.concat(extras, ","), "\n")
    file:close()
  end
end

---@param show fun(line: string)
---@param steps local_llm.InstallStep[]
---@param at integer
---@param extras string[]
local function run_step(show, steps, at, extras)
  local step = steps[at]
  if not step then
    write_stamp(extras)
    require("local_llm.host").stop()
    return finish(show, true, "the Python side is installed; :LocalExplain is ready")
  end
  show(("[%d/%d] %s"):format(at, #steps, step.title))
  local output = {}
  local on_data = vim.schedule_wrap(function(_, data)
    if data then
      output[#output + 1] = data
      for line in data:gmatch("[^\r\n]+") do
        show("  " .. line)
      end
    end
  end)
  local options = { text = true, stdout = on_data, stderr = on_data, env = { PYTHONHOME = "", VIRTUAL_ENV = "" } }
  vim.system(
    step.argv,
    options,
    vim.schedule_wrap(function(done)
      if done.code == 0 then
        run_step(show, steps, at + 1, extras)
      else
        finish(show, false, M.diagnose(table.concat(output)))
      end
    end)
  )
end

---Run `:LocalInstall [extra ...]`; shows progress and never blocks.
---@param extras string[]
function M.run(extras)
  if running then
    return vim.notify("local-llm: an installation is already under way", vim.log.levels.WARN)
  end
  local steps, missing = M.steps(extras)
  if not steps then
    return vim.notify("local-llm: " .. missing, vim.log.levels.ERROR)
  end
  running = true
  run_step(open_report(), steps, 1, extras)
end

return M
