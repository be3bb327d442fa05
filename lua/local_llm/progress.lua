---What a request is doing that has no window: a spinner behind the line it is about.
local M = {}

local spinner = require("local_llm.spinner")
local text = require("local_llm.answer_text")

local NS = vim.api.nvim_create_namespace("local_llm.progress")

---@class local_llm.Progress
---@field buf integer
---@field mark integer
---@field title string
---@field state string
---@field percent integer|nil
---@field spinner local_llm.Spinner

local by_id = {} ---@type table<integer, local_llm.Progress>

---@param it local_llm.Progress
---@param tick integer
local function draw(it, tick)
  if not vim.api.nvim_buf_is_loaded(it.buf) then return it.spinner.stop() end
  local place = vim.api.nvim_buf_get_extmark_by_id(it.buf, NS, it.mark, {})
  if not place[1] then return it.spinner.stop() end
  local said = ("%s %s: %s"):format(spinner.frame(tick), it.title, text.state(it.state, it.percent))
  vim.api.nvim_buf_set_extmark(it.buf, NS, place[1], 0, {
    id = it.mark,
    virt_text = { { "  " .. said, "LocalLlmNote" } },
    hl_mode = "combine",
  })
end

---Show that a request is under way.
---@param id integer the request
---@param buf integer
---@param row integer 0-based
---@param title string such as "wtf fix"
function M.start(id, buf, row, title)
  M.stop(id)
  local it = { buf = buf, title = title, state = "connecting" }
  it.mark = vim.api.nvim_buf_set_extmark(buf, NS, row, 0, {})
  it.spinner = spinner.start(function(tick)
    draw(it, tick)
  end)
  by_id[id] = it
  draw(it, 0)
  require("local_llm")._note({ state = it.state })
end

---@param id integer
---@param data { state: string, percent: integer? }
---@return boolean whether the request is one of those
function M.state(id, data)
  local it = by_id[id]
  if not it then return false end
  it.state, it.percent = data.state, data.percent
  require("local_llm")._note({ state = data.state, percent = data.percent })
  return true
end

---The request has ended.
---@param id integer
function M.stop(id)
  local it = by_id[id]
  if not it then return end
  by_id[id] = nil
  it.spinner.stop()
  pcall(vim.api.nvim_buf_del_extmark, it.buf, NS, it.mark)
  require("local_llm")._note({ state = "idle" })
end

---@param id integer
---@return boolean
function M.has(id)
  return by_id[id] ~= nil
end

---@return boolean whether anything is under way
function M.any()
  return next(by_id) ~= nil
end

return M
