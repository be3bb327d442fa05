---Keys of the answer window.
local M = {}

local text = require("local_llm.answer_text")

---@class local_llm.AnswerKey
---@field name string the option below `keys.answer`
---@field group string|nil another group of options than "answer"
---@field lhs string
---@field desc string
---@field run fun(answer: local_llm.Answer, keys: local_llm.AnswerKey[])

---@param answer local_llm.Answer
local function yank_code(answer)
  local lines = vim.api.nvim_buf_get_lines(answer.text.buf, 0, -1, false)
  local code = text.code_near(lines, vim.api.nvim_win_get_cursor(0)[1])
  if not code then
    require("local_llm.notice").show("there is no code block in this answer", vim.log.levels.WARN)
    return
  end
  vim.fn.setreg('"', code, "l")
  -- A clipboard tool may be missing or fail; the unnamed register has it in any case.
  if vim.fn.has("clipboard") == 1 then pcall(vim.fn.setreg, "+", code, "l") end
  require("local_llm.notice").show(("%d line%s yanked"):format(#code, #code == 1 and "" or "s"))
end

---@param answer local_llm.Answer
local function follow_up(answer)
  vim.ui.input({ prompt = "Follow up: " }, function(question)
    if question and question:find("%S") then
      require("local_llm.answer").follow_up(answer, vim.trim(question))
    end
  end)
end

---@param answer local_llm.Answer
local function fold(answer)
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  if not require("local_llm.answer_buffer").toggle_thought(answer.text, row) then
    require("local_llm.notice").show("this answer came without reasoning")
  end
end

---@param name string
---@return fun(answer: local_llm.Answer)
local function call(name)
  return function(answer)
    require("local_llm.answer")[name](answer)
  end
end

---@type local_llm.AnswerKey[]
M.KEYS = {
  { name = "close", lhs = "q", desc = "close and stop", run = call("close") },
  { name = "stop", lhs = "<C-c>", desc = "stop", run = call("stop") },
  { name = "yank_code", lhs = "gy", desc = "yank the code block", run = yank_code },
  { name = "again", lhs = "gr", desc = "ask again", run = call("again") },
  { name = "follow_up", lhs = "gf", desc = "ask a follow-up question", run = follow_up },
  { name = "fold", lhs = "za", desc = "open or close the reasoning", run = fold },
  {
    name = "help",
    lhs = "g?",
    desc = "these keys",
    run = function(_, keys)
      M.help(keys)
    end,
  },
}

---@param key local_llm.AnswerKey
---@return string|false
local function lhs_of(key)
  local keys = require("local_llm").options().keys or {}
  local wanted = (keys[key.group or "answer"] or {})[key.name]
  if wanted == nil then return key.lhs end
  return wanted ~= "" and wanted or false
end

---Some of the keys, in the order of the table.
---@param names string[]
---@return local_llm.AnswerKey[]
function M.of(names)
  return vim.tbl_filter(function(key)
    return vim.list_contains(names, key.name)
  end, M.KEYS)
end

---@param buf integer
---@param answer local_llm.Answer
---@param keys? local_llm.AnswerKey[] all of them
function M.set(buf, answer, keys)
  keys = keys or M.KEYS
  for _, key in ipairs(keys) do
    local lhs = lhs_of(key)
    local desc = "local-llm: " .. key.desc
    local options = { buffer = buf, desc = desc, nowait = true, silent = true }
    if lhs then
      vim.keymap.set("n", lhs, function()
        key.run(answer, keys)
      end, options)
    end
  end
end

---A small float that lists the keys; any of its closing keys or leaving it closes it.
---@param keys local_llm.AnswerKey[]
function M.help(keys)
  local lines, width = {}, 0
  for _, key in ipairs(keys) do
    local lhs = lhs_of(key)
    if lhs then lines[#lines + 1] = (" %-6s %s "):format(lhs, key.desc) end
    width = math.max(width, #(lines[#lines] or ""))
  end
  local buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  vim.bo[buf].bufhidden, vim.bo[buf].modifiable = "wipe", false
  local win = vim.api.nvim_open_win(buf, true, {
    relative = "cursor",
    row = 1,
    col = 0,
    width = math.max(1, math.min(width, vim.o.columns - 2)),
    height = math.max(1, math.min(#lines, vim.o.lines - 4)),
    style = "minimal",
    border = "rounded",
    title = " keys ",
  })
  local function close()
    pcall(vim.api.nvim_win_close, win, true)
  end
  for _, lhs in ipairs({ "q", "<Esc>", "g?" }) do
    vim.keymap.set("n", lhs, close, { buffer = buf, nowait = true })
  end
  vim.api.nvim_create_autocmd("WinLeave", { buffer = buf, once = true, callback = close })
end

return M
