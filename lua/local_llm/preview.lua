---Markdown in a split that is only read: `:LocalPreview`, `:LocalStats`.
local M = {}

local NAME = "local-llm://preview"

---@param buf integer
---@param lines string[]
local function fill(buf, lines)
  vim.bo[buf].modeline = false -- the prompt holds the user's file, and its modelines
  vim.bo[buf].modifiable = true
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  vim.bo[buf].modifiable = false
  vim.bo[buf].filetype = "markdown"
  pcall(vim.treesitter.start, buf, "markdown")
end

---@return integer|nil win that shows a preview in this tab page
local function window_of(buf)
  for _, win in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    if vim.api.nvim_win_get_buf(win) == buf then return win end
  end
end

---Show lines; what a window of that name shows is replaced.
---@param lines string[]
---@param name? string the buffer's; that of the preview of a prompt
function M.show(lines, name)
  name = name or NAME
  local clean = {}
  for _, line in ipairs(lines) do
    vim.list_extend(clean, vim.split(line, "\n", { plain = true }))
  end
  local buf = vim.fn.bufnr("^" .. name .. "$")
  if buf == -1 then
    buf = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(buf, name)
    vim.bo[buf].bufhidden = "wipe"
    vim.keymap.set("n", "q", "<Cmd>close<CR>", { buffer = buf, nowait = true, desc = "close" })
  end
  fill(buf, clean)
  local win = window_of(buf)
  if win then
    vim.api.nvim_set_current_win(win)
  else
    vim.cmd.sbuffer({ args = { buf } })
  end
  vim.wo.wrap, vim.wo.linebreak = true, true
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
end

return M
