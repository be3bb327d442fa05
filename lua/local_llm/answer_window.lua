---The window of an answer: a float or a split, its place on the screen, its title and footer.
local M = {}

local WIDEST = 100
-- Smaller screens have no room for a border.
local BORDER_FROM = { columns = 24, rows = 6 }
-- Smaller windows are not split: half of one must hold a bar and some text.
local SPLIT_FROM = { columns = 40, rows = 8 }

---@class local_llm.AnswerWindow
---@field win integer
---@field kind "float"|"split"|"vsplit" as it is
---@field wanted "float"|"split"|"vsplit" as it was asked for
---@field source integer window it was opened from
---@field view table the source's view then
---@field source_buf integer
---@field title string|nil as last drawn
---@field footer string|nil

---Where a float goes. Pure.
---@param columns integer of the screen
---@param rows integer of the screen that windows may use
---@return { row: integer, col: integer, width: integer, height: integer, border: string }
function M.layout(columns, rows)
  columns, rows = math.max(columns, 1), math.max(rows, 1)
  if columns < BORDER_FROM.columns or rows < BORDER_FROM.rows then
    return { row = 0, col = 0, width = columns, height = rows, border = "none" }
  end
  local width = math.min(WIDEST, columns - 4)
  local height = math.min(math.max(10, math.floor(rows * 0.7)), rows - 2)
  return {
    row = math.floor((rows - height - 2) / 2),
    col = math.floor((columns - width - 2) / 2),
    width = width,
    height = height,
    border = "rounded",
  }
end

---@return table
local function float_config()
  local rows = vim.o.lines - vim.o.cmdheight - (vim.o.laststatus > 0 and 1 or 0)
  local config = M.layout(vim.o.columns, rows)
  config.relative = "editor"
  return config
end

---@param win integer
local function set_options(win)
  local options = {
    wrap = true,
    linebreak = true,
    breakindent = true,
    number = false,
    relativenumber = false,
    signcolumn = "no",
    foldcolumn = "0",
    foldenable = false,
    spell = false,
    list = false,
    cursorline = false,
    colorcolumn = "",
    statuscolumn = "",
    fillchars = "eob: ",
    conceallevel = 0, -- text that hides its marks once it is complete would jump under the eye
  }
  for name, value in pairs(options) do
    vim.api.nvim_set_option_value(name, value, { win = win, scope = "local" })
  end
end

---@param buf integer
---@param kind string
---@param source integer
---@return integer|nil win, string kind
local function open(buf, kind, source)
  if kind == "split" and vim.api.nvim_win_get_height(source) < SPLIT_FROM.rows then
    kind = "float"
  end
  if kind == "vsplit" and vim.api.nvim_win_get_width(source) < SPLIT_FROM.columns then
    kind = "float"
  end
  local config = { split = kind == "vsplit" and "right" or "below", win = source }
  if kind ~= "float" then
    if vim.api.nvim_win_get_config(source).relative ~= "" then config.win = -1 end
    local ok, win = pcall(vim.api.nvim_open_win, buf, true, config)
    if ok then return win, kind end
  end
  -- A split may have no room; a float always has.
  local ok, win = pcall(vim.api.nvim_open_win, buf, true, float_config())
  return ok and win or nil, "float"
end

---Open a window on a buffer and go there.
---@param buf integer
---@param kind "float"|"split"|"vsplit"
---@return local_llm.AnswerWindow|nil nil where no window can be opened now
function M.open(buf, kind)
  local source = vim.api.nvim_get_current_win()
  local self = {
    source = source,
    source_buf = vim.api.nvim_win_get_buf(source),
    view = vim.fn.winsaveview(),
  }
  self.win, self.kind = open(buf, kind, source)
  self.wanted = kind
  if not self.win then return nil end
  set_options(self.win)
  return self
end

---Change the kind of an open window; a split for which there is no room stays a float.
---@param self local_llm.AnswerWindow
---@param kind "float"|"split"|"vsplit"
function M.become(self, kind)
  if self.wanted == kind or vim.fn.getcmdwintype() ~= "" then return end
  self.wanted = kind
  local config = float_config()
  if kind ~= "float" then
    config = { split = kind == "vsplit" and "right" or "below", win = self.source }
    if not vim.api.nvim_win_is_valid(self.source) then config.win = -1 end
  end
  if pcall(vim.api.nvim_win_set_config, self.win, config) then
    self.kind = kind
    self.title, self.footer = nil, nil
    vim.api.nvim_set_option_value("winbar", "", { win = self.win, scope = "local" })
  end
