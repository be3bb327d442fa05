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

---Indentation that counts for nesting; nil for lines that say nothing about it.
---@param line string
---@return integer|nil
local function depth_of(line)
  if blank(line) or line:find("^%s*#[^!%[]") or line:find("^%s*#$") or line:find("^%s*//") then
    return nil
  end
  local depth = indent_of(line)
  -- `):` closes a signature that began above; it belongs inside.
  if line:find("^%s*[%)%]]") then depth = depth + 1 end
  return depth
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

---@param lines string[]
---@param row integer
---@return integer|nil
local function nearest_text(lines, row)
  for at = row, 1, -1 do
    if depth_of(lines[at]) then return at end
  end
end

---Heads of the functions and classes around a row, innermost first.
---@param lines string[]
---@param row integer
---@return local_llm.Head[]
local function heads_by_indent(lines, row)
  row = below_decorators(lines, row)
  local from = nearest_text(lines, row)
  if not from then return {} end
  local heads, kind = {}, kind_of(lines[from])
  local depth = depth_of(lines[from])
  -- A blank line after a one-line thing belongs to nobody; on the head itself it is the head.
  if from == row and kind then heads[1] = { row = from, kind = kind } end
  for at = from - 1, 1, -1 do
    local here = depth_of(lines[at])
    if here and here < depth then
      depth = here
      kind = kind_of(lines[at])
      if kind then heads[#heads + 1] = { row = at, kind = kind } end
    end
    if depth == 0 then break end
  end
  return heads
end

---@param line string
---@param open string|nil the quotes of a string that is open
---@return string|nil
local function triple_state(line, open)
  local at = 1
  while true do
    local from, to, quotes = line:find('(""")', at)
    local from2, to2 = line:find("'''", at, true)
    if from2 and (not from or from2 < from) then
      from, to, quotes = from2, to2, "'''"
    end
    if not from then return open end
    if not open then
      open = quotes
    elseif open == quotes then
      open = nil
    end
    at = to + 1
  end
end

---Last row of the block that a head opens.
---@param lines string[]
---@param head integer
---@return integer
local function end_by_indent(lines, head)
  local base, last = indent_of(lines[head]), head
  local open = triple_state(lines[head], nil)
  for at = head + 1, #lines do
    local depth = depth_of(lines[at])
    if open then
      last = at -- inside a long string, indentation means nothing
    elseif depth then
      if depth <= base then
        local closes = lines[at]:find("^%s*end%f[%A]") or lines[at]:find("^%s*}")
        return closes and depth == base and at or last
      end
      last = at
    end
    open = triple_state(lines[at], open)
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
  local heads = heads_by_indent(lines, row)
  for _ = 1, #heads do
    local index = choose(heads)
    local head = heads[index].row
    local last = end_by_indent(lines, head)
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
  local row = first
  while lines[row] and not depth_of(lines[row]) do
    row = row + 1
  end
  if not lines[row] then return {} end
  local heads = heads_by_indent(lines, row)
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
