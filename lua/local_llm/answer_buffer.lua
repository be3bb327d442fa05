---The text of an answer: a scratch buffer that only ever grows at its end, except for the lines
---about reasoning and cuts above a section. A section is one answer; a follow-up begins another.
local M = {}

local text = require("local_llm.answer_text")

local NAMESPACE = vim.api.nvim_create_namespace("local_llm.answer")

---@class local_llm.Thought Reasoning of one section: one line until it is opened.
---@field mark integer extmark at its line
---@field pieces string[]
---@field words integer
---@field in_word boolean
---@field shown integer lines shown below it; 0 = closed
---@field rendered integer pieces that stand there

---@class local_llm.AnswerBuffer
---@field buf integer
---@field section integer extmark where the section begins
---@field fresh boolean nothing of the section's text has come
---@field thought local_llm.Thought|nil of the section
---@field thoughts local_llm.Thought[]

local GROUPS = {
  LocalLlmError = "DiagnosticError",
  LocalLlmHint = "DiagnosticHint",
  LocalLlmNote = "DiagnosticWarn",
  LocalLlmThinking = "Comment",
}

---@param buf integer
---@param change fun()
local function write(buf, change)
  vim.bo[buf].modifiable = true
  local ok, problem = pcall(change)
  vim.bo[buf].modifiable = false
  if not ok then error(problem, 0) end
end

---@param buf integer
---@param row integer 0-based
---@param options? table
---@return integer
local function mark_at(buf, row, options)
  options = options or { right_gravity = false }
  return vim.api.nvim_buf_set_extmark(buf, NAMESPACE, row, 0, options)
end

---@param buf integer
---@param mark integer
---@return integer 0-based
local function row_of(buf, mark)
  return vim.api.nvim_buf_get_extmark_by_id(buf, NAMESPACE, mark, {})[1] or 0
end

---Highlight while text streams in: by the syntax file. Treesitter parses every injected region
---again at each append, 4 ms in 0.10 and 9 ms in 0.12 where 0.2 to 0.4 ms do.
---@param self local_llm.AnswerBuffer
function M.grow(self)
  pcall(vim.treesitter.stop, self.buf)
  vim.bo[self.buf].syntax = "markdown"
end

---Highlight text that is complete: by treesitter, code blocks in their own language.
---@param self local_llm.AnswerBuffer
function M.settle(self)
  -- Without a parser the syntax file goes on serving.
  pcall(vim.treesitter.start, self.buf, "markdown")
end

---@return local_llm.AnswerBuffer
function M.create()
  local buf = vim.api.nvim_create_buf(false, true)
  for group, link in pairs(GROUPS) do
    vim.api.nvim_set_hl(0, group, { link = link, default = true })
  end
  local options = vim.bo[buf]
  -- Model text is data: no modelines, no swap, no undo history of thousands of appends.
  options.modeline, options.swapfile, options.undolevels = false, false, -1
  options.bufhidden, options.filetype = "wipe", "markdown"
  options.modifiable = false
  return { buf = buf, section = mark_at(buf, 0), fresh = true, thoughts = {} }
end

---@param self local_llm.AnswerBuffer
---@return boolean
function M.alive(self)
  return vim.api.nvim_buf_is_valid(self.buf)
end

---Append at the end; nothing else is drawn anew.
---@param self local_llm.AnswerBuffer
---@param piece string
function M.append(self, piece)
  if self.fresh then
    piece = piece:gsub("^[ \t]*\n", ""):gsub("^\n+", "")
    if piece == "" then return end
    self.fresh = false
  end
  local lines = vim.split(piece, "\n", { plain = true })
  write(self.buf, function()
    vim.api.nvim_buf_set_text(self.buf, -1, -1, -1, -1, lines)
  end)
end

---Put lines above the section's text, with a blank line below them.
---@param self local_llm.AnswerBuffer
---@param lines string[]
---@param group string
---@return integer mark of the first of them
local function put_above(self, lines, group)
  local row = row_of(self.buf, self.section)
  local padded = vim.list_extend(vim.list_extend({}, lines), { "" })
  write(self.buf, function()
    vim.api.nvim_buf_set_lines(self.buf, row, row, true, padded)
  end)
  -- Inserting pushes marks along; the section still begins here.
  vim.api.nvim_buf_set_extmark(self.buf, NAMESPACE, row, 0, {
    id = self.section,
    right_gravity = false,
  })
  local first
  for i = 1, #lines do
    first = first or mark_at(self.buf, row, { line_hl_group = group })
    if i > 1 then mark_at(self.buf, row + i - 1, { line_hl_group = group }) end
  end
  return first
end

---@param self local_llm.AnswerBuffer
---@param notes string[]
function M.notes(self, notes)
  local lines = vim.tbl_map(function(note)
    return "> " .. note:gsub("\n", " ")
  end, notes)
  if #lines > 0 then put_above(self, lines, "LocalLlmNote") end
end

---Begin another section under a heading.
---@param self local_llm.AnswerBuffer
---@param question string
function M.begin_section(self, question)
  local row = vim.api.nvim_buf_line_count(self.buf) - 1
  local last = vim.api.nvim_buf_get_lines(self.buf, row, row + 1, true)[1]
  local head = (last == "" and "" or "\n") .. "\n## " .. question:gsub("\n", " ") .. "\n\n"
  M.append(vim.tbl_extend("force", self, { fresh = false }), head)
  self.section = mark_at(self.buf, vim.api.nvim_buf_line_count(self.buf) - 1)
  self.fresh, self.thought = true, nil
