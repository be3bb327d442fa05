---The log file: what the host prints on stderr and errors of our own Lua. At most 1 MB with its
---predecessor. Never a prompt, an answer or buffer text.
local M = {}

local HALF_BYTES = 512 * 1024

---@return string
function M.path()
  return vim.fs.joinpath(vim.fn.stdpath("log"), "local-llm.log")
end

---@param path string
local function make_room(path)
  local stat = vim.uv.fs_stat(path)
  if stat and stat.size > HALF_BYTES then vim.uv.fs_rename(path, path .. ".old") end
end

---Append lines, each with the time before it. Never raises: there is nowhere to report it.
---@param source string who says it: "host", "editor"
---@param text string
function M.write(source, text)
  local path = M.path()
  vim.fn.mkdir(vim.fs.dirname(path), "p")
  make_room(path)
  local file = io.open(path, "a")
  if not file then return end
  local head = ("%s %s "):format(os.date("%Y-%m-%d %H:%M:%S"), source)
  for line in vim.gsplit(text, "\n", { trimempty = true }) do
    -- One line of a runaway process must not fill the file; the bound is checked per call.
    file:write(head, line:sub(1, 2000), "\n")
  end
  file:close()
end

---Open the log read-only in a split, at its end.
function M.open()
  local path = M.path()
  if not vim.uv.fs_stat(path) then
    require("local_llm.notice").show("the log is empty", vim.log.levels.INFO)
    return
  end
  vim.cmd.split({ mods = { keepalt = true } })
  vim.cmd.view({ args = { vim.fn.fnameescape(path) }, mods = { keepalt = true } })
  vim.bo.autoread = true
  vim.cmd.normal({ "G", bang = true })
end

return M
