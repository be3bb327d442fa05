---Functions and classes told from pairs of braces. Pure; rows are 1-based indices into the lines.
local M = {}

local text = require("local_llm.scope_text")

---@class local_llm.Pair
---@field open integer row of `{`
---@field close integer row of `}`
---@field head integer row where the statement before `{` begins
---@field before string that statement, joined

local CONTROL = text.words([[
  if for while switch else do try catch finally match loop select foreach unsafe
  synchronized using guard repeat when return
]])
local CLASS = text.words([[
  class struct interface enum impl trait namespace module extern union record object
  protocol contract type package
]])

---Remove strings and comments, so that the braces left are code.
---@param line string
---@param in_comment boolean inside /* */
---@return string code, boolean in_comment
local function code_of(line, in_comment)
  local out, at = {}, 1
  if not in_comment and not line:find("[\"'`/]") then return line, false end
  while at <= #line do
    if in_comment then
      local _, stop = line:find("*/", at, true)
      if not stop then return table.concat(out), true end
      at, in_comment = stop + 1, false
    else
      local from = line:find("[\"'`/]", at)
      out[#out + 1] = line:sub(at, (from or #line + 1) - 1)
      if not from then break end
      local char, pair = line:sub(from, from), line:sub(from, from + 1)
      if pair == "//" then break end
      if pair == "/*" then
        in_comment, at = true, from + 2
      elseif char == "/" then
        out[#out + 1], at = char, from + 1
      else
        -- No closing quote on the line: an apostrophe or a lifetime, not a string.
        local close, escaped = from + 1, false
        while close <= #line and (escaped or line:sub(close, close) ~= char) do
          escaped = not escaped and line:sub(close, close) == "\\"
          close = close + 1
        end
        if close > #line then
          out[#out + 1], at = char, from + 1
        else
          out[#out + 1], at = char .. char, close + 1
        end
      end
    end
  end
  return table.concat(out), in_comment
end

---@param lines string[]
---@return string[]
local function code_lines(lines)
  local codes, in_comment = {}, false
  for row, line in ipairs(lines) do
    codes[row], in_comment = code_of(line, in_comment)
  end
  return codes
end

---The statement that ends at `{`: back to the last `;`, `{`, `}` or blank line.
---@param codes string[]
---@param row integer
---@param col integer of `{`
---@return integer head, string before
local function statement(codes, row, col)
  local before = codes[row]:sub(1, col - 1):match("[^;{}]*$")
  local head = row
  local cut = #before < col - 1
  -- A signature over more lines than this is not worth finding.
  while not cut and head > 1 and row - head < 30 do
    local above = codes[head - 1]
    if not above:find("%S") or above:find("^%s*#") then break end
    local tail = above:match("[^;{}]*$")
    if not tail:find("%S") then break end
    before, head = tail .. " " .. before, head - 1
    cut = #tail < #above
  end
  return head, before
end

---@param before string
---@return "function"|"class"|nil
local function kind_of(before)
  local first = before:match("[%a_][%w_]*")
  if not first or CONTROL[first] then return nil end
  for word in before:gsub("%b()", "()"):gsub("%b<>", ""):gmatch("[%a_][%w_]*") do
    if CLASS[word] and not before:find("%f[%w_]fn%f[^%w_]") and not before:find("%f[%w_]func") then
      return "class"
    end
  end
  if before:find("%)") or before:find("=>%s*$") then return "function" end
  return nil
end

---Pairs of braces around rows [first, last], innermost first; a head line counts as inside.
---@param lines string[]
---@param first integer
---@param last integer
---@return local_llm.Pair[]
local function pairs_around(lines, first, last)
  local codes = code_lines(lines)
  local stack, found = {}, {}
  for row, code in ipairs(codes) do
    local at = code:find("[{}]")
    while at do
      if code:sub(at, at) == "{" then
        stack[#stack + 1] = { row = row, col = at }
      elseif #stack > 0 then
        local open = table.remove(stack)
        if row >= last then
          local head, before = statement(codes, open.row, open.col)
          if head <= first then
            found[#found + 1] = { open = open.row, close = row, head = head, before = before }
          end
        end
      end
      at = code:find("[{}]", at + 1)
    end
  end
  return found
end

---@param lines string[]
---@param found local_llm.Pair[]
---@return local_llm.Head[], table<integer, local_llm.Pair>
local function heads_of(lines, found)
  local heads, by_row = {}, {}
  for _, pair in ipairs(found) do
    local kind = kind_of(pair.before)
    local row = pair.head
    -- Leading lines of the statement may be labels or nothing: the head is its first text.
    while row < pair.open and not lines[row]:find("%S") do
      row = row + 1
    end
    if kind and not by_row[row] then
      heads[#heads + 1] = { row = row, kind = kind }
      by_row[row] = pair
    end
  end
  return heads, by_row
end

---@param lines string[]
---@param row integer
---@return local_llm.TextScope|nil
function M.by_braces(lines, row)
  local heads, by_row = heads_of(lines, pairs_around(lines, row, row))
  local index = text.choose(heads)
  if not index then return nil end
  local head = heads[index].row
  return {
    first = head,
    last = by_row[head].close,
    enclosing = text.rows_around(heads, index + 1),
  }
end

---Heads around a range, outermost first.
---@param lines string[]
---@param first integer
---@param last integer
---@return integer[]
function M.enclosing_by_braces(lines, first, last)
  local heads = heads_of(lines, pairs_around(lines, first, last))
  local rows = {}
  for _, row in ipairs(text.rows_around(heads, 1)) do
    if row < first then rows[#rows + 1] = row end
  end
  return rows
end

return M
