---The window at the bottom in which an installation tells what it does.
local M = {}

local HEIGHT = 10
local NAME = "local-llm://install"

---@class local_llm.InstallReport
---@field buf integer

---Open it, in the place of an earlier one.
---@return local_llm.InstallReport
function M.open()
  local old = vim.fn.bufnr("^" .. NAME .. "$")
  if old ~= -1 then vim.api.nvim_buf_delete(old, { force = true }) end -- and its window
  local buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(buf, NAME)
  vim.bo[buf].bufhidden = "wipe"
  vim.bo[buf].modifiable = false
  vim.keymap.set("n", "q", "<Cmd>close<CR>", { buffer = buf, desc = "local-llm: close" })
  if #vim.api.nvim_list_uis() > 0 then
    local place = { split = "below", win = -1, height = HEIGHT }
    local win = vim.api.nvim_open_win(buf, false, place)
    for name, value in pairs({ number = false, signcolumn = "no", winfixheight = true }) do
      vim.api.nvim_set_option_value(name, value, { win = win, scope = "local" })
    end
    vim.api.nvim_set_option_value("winbar", " :LocalInstall", { win = win, scope = "local" })
  end
  return { buf = buf }
end

---Add whole lines, each behind `indent`, and show the last one. Nothing where it was closed.
---@param self local_llm.InstallReport
---@param text string
---@param indent? string
function M.add(self, text, indent)
  local lines = {}
  for line in text:gmatch("[^\r\n]+") do
    table.insert(lines, (indent or "") .. line)
  end
  if #lines == 0 then return end
  if #vim.api.nvim_list_uis() == 0 then io.stdout:write(table.concat(lines, "\n"), "\n") end
  if not vim.api.nvim_buf_is_valid(self.buf) then return end
  local empty = vim.api.nvim_buf_get_lines(self.buf, 0, -1, true)
  local from = (#empty == 1 and empty[1] == "") and 0 or #empty
  vim.bo[self.buf].modifiable = true
  vim.api.nvim_buf_set_lines(self.buf, from, -1, true, lines)
  vim.bo[self.buf].modifiable = false
  for _, win in ipairs(vim.fn.win_findbuf(self.buf)) do
    vim.api.nvim_win_set_cursor(win, { vim.api.nvim_buf_line_count(self.buf), 0 })
  end
end

return M
