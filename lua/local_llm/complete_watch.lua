---What is typed: which key asks for a suggestion, and when.
---
---A key that continues the suggestion on screen shortens it, with no message to anybody. Any other
---starts a timer (complete_rest.lua); a deletion, or a cursor that goes elsewhere, gives up what is
---under way.
local M = {}

local ask = require("local_llm.complete_ask")
local host = require("local_llm.host")
local menu = require("local_llm.menu")
local rest = require("local_llm.complete_rest")
local rules = require("local_llm.complete_rules")
local suggestion = require("local_llm.suggestion")
local switch = require("local_llm.complete_switch")

local ENTER_MS = 100 -- after entering insert mode
local IDLE_MS = 1500

---@class local_llm.Seen
---@field buf integer|nil
---@field tick integer|nil
---@field bytes integer|nil of the text
---@field row integer|nil
---@field col integer|nil
---@field less boolean|nil whether there was more text before

local seen = {} ---@type local_llm.Seen at the last event
local entering = false
local back = {} ---@type fun()[] called when insert mode is back after CTRL-O
local idle_timer = assert(vim.uv.new_timer())

---Draw nothing that is under way or about to be asked.
local function stop_drawing()
  rest.stop_drawing()
  ask.stop_drawing()
end

---Look at text and cursor.
local function look()
  local buf = vim.api.nvim_get_current_buf()
  local bytes = vim.api.nvim_buf_get_offset(buf, vim.api.nvim_buf_line_count(buf))
  local tick, cursor = vim.api.nvim_buf_get_changedtick(buf), vim.api.nvim_win_get_cursor(0)
  local less = seen.buf == buf and bytes < seen.bytes
  seen = { buf = buf, tick = tick, bytes = bytes, row = cursor[1], col = cursor[2], less = less }
end

---Let Python use the pause.
local idle = vim.schedule_wrap(function()
  if switch.in_insert_mode() and host.running() and not rules.reason() then ask.idle() end
end)

---The text has changed.
local function changed()
  rest.note_key()
  look()
  if suggestion.follow() then return rest.stop_drawing() end
  if switch.is_on() then idle_timer:start(IDLE_MS, 0, idle) end
  if not switch.by_ghost() or ask.is_asked() then return end
  if seen.less or rules.reason() then return stop_drawing() end
  -- What follows a suggestion that was used up has been asked for already.
  rest.after(suggestion.exhausted() and 0 or ask.debounce_ms(), { draws = true })
end

---The cursor moved; where the text changed as well, `changed` sees to it.
local function moved()
  local buf, cursor = vim.api.nvim_get_current_buf(), vim.api.nvim_win_get_cursor(0)
  if buf ~= seen.buf or vim.api.nvim_buf_get_changedtick(buf) ~= seen.tick then return end
  if cursor[1] == seen.row and cursor[2] == seen.col then return end
  seen.row, seen.col = cursor[1], cursor[2]
  if entering then return end
  if not suggestion.follow() then stop_drawing() end
end

---Call when insert mode is back after CTRL-O.
---@param call fun()
function M.when_back(call)
  back[#back + 1] = call
end

---Insert mode begins, or goes on after CTRL-O; then the cursor is not where it will be yet.
function M.entered()
  look()
  entering = true
  vim.schedule(function()
    entering = false
    local calls = back
    back = {}
    for _, call in ipairs(switch.in_insert_mode() and calls or {}) do
      call()
    end
  end)
  if switch.by_neovim() then
    require("local_llm.inline_lsp").attach(vim.api.nvim_get_current_buf())
  end
  if switch.by_ghost() then rest.after(math.max(ENTER_MS, ask.debounce_ms()), { draws = true }) end
end

---Give up everything: insert mode has ended, or the buffer is another one.
function M.left()
  idle_timer:stop()
  local waiting = rest.take()
  ask.stop()
  ask.release(waiting)
  suggestion.hide()
end

---CTRL-C leaves insert mode without InsertLeave.
local function mode_changed()
  local old, new = vim.v.event.old_mode, vim.v.event.new_mode
  if old:find("^i") and new:find("^[nvV\22sS]") then M.left() end
end

local function menu_opened()
  if not menu.hides() then return end
  stop_drawing()
  suggestion.hide()
end

local function menu_closed()
  if not switch.in_insert_mode() or seen.less or not switch.by_ghost() then return end
  rest.after(ask.debounce_ms(), { draws = true })
end

---Watch insert mode, which is being entered; called once.
function M.start()
  menu.watch(menu_opened, menu_closed)
  local group = vim.api.nvim_create_augroup("local_llm.complete", {})
  local function on(events, callback)
    vim.api.nvim_create_autocmd(events, { group = group, callback = callback })
  end
  on({ "TextChangedI", "TextChangedP" }, changed)
  on("CursorMovedI", moved)
  on("InsertEnter", M.entered)
  on({ "InsertLeave", "BufLeave", "BufFilePost" }, M.left)
  on("ModeChanged", mode_changed)
  vim.api.nvim_create_autocmd("BufWritePost", {
    group = group,
    pattern = { ".local-llm-ignore", "local-llm.toml" },
    callback = rules.forget,
  })
  M.entered()
end

return M
