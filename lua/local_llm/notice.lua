---Messages that never make the user press Enter: what does not fit the message line is shown in a
---small box for a while. Whoever replaced `vim.notify` gets every message whole.
local M = {}

local SHOWN_MS = 10000
local WIDEST = 60
local LEAST = 20 -- columns of a message line that is worth using

local box = nil ---@type integer|nil

---@return boolean whether `vim.notify` is Neovim's own
local function plain_notify()
  local source = debug.getinfo(vim.notify, "S").source
  return source == "?" or source:find("vim/_", 1, true) ~= nil -- built in without its name in 0.12
end

---@param text string
---@param width integer display columns
---@return string
local function shortened(text, width)
  if vim.api.nvim_strwidth(text) <= width then return text end
  local kept = vim.fn.strcharpart(text, 0, math.max(1, width - 1))
  while vim.api.nvim_strwidth(kept) >= width and kept ~= "" do
    kept = vim.fn.strcharpart(kept, 0, vim.fn.strchars(kept) - 1)
  end
  return kept .. "…"
end

---@param text string
---@param width integer
---@return integer display lines when wrapped
local function height(text, width)
  local rows = 0
  for _, line in ipairs(vim.split(text, "\n", { plain = true })) do
    rows = rows + math.max(1, math.ceil((vim.api.nvim_strwidth(line) + 4) / width))
  end
  return rows
end

local function close()
  if box and vim.api.nvim_win_is_valid(box) then pcall(vim.api.nvim_win_close, box, true) end
  box = nil
end

---@param text string
---@param group string
local function open(text, group)
  close()
  local width = math.max(1, math.min(WIDEST, vim.o.columns - 4))
  local rows = math.min(height(text, width), math.max(1, vim.o.lines - 6))
  local buf = vim.api.nvim_create_buf(false, true)
  vim.bo[buf].bufhidden = "wipe"
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, vim.split(text, "\n", { plain = true }))
  local place = { relative = "editor", anchor = "SE", row = vim.o.lines - 2, col = vim.o.columns }
  local look = { style = "minimal", border = "rounded", focusable = false, noautocmd = true }
  local size = { width = width, height = rows, zindex = 200 }
  local ok, win =
    pcall(vim.api.nvim_open_win, buf, false, vim.tbl_extend("error", place, look, size))
  if not ok then return vim.api.nvim_buf_delete(buf, { force = true }) end
  box = win
  vim.wo[win].wrap, vim.wo[win].linebreak = true, true
  vim.wo[win].winhighlight = "Normal:" .. group .. ",FloatBorder:" .. group
  vim.defer_fn(function()
    if box == win then close() end
  end, SHOWN_MS)
end

---Show a message; `level` as for `vim.notify`.
---@param text string without the plugin's name
---@param level? integer
function M.show(text, level)
  level = level or vim.log.levels.INFO
  local whole = "local-llm: " .. text
  if not plain_notify() then return vim.notify(whole, level) end
  local flat = whole:gsub("\n", " ")
  local room = vim.v.echospace
  if vim.api.nvim_strwidth(flat) > room then
    local bad = level >= vim.log.levels.ERROR
    local group = bad and "DiagnosticError" or level >= vim.log.levels.WARN and "DiagnosticWarn"
    open(whole, group or "NormalFloat")
  end
  if room < LEAST then return end
  vim.cmd.redraw() -- or a second message before the screen is drawn would take a second line
  vim.notify(shortened(flat, room), level)
end

return M