end

---@param self local_llm.AnswerWindow
---@return boolean
function M.alive(self)
  return vim.api.nvim_win_is_valid(self.win)
end

---Show another buffer in the same window.
---@param self local_llm.AnswerWindow
---@param buf integer
function M.show(self, buf)
  vim.api.nvim_win_set_buf(self.win, buf)
  set_options(self.win)
  self.title, self.footer = nil, nil
  vim.api.nvim_set_current_win(self.win)
end

---Whether title and footer can be drawn on the border.
---@param self local_llm.AnswerWindow
---@return boolean
local function has_border(self)
  local border = vim.api.nvim_win_get_config(self.win).border
  return border ~= nil and border ~= "none" and border[1] ~= ""
end

---Draw title and footer; nothing is done when they are drawn already.
---@param self local_llm.AnswerWindow
---@param title string
---@param footer string
function M.label(self, title, footer)
  if not M.alive(self) or (self.title == title and self.footer == footer) then return end
  self.title, self.footer = title, footer
  if self.kind ~= "float" then
    local bar = (title .. (footer ~= "" and " " .. footer or "")):gsub("%%", "%%%%")
    -- E36 where the user has made the window one line high
    pcall(vim.api.nvim_set_option_value, "winbar", bar, { win = self.win, scope = "local" })
  elseif has_border(self) then
    vim.api.nvim_win_set_config(self.win, {
      title = title,
      title_pos = "left",
      footer = footer == "" and "" or footer,
      footer_pos = "right",
    })
  end
end

---@param self local_llm.AnswerWindow
---@return integer display columns for title or footer
function M.width(self)
  return M.alive(self) and vim.api.nvim_win_get_width(self.win) or 0
end

---Fit a float to the screen again.
---@param self local_llm.AnswerWindow
function M.resize(self)
  if self.kind ~= "float" or not M.alive(self) then return end
  pcall(vim.api.nvim_win_set_config, self.win, float_config())
  self.title, self.footer = nil, nil
end

---Go back to where the user came from, with the view they left.
---@param self local_llm.AnswerWindow
local function restore(self)
  local win = self.source
  if not vim.api.nvim_win_is_valid(win) then return end
  vim.api.nvim_set_current_win(win)
  if vim.api.nvim_win_get_buf(win) ~= self.source_buf then return end
  local cursor = vim.api.nvim_win_get_cursor(win)
  if cursor[1] == self.view.lnum then vim.fn.winrestview(self.view) end
end

---Close it; the last window of the editor gets an empty buffer instead.
---@param self local_llm.AnswerWindow
function M.close(self)
  if not M.alive(self) then return end
  local current = vim.api.nvim_get_current_win() == self.win
  if pcall(vim.api.nvim_win_close, self.win, true) then
    if current then restore(self) end
    return
  end
  pcall(vim.api.nvim_win_set_buf, self.win, vim.api.nvim_create_buf(true, false))
end

---Whether the cursor is at the end of the text, so that the window should follow it. A cursor
---that was moved back within the last line stays; one that left and came back (`G`) follows again.
---@param self local_llm.AnswerWindow
---@return boolean
function M.follows(self)
  local row, col = unpack(vim.api.nvim_win_get_cursor(self.win))
  local buf = vim.api.nvim_win_get_buf(self.win)
  if row < vim.api.nvim_buf_line_count(buf) then
    self.left = true
    return false
  end
  if vim.api.nvim_get_current_win() == self.win and vim.fn.mode():find("^[vV\22]") then
    return false
  end
  if self.left or col >= (self.at_col or 0) then
    self.left = false
    return true
  end
  return false
end

---Move the cursor to the end of the text.
---@param self local_llm.AnswerWindow
function M.follow(self)
  local buf = vim.api.nvim_win_get_buf(self.win)
  vim.api.nvim_win_set_cursor(self.win, { vim.api.nvim_buf_line_count(buf), vim.v.maxcol })
  self.at_col = vim.api.nvim_win_get_cursor(self.win)[2]
end

return M
