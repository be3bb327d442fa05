---The names at the cursor whose definitions are worth a look.
local M = {}

local MOST = 4
local SHORTEST = 3 -- bytes; `i`, `os` and `np` say nothing that the model does not know
local LONGEST_LINE = 1000 -- bytes; longer ones are data
-- Bytes above 127 belong to letters, or to signs that no server knows.
local WORD = "%f[%w_\128-\255]()([%a_\128-\255][%w_\128-\255]*)"

-- Where no parser tells a name from a word of a language.
local WORDS = [[
  False None True abstract and async await begin bool boolean break byte case catch char class
  const constexpr continue debugger def default defer del delete double elif else elseif elsif end
  ensure enum except export extends extern false final finally float for foreach from func
  function global goto impl implements import include inline instanceof int integer interface
  internal lambda let local long loop match mod module mut namespace native new nil none nonlocal
  not null number object operator override package pass private protected pub public raise
  readonly register repeat require rescue return self short signed sizeof static str string struct
  super switch template then this throw throws trait true try type typedef typename typeof
  undefined union unless unsafe unsigned until use using val var virtual void volatile when where
  while with yield
]]
local IS_WORD = {}
for word in WORDS:gmatch("%a+") do
  IS_WORD[word] = true
end

-- Parts of the node types that are leaves with a name of their own, and no names.
local NO_NAMES = { "comment", "string", "literal", "content", "primitive", "escape", "boolean" }

---@class local_llm.Name a word; `col` is its first byte, 0-based
---@field text string
---@field row integer
---@field col integer
---@field line string

---What the parser says that colours the buffer; no other has read the text already.
---@param buf integer
---@param name local_llm.Name
---@return boolean|nil nil where it does not know
local function parsed_as_name(buf, name)
  local highlighter = package.loaded["vim.treesitter.highlighter"]
  if not highlighter or not highlighter.active[buf] then return nil end
  local place = { bufnr = buf, pos = { name.row, name.col }, ignore_injections = false }
  local ok, node = pcall(vim.treesitter.get_node, place)
  if not ok or not node then return nil end
  local type = node:type()
  -- A word of the language is no node of its own, or one that is called as it is written.
  if node:child_count() > 0 or type == name.text then return false end
  return not vim.iter(NO_NAMES):any(function(part)
    return type:find(part, 1, true) ~= nil
  end)
end

---@param buf integer
---@param name local_llm.Name
---@return boolean
local function is_name(buf, name)
  local parsed = parsed_as_name(buf, name)
  if parsed ~= nil then return parsed end
  local text = name.text
  return not (IS_WORD[text] or text == text:upper() and IS_WORD[text:lower()])
end

---Blank out what stands in quotes, and drop the comment behind.
---@param line string
---@param leader string what starts a comment, "" = unknown
---@return string line columns are as before
local function without_text(line, leader)
  line = line:gsub("([\"'`])(.-)%1", function(quote, inner)
    return quote .. (" "):rep(#inner) .. quote
  end)
  local at = leader ~= "" and line:find(leader, 1, true)
  return at and line:sub(1, at - 1) or line
end

---@param buf integer
---@param row integer
---@return local_llm.Name[]
local function names_on(buf, row)
  local offset = vim.api.nvim_buf_get_offset
  if row < 0 or row >= vim.api.nvim_buf_line_count(buf) then return {} end
  if offset(buf, row + 1) - offset(buf, row) > LONGEST_LINE then return {} end
  local line = vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1]
  local leader = vim.trim(vim.bo[buf].commentstring:match("^[^%%]*"))
  local found = {}
  for at, text in without_text(line, leader):gmatch(WORD) do
    if #text >= SHORTEST then
      found[#found + 1] = { text = text, row = row, col = at - 1, line = line }
    end
  end
  return found
end

---The names on a line and on the one above, the nearest first, each once.
---@param buf integer
---@param row integer of the cursor, 0-based
---@param col integer
---@return local_llm.Name[]
function M.at(buf, row, col)
  local names = names_on(buf, row)
  table.sort(names, function(a, b)
    return math.abs(a.col - col) < math.abs(b.col - col)
  end)
  vim.list_extend(names, vim.iter(names_on(buf, row - 1)):rev():totable())
  local found, known = {}, {}
  for _, name in ipairs(names) do
    if #found == MOST then break end
    if not known[name.text] and is_name(buf, name) then
      found[#found + 1] = name
      known[name.text] = true
    end
  end
  return found
end

return M
