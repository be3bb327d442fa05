---The keys of ghost text. They are mapped, for the buffer, while it is shown; so at any other time
---a key does what it does without this plugin, whoever has mapped it. From one suggestion to the
---next they stay mapped, as (un)mapping takes 0.1 ms, and fall through where nothing is shown.
local M = {}

---@class local_llm.GhostKeys a key, or false for none
---@field accept string|false
---@field accept_line string|false
---@field accept_word string|false
---@field next string|false
---@field previous string|false
---@field dismiss string|false

local NAMES = { "accept", "accept_line", "accept_word", "next", "previous", "dismiss" }
local DESC = {
  accept = "accept the suggestion",
  accept_line = "accept a line of the suggestion",
  accept_word = "accept a word of the suggestion",
  next = "next suggestion",
  previous = "previous suggestion",
  dismiss = "dismiss the suggestion",
}

---@class local_llm.GhostKey
---@field lhs string
---@field run fun()
---@field before table|nil the user's own mapping of the buffer, as maparg() tells

local LINGER_MS = 200 -- typing goes on with another suggestion, mostly

local set = {} ---@type local_llm.GhostKey[]
local set_in = nil ---@type integer|nil buffer
local set_for = nil ---@type local_llm.GhostKeys|nil
local timer = assert(vim.uv.new_timer())

---@param name string
---@return string
local function plug_of(name)
  return ("<Plug>(local-llm-%s)"):format((name:gsub("_", "-")))
end

---@param keys string in the notation of :help key-notation
local function feed(keys)
  vim.api.nvim_feedkeys(vim.keycode(keys), "im", false)
end

---Let the key do what it does without us: for a menu, or where the text has changed since the last
---event, so that nothing is shown any more.
---@param lhs string
local function fall_through(lhs)
  local keys, buf = set_for, set_in
  M.hide()
  feed(lhs)
  vim.schedule(function()
    if keys and require("local_llm.suggestion").visible() and not set_in then M.show(keys, buf) end
  end)
end

---@param name string
---@param lhs string
local function press(name, lhs)
  local suggestion = require("local_llm.suggestion")
  suggestion.follow()
  -- Beside an open menu (`complete.with_menu`) the key that both know is the menu's.
  local for_menu = name == "accept" and require("local_llm.menu").is_open()
  if suggestion.visible() and not for_menu then
    feed(plug_of(name))
  else
    fall_through(lhs)
  end
end

---@param buf integer
---@param call fun()
local function within(buf, call)
  if not vim.api.nvim_buf_is_valid(buf) then return end
  if buf == vim.api.nvim_get_current_buf() then return call() end
  vim.api.nvim_buf_call(buf, call)
end

---@param name string
---@param lhs string
---@return local_llm.GhostKey
local function map(name, lhs)
  local before = vim.fn.maparg(lhs, "i", false, true)
  local key = { lhs = lhs, before = before.buffer == 1 and before or nil }
  key.run = function()
    press(name, lhs)
  end
  local desc = "local-llm: " .. DESC[name]
  vim.keymap.set("i", lhs, key.run, { buffer = true, nowait = true, silent = true, desc = desc })
  return key
end

---@param key local_llm.GhostKey
local function unmap(key)
  local mapping = vim.fn.maparg(key.lhs, "i", false, true)
  -- Somebody may have mapped it meanwhile; then it is theirs.
  if mapping.buffer ~= 1 or mapping.callback ~= key.run then return end
  vim.keymap.del("i", key.lhs, { buffer = true })
  if key.before then vim.fn.mapset("i", false, key.before) end
end

---Map the keys in a buffer; where they are mapped already nothing is done.
---@param keys local_llm.GhostKeys
---@param buf integer
function M.show(keys, buf)
  timer:stop()
  if set_in == buf and set_for == keys then return end
  M.hide()
  set_in, set_for = buf, keys
  within(buf, function()
    for _, name in ipairs(NAMES) do
      local lhs = keys[name]
      if lhs and lhs ~= "" then set[#set + 1] = map(name, lhs) end
    end
  end)
end

---Take the keys away, and put back what the user had mapped in the buffer.
function M.hide()
  timer:stop()
  if not set_in then return end
  local buf, keys = set_in, set
  set_in, set_for, set = nil, nil, {}
  within(buf, function()
    for _, key in ipairs(keys) do
      unmap(key)
    end
  end)
end

local hide_now = vim.schedule_wrap(function()
  -- Something may be shown again since the time was up.
  if not timer:is_active() and not require("local_llm.suggestion").visible() then M.hide() end
end)

---Nothing is shown any more: take the keys away, unless something is shown soon.
function M.hide_soon()
  timer:start(LINGER_MS, 0, hide_now)
end

local ACTIONS = {
  accept = { "accept", "accept", "all" },
  accept_line = { "accept", "accept", "line" },
  accept_word = { "accept", "accept", "word" },
  next = { "complete", "cycle", 1 },
  previous = { "complete", "cycle", -1 },
  dismiss = { "suggestion", "dismiss" },
}

---Define what the keys do, for the user's own keys as well; with nothing shown it is nothing.
function M.plug()
  for name, action in pairs(ACTIONS) do
    local module, call, argument = unpack(action)
    local function run()
      require("local_llm." .. module)[call](argument)
    end
    vim.keymap.set("i", plug_of(name), run, { silent = true, desc = "local-llm: " .. DESC[name] })
  end
end

return M
