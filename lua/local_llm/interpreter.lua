---Which Python runs the host, and how it is called.
local M = {}

---@class local_llm.Interpreter
---@field path string
---@field why string where it comes from, for `:checkhealth`

-- Exit status of the start-up check below; its stderr line says what is missing.
M.INCOMPLETE = 78

-- `-c` puts the working directory first on sys.path; a cloned repository could run its own
-- httpx.py through that, so empty entries go. Nothing heavy is imported here: find_spec only looks.
M.START = ([[
import sys
sys.path[:] = [p for p in sys.path if p]
if sys.version_info < (3, 11):
    print("local-llm: missing: Python 3.11 or newer", file=sys.stderr)
    sys.exit(%d)
from importlib.util import find_spec
needs = ("pynvim", "httpx", "h11", "httptools", "msgspec", "tiktoken", "re2", "pathspec")
lacks = [module for module in needs if not find_spec(module)]
if lacks:
    print("local-llm: missing:", ", ".join(lacks), file=sys.stderr)
    sys.exit(%d)
import pynvim
pynvim.start_host()
]]):format(M.INCOMPLETE, M.INCOMPLETE)

-- Python reads empty variables as unset, and jobstart() cannot unset one. A PYTHONPATH or
-- PYTHONHOME set for the user's project would put its modules before ours. The user's own site
-- folder stays: `pip install --user pynvim` is a way people install.
M.ENV = { PYTHONHOME = "", PYTHONPATH = "", PYTHONSTARTUP = "", VIRTUAL_ENV = "" }

---The plugin's folder.
---@return string
function M.root()
  local here = debug.getinfo(1, "S").source:sub(2)
  return vim.fs.normalize(vim.fn.fnamemodify(here, ":p:h:h:h"))
end

---@param path string
---@return string|nil first line
local function first_line(path)
  local file = io.open(path, "r")
  if not file then return nil end
  local line = file:read("*l")
  file:close()
  line = line and vim.trim(line)
  return line ~= "" and line or nil
end

---The interpreter that a packager wrote into the plugin's folder.
---@return string|nil
function M.packaged()
  return first_line(vim.fs.joinpath(M.root(), "python-interpreter"))
end

---The interpreter of the host. The first place that names one decides, even if it does not run:
---falling through would hide the user's mistake.
---@return local_llm.Interpreter
function M.find()
  local root = M.root()
  local option = require("local_llm").options().python
  if option then return { path = vim.fs.normalize(option), why = "option `python`" } end
  local packaged = M.packaged()
  if packaged then return { path = packaged, why = "named by the package" } end
  local own = vim.fs.joinpath(root, ".venv", "bin", "python")
  if vim.fn.executable(own) == 1 then return { path = own, why = "the plugin's .venv" } end
  local prog = vim.g.python3_host_prog
  if type(prog) == "string" and prog ~= "" then
    return { path = vim.fs.normalize(prog), why = "g:python3_host_prog" }
  end
  local found = vim.fn.exepath("python3")
  return { path = found ~= "" and found or "python3", why = "python3 from PATH" }
end

---What to do about an interpreter that is gone or lacks packages.
---@param found local_llm.Interpreter
---@return string
function M.advice(found)
  local packaged = M.packaged()
  if not packaged then return "run :LocalInstall" end
  if found.path ~= packaged then
    return "take out the option `python`: the package brings its own"
  end
  return "install the plugin's package again: its file python-interpreter names this one"
end

---Arguments that start the host.
---@param path string
---@return string[]
function M.argv(path)
  local plugin = vim.fs.joinpath(M.root(), "rplugin", "python3", "local_llm_host.py")
  return { path, "-c", M.START, plugin }
end

return M
