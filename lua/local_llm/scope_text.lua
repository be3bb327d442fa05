---Where a function begins and ends, told from the text alone: by indentation, by braces, or the
---paragraph. Pure functions over a list of lines; rows are 1-based indices into that list.
local M = {}

---@class local_llm.TextScope
---@field first integer
---@field last integer
---@field enclosing integer[] rows of the heads around it, outermost first

---@alias local_llm.Head { row: integer, kind: "function"|"class" }

---@param list string words apart by white space
---@return table<string, true>
local function words(list)
  local set = {}
  for word in list:gmatch("%S+") do
    set[word] = true
  end
  return set
end

-- First words of a line, after modifiers, that open a function or a class in languages without a
-- parser at hand.
local FUNCTION_WORDS = words([[
  def defp defmacro fn func fun function sub proc procedure method test macro
]])
local CLASS_WORDS = words([[
  class module struct interface trait impl enum namespace protocol object
]])
local MODIFIERS = words([[
  local async pub public private protected static final export default abstract unsafe const
  override open internal virtual inline extern data sealed
]])

---@param line string
---@return integer
local function indent_of(line)
  local white = line:match("^[ \t]*")
  -- A tab is worth more than any run of spaces that people mix with it: only order matters.
  return #white:gsub("\t", "        ")
end

---@param line string
---@return boolean
local function blank(line)
  return not line:find("%S")
end

---@param line string
---@return "function"|"class"|nil
local function kind_of(line)
  for word in line:gmatch("[%a_]+") do
    if FUNCTION_WORDS[word] then return "function" end
    if CLASS_WORDS[word] then return "class" end
    if not MODIFIERS[word] then break end
  end
  -- `local f = function()`, `M.f = function(x)`
  if line:find("[=%s]function%s*%(") or line:find("=%s*async%s+function") then return "function" end
  return nil
end

---@param line string
---@param open string|nil the quotes of a long string that is open
---@return string|nil those open after the line
local function quotes_after(line, open)
  local at = 1
  while true do
    local double, single = line:find('"""', at, true), line:find("'''", at, true)
    local from = double and single and math.min(double, single) or double or single
    if not from then return open end
    local quotes = line:sub(from, from + 2)
    if not open then
      open = quotes
    elseif open == quotes then
      open = nil
    end
    at = from + 3
  end
end

---@param line string
---@return boolean
local function is_comment(line)
  return line:find("^%s*#[^!%[]") ~= nil or line:find("^%s*#$") ~= nil or line:find("^%s*//") ~= nil
end

---@param line string
---@return boolean whether it closes what began above: `):`, `}`, `end`
local function closes(line)
  return line:find("^%s*[%)%]}]") ~= nil
    or line:find("^%s*end%s*$") ~= nil
    or line:find("^%s*end[%),;.}]") ~= nil
end

---Indentation that counts for nesting, by row; false for lines that say nothing about it: blanks,
---comments, the inside of long strings.
---@param lines string[]
---@return (integer|false)[]
local function depths_of(lines)
  local depths, open = {}, nil
  for row, line in ipairs(lines) do
    local silent = open or blank(line) or is_comment(line)
    -- What closes a block belongs inside.
    depths[row] = not silent and indent_of(line) + (closes(line) and 1 or 0)
    if open or not is_comment(line) then open = quotes_after(line, open) end
  end
  return depths
end

---@param lines string[]
---@param row integer
---@return integer row of the first line below decorators that start at `row`
local function below_decorators(lines, row)
  local at = row
  while lines[at] and lines[at]:find("^%s*@") do
    at = at + 1
  end
  local same = lines[at] and indent_of(lines[at]) == indent_of(lines[row])
  return same and kind_of(lines[at]) and at or row
end

---Heads of the functions and classes around a row, innermost first.
---@param lines string[]
---@param depths (integer|false)[]
---@param row integer
---@return local_llm.Head[]
local function heads_by_indent(lines, depths, row)
  row = below_decorators(lines, row)
  local from = row
  while from > 0 and not depths[from] do
    from = from - 1
  end
  if from == 0 then return {} end
  local heads, kind = {}, kind_of(lines[from])
  -- From a blank line below a head, the head is around; `by_indent` checks how far it reaches.
  if kind then heads[1] = { row = from, kind = kind } end
  local depth = depths[from]
  for at = from - 1, 1, -1 do
    local here = depths[at]
    if here and here < depth then
      depth = here
      kind = kind_of(lines[at])
      if kind then heads[#heads + 1] = { row = at, kind = kind } end
    end
    if depth == 0 then break end
  end
  return heads
end

---Last row of the block that a head opens.
---@param lines string[]
---@param depths (integer|false)[]
---@param head integer
---@return integer
local function end_by_indent(lines, depths, head)
  local base, last = indent_of(lines[head]), head
  for at = head + 1, #lines do
    if depths[at] and depths[at] <= base then break end
    if depths[at] then last = at end
  end
  return last
end

---@param lines string[]
---@param row integer
---@return integer row of the first decorator above
local function with_decorators(lines, row)
  local base = indent_of(lines[row])
  while row > 1 and lines[row - 1]:find("^%s*@") and indent_of(lines[row - 1]) == base do
    row = row - 1
  end
  return row
end

---Pick the innermost function of heads that are ordered from the innermost, else the innermost
---class; what lies around it is enclosing.
---@param heads local_llm.Head[]
---@return integer|nil index
local function choose(heads)
  for index, head in ipairs(heads) do
    if head.kind == "function" then return index end
  end
  return heads[1] and 1 or nil
end

---@param heads local_llm.Head[]
---@param from integer
---@return integer[] rows, outermost first
local function rows_around(heads, from)
  local rows = {}
  for index = #heads, from, -1 do
    rows[#rows + 1] = heads[index].row
  end
  return rows
end

---@param lines string[]
---@param row integer
---@return local_llm.TextScope|nil
function M.by_indent(lines, row)
  local depths = depths_of(lines)
  local heads = heads_by_indent(lines, depths, row)
  for _ = 1, #heads do
    local index = choose(heads)
    local head = heads[index].row
    local last = end_by_indent(lines, depths, head)
    if last >= row then
      return {
        first = with_decorators(lines, head),
        last = last,
        enclosing = rows_around(heads, index + 1),
      }
    end
    table.remove(heads, index) -- it ended above the cursor
  end
end

---Heads around a range, outermost first, by indentation.
---@param lines string[]
---@param first integer
---@return integer[]
function M.enclosing_by_indent(lines, first)
  local depths = depths_of(lines)
  local row = first
  while depths[row] == false do
    row = row + 1
  end
  if not depths[row] then return {} end
  local heads = heads_by_indent(lines, depths, row)
  if heads[1] and heads[1].row >= first then table.remove(heads, 1) end
  return rows_around(heads, 1)
end

---Lines around the cursor up to blank ones; from a blank line the next text, else the last.
---@param lines string[]
---@param row integer
---@return local_llm.TextScope|nil nil when all lines are blank
function M.paragraph(lines, row)
  local at = row
  while lines[at] and blank(lines[at]) do
    at = at + 1
  end
  if not lines[at] then
    at = row
    while at >= 1 and blank(lines[at]) do
      at = at - 1
    end
  end
  if at < 1 then return nil end
  local first, last = at, at
  while first > 1 and not blank(lines[first - 1]) do
    first = first - 1
  end
  while last < #lines and not blank(lines[last + 1]) do
    last = last + 1
  end
  return { first = first, last = last, enclosing = {} }
end

M.words, M.choose, M.rows_around = words, choose, rows_around

return M