end

---Remove the section's text, so that it can be answered again.
---@param self local_llm.AnswerBuffer
function M.clear_section(self)
  local row = row_of(self.buf, self.section)
  write(self.buf, function()
    vim.api.nvim_buf_clear_namespace(self.buf, NAMESPACE, row, -1)
    vim.api.nvim_buf_set_lines(self.buf, row, -1, true, { "" })
  end)
  self.section = mark_at(self.buf, row)
  self.thoughts = vim.tbl_filter(function(t)
    return t ~= self.thought
  end, self.thoughts)
  self.fresh, self.thought = true, nil
end

---@param self local_llm.AnswerBuffer
---@param thought local_llm.Thought
---@param running boolean
local function draw_thought(self, thought, running)
  local row = row_of(self.buf, thought.mark)
  local line = text.thought(thought.words, thought.shown > 0, running)
  if vim.api.nvim_buf_get_lines(self.buf, row, row + 1, true)[1] == line then return end
  local last = #vim.api.nvim_buf_get_lines(self.buf, row, row + 1, true)[1]
  write(self.buf, function()
    vim.api.nvim_buf_set_text(self.buf, row, 0, row, last, { line })
  end)
end

---Text that came since the block was opened goes to its end.
---@param self local_llm.AnswerBuffer
---@param thought local_llm.Thought
local function extend_thought(self, thought)
  if thought.shown == 0 or thought.rendered == #thought.pieces then return end
  local new = table.concat(thought.pieces, "", thought.rendered + 1)
  thought.rendered = #thought.pieces
  local lines = vim.split((new:gsub("\n", "\n> ")), "\n", { plain = true })
  local row = row_of(self.buf, thought.mark) + thought.shown
  local last = #vim.api.nvim_buf_get_lines(self.buf, row, row + 1, true)[1]
  write(self.buf, function()
    vim.api.nvim_buf_set_text(self.buf, row, last, row, last, lines)
  end)
  thought.shown = thought.shown + #lines - 1
end

---Note a piece of reasoning; it is drawn by `refresh`.
---@param self local_llm.AnswerBuffer
---@param piece string
function M.think(self, piece)
  if not self.thought then
    local mark = put_above(self, { text.thought(0, false, true) }, "LocalLlmThinking")
    self.thought = { mark = mark, pieces = {}, words = 0, in_word = false, shown = 0, rendered = 0 }
    table.insert(self.thoughts, self.thought)
  end
  local thought = self.thought
  local _, words = piece:gsub("%S+", "")
  if thought.in_word and piece:find("^%S") then words = words - 1 end
  thought.words = thought.words + words
  if piece ~= "" then thought.in_word = piece:find("%S$") ~= nil end
  thought.pieces[#thought.pieces + 1] = piece
end

---Draw what is known of the section's reasoning.
---@param self local_llm.AnswerBuffer
---@param running boolean it goes on
function M.refresh(self, running)
  if not self.thought then return end
  draw_thought(self, self.thought, running)
  extend_thought(self, self.thought)
end

---Open or close the reasoning that the cursor is on, else that of the section.
---@param self local_llm.AnswerBuffer
---@param row integer 0-based
---@return boolean whether there was any
function M.toggle_thought(self, row)
  local thought = self.thought or self.thoughts[#self.thoughts]
  for _, other in ipairs(self.thoughts) do
    local at = row_of(self.buf, other.mark)
    if row >= at and row <= at + other.shown then thought = other end
  end
  if not thought then return false end
  local at = row_of(self.buf, thought.mark)
  if thought.shown > 0 then
    write(self.buf, function()
      vim.api.nvim_buf_set_lines(self.buf, at + 1, at + 1 + thought.shown, true, {})
    end)
    thought.shown, thought.rendered = 0, 0
  else
    write(self.buf, function()
      vim.api.nvim_buf_set_lines(self.buf, at + 1, at + 1, true, { "> " })
    end)
    thought.shown = 1
    extend_thought(self, thought)
  end
  local line = vim.api.nvim_buf_get_lines(self.buf, at, at + 1, true)[1]
  draw_thought(self, thought, line:find("thinking:", 1, true) ~= nil)
  return true
end

---Show a failure below what has arrived.
---@param self local_llm.AnswerBuffer
---@param failure local_llm.Failure
function M.fail(self, failure)
  local lines = { "✗ " .. failure.message:gsub("\n", " ") }
  local where = failure.where or ""
  if where ~= "" and not failure.message:find(where, 1, true) then
    lines[1] = ("%s (%s)"):format(lines[1], where)
  end
  if failure.hint and failure.hint ~= "" then
    lines[2] = "hint: " .. failure.hint:gsub("\n", " ")
  end
  local count = vim.api.nvim_buf_line_count(self.buf)
  local row = row_of(self.buf, self.section)
  if not self.fresh or row < count - 1 then lines = vim.list_extend({ "", "" }, lines) end
  M.append(vim.tbl_extend("force", self, { fresh = false }), table.concat(lines, "\n"))
  local last = vim.api.nvim_buf_line_count(self.buf) - 1
  local has_hint = lines[#lines]:find("^hint: ") ~= nil
  mark_at(self.buf, has_hint and last - 1 or last, { line_hl_group = "LocalLlmError" })
  if has_hint then mark_at(self.buf, last, { line_hl_group = "LocalLlmHint" }) end
end

return M
