---What has changed inside a line, by words. Pure but for the editor's idea of a character.
local M = {}

local chunks = require("local_llm.ghost_chunks")
local hunks = require("local_llm.diff_hunks")

local LONGEST = 2000 -- bytes of a line that is looked into
local ALIKE = 0.3 -- part of the longer line that both must share; below, nothing is worth marking

---@alias local_llm.DiffRange integer[] first byte, 0-based, and the one after the last

---@param line string
---@return fun(): integer|nil the next character's byte, 1-based
local function characters(line)
  if line:find("[\128-\255]") then return chunks.characters(line) end
  local at = 0
  return function()
    at = at + 1
    return at <= #line and at or nil
  end
end

---Words, and every other character by itself.
---@param line string
---@return string[]
local function tokens(line)
  local found, word, char = {}, 1, nil ---@type string[], integer, integer|nil
  local function close(stop)
    if word < stop then found[#found + 1] = line:sub(word, stop - 1) end
    word = stop
  end
  local function note(next_char)
    -- A letter may have marks composed onto it; then it is no plain one.
    if not char or line:sub(char, next_char - 1):find("^[%w_]$") then return end
    close(char)
    close(next_char)
  end
  for at in characters(line) do
    note(at)
    char = at
  end
  note(#line + 1)
  close(#line + 1)
  return found
end

---@param parts string[]
---@return integer[] byte where each part begins, 0-based, and one more: where the last ends
local function offsets(parts)
  local all = { 0 }
  for index, part in ipairs(parts) do
    all[index + 1] = all[index] + #part
  end
  return all
end

---@param text string
---@return integer bytes that are not blank
local function weight(text)
  return #text:gsub("%s", "")
end

---@param line string
---@param ranges local_llm.DiffRange[]
---@return integer bytes outside of the ranges that are not blank
local function kept(line, ranges)
  local sum = weight(line)
  for _, range in ipairs(ranges) do
    sum = sum - weight(line:sub(range[1] + 1, range[2]))
  end
  return sum
end

---@param old string
---@param new string
---@return local_llm.DiffRange[] old, local_llm.DiffRange[] new none where the lines are not alike
function M.ranges(old, new)
  if #old > LONGEST or #new > LONGEST then return {}, {} end
  local a, b = tokens(old), tokens(new)
  local a_at, b_at = offsets(a), offsets(b)
  local gone, come = {}, {}
  for _, block in ipairs(hunks.blocks(a, b)) do
    local a_end, b_end = block.a + block.a_count, block.b + block.b_count
    if block.a_count > 0 then gone[#gone + 1] = { a_at[block.a + 1], a_at[a_end + 1] } end
    if block.b_count > 0 then come[#come + 1] = { b_at[block.b + 1], b_at[b_end + 1] } end
  end
  local alike = kept(new, come) >= ALIKE * math.max(weight(old), weight(new))
  if not alike then return {}, {} end
  return gone, come
end

---The ranges of all lines of a hunk that have their like on the other side.
---@param hunk local_llm.DiffHunk
---@param steps local_llm.DiffStep[]
---@return table<integer, local_llm.DiffRange[]> old by 1-based line
---@return table<integer, local_llm.DiffRange[]> new likewise
function M.of(hunk, steps)
  local old, new = {}, {}
  for _, step in ipairs(steps) do
    if step.count == #step.lines then
      for index, line in ipairs(step.lines) do
        local a, b = step.row + index, step.at + index
        old[a], new[b] = M.ranges(hunk.old[a], line)
      end
    end
  end
  return old, new
end

return M
