---Opens a search in the browser, through `vim.ui.open` and without a shell.
local M = {}

local notice = require("local_llm.notice")

local PERIOD_MS = 50
local WATCHED_MS = 3000 -- a program that cannot open it ends sooner; a browser may stay
local NOT_KNOWN = 124 -- what `wait` returns where it gave up
local YANK = "Yank the address"

---The address of a search.
---@param template string with {query}
---@param text string
---@return string
function M.address(template, text)
  local encoded = text:gsub("[^%w%-._~]", function(char)
    return ("%%%02X"):format(char:byte())
  end)
  return (template:gsub("{query}", function()
    return encoded
  end))
end

---@param url string
local function yank(url)
  vim.fn.setreg('"', url)
  local clipboard = vim.fn.has("clipboard") == 1 and pcall(vim.fn.setreg, "+", url)
  notice.show("the address is in register " .. (clipboard and '" and in the clipboard' or '"'))
end

---@param url string
---@param host string
---@param why string
local function failed(url, host, why)
  local prompt = ("Cannot open %s: %s"):format(host, (why:gsub("%c+", " ")))
  vim.ui.select({ YANK, "Leave it" }, { prompt = prompt, kind = "local_llm" }, function(choice)
    if choice == YANK then yank(url) end
  end)
end

---Notice that the program which was to open the address ends with a fault.
---@param process vim.SystemObj
---@param url string
---@param host string
local function watch(process, url, host)
  local left = WATCHED_MS / PERIOD_MS
  local timer = assert(vim.uv.new_timer())
  local look = vim.schedule_wrap(function()
    left = left - 1
    local ended = process:is_closing()
    if timer:is_closing() or not (ended or left <= 0) then return end
    timer:close()
    if not ended then return end
    local code = process:wait(PERIOD_MS).code -- it has ended, so that this does not wait
    if code == 0 or code == NOT_KNOWN then return end
    local program = vim.fs.basename(process.cmd and process.cmd[1] or "the program")
    failed(url, host, ("%s ended with status %d"):format(program, code))
  end)
  timer:start(PERIOD_MS, PERIOD_MS, look)
end

---Whether a process tells by its status how it went; Windows' Explorer never does.
---@param process any
---@return boolean
local function tells(process)
  if type(process) ~= "table" or type(process.is_closing) ~= "function" then return false end
  return not (type(process.cmd) == "table" and process.cmd[1] == "explorer.exe")
end

---Open an address.
---@param url string
---@param host string the only part of it that messages show
function M.url(url, host)
  local ok, process, fault = pcall(vim.ui.open, url)
  if not ok then fault = tostring(process):gsub("^.-:%d+: ", "") end
  if fault then return failed(url, host, tostring(fault)) end
  notice.show("a search was opened at " .. host)
  if tells(process) then watch(process, url, host) end
end

return M
