---Two texts as the hunks that lead from one to the other. Pure: lists of lines in, lists out; rows
---are 0-based and count from the first line of the text.
local M = {}

---@class local_llm.DiffBlock lines that differ
---@field a integer first row in the one text
---@field a_count integer
---@field b integer first row in the other
---@field b_count integer

---@class local_llm.DiffHunk
---@field row integer of the old text; where `old` is empty, the row that `new` comes before
---@field old string[]
---@field new string[]

---@class local_llm.DiffStep a part of a hunk: as many lines for as many, or none for some, or some
---  for none
---@field row integer in the old lines of the hunk
---@field count integer old lines
---@field at integer row in the new lines
---@field lines string[] the new lines

local MATCHED = 60 -- lines of a hunk up to which like lines are looked for

---@diagnostic disable-next-line: undefined-field, deprecated
local compare = vim.text and vim.text.diff or vim.diff -- renamed in 0.12

---@param lines string[]
---@return string
local function joined(lines)
  return #lines == 0 and "" or table.concat(lines, "\n") .. "\n"
end

---@param lines string[]
---@param row integer
---@param count integer
---@return string[]
local function slice(lines, row, count)
  return vim.list_slice(lines, row + 1, row + count)
end

---What differs between two texts, from top to bottom.
---@param a string[]
---@param b string[]
---@param options? table of vim.diff()
---@return local_llm.DiffBlock[]
function M.blocks(a, b, options)
  options = vim.tbl_extend("force", { result_type = "indices" }, options or {})
  local blocks = {}
  for _, found in
    ipairs(compare(joined(a), joined(b), options) --[[@as integer[][] ]])
  do
    local from, count, to, to_count = unpack(found)
    -- A side without lines is named by the line before it.
    blocks[#blocks + 1] = {
      a = count == 0 and from or from - 1,
      a_count = count,
      b = to_count == 0 and to or to - 1,
      b_count = to_count,
    }
  end
  return blocks
end

---The hunks; between any two of them is a line that both texts have.
---@param old string[]
---@param new string[]
---@return local_llm.DiffHunk[]
function M.of(old, new)
  local options = { algorithm = "histogram", indent_heuristic = true }
  return vim.tbl_map(function(block)
    local gone, come = slice(old, block.a, block.a_count), slice(new, block.b, block.b_count)
    return { row = block.a, old = gone, new = come }
  end, M.blocks(old, new, options))
end

---@param block local_llm.DiffBlock
---@return boolean
local function is_even(block)
  return block.a_count == block.b_count
end

---Lines that go and lines that come in the same place are made one block, so that a text is never
---emptied on the way to another.
---@param blocks local_llm.DiffBlock[]
---@return local_llm.DiffBlock[]
local function merged(blocks)
  local out = {} ---@type local_llm.DiffBlock[]
  for _, block in ipairs(blocks) do
    local last = out[#out]
    local touches = last and last.a + last.a_count == block.a and last.b + last.b_count == block.b
    if touches and not is_even(last) and not is_even(block) then
      last.a_count, last.b_count = last.a_count + block.a_count, last.b_count + block.b_count
    else
      out[#out + 1] = block
    end
  end
  return out
end

---How to get from the old lines of a hunk to its new ones, like lines for like lines.
---@param old string[]
---@param new string[]
---@return local_llm.DiffStep[] from top to bottom
function M.steps(old, new)
  local steps = {}
  local function add(row, count, at, to_count)
    if count + to_count == 0 then return end
    local lines = slice(new, at, to_count)
    steps[#steps + 1] = { row = row, count = count, at = at, lines = lines }
  end
  for _, block in ipairs(merged(M.blocks(old, new, { linematch = MATCHED }))) do
    local both = math.min(block.a_count, block.b_count)
    add(block.a, both, block.b, both)
    add(block.a + both, block.a_count - both, block.b + both, block.b_count - both)
  end
  return steps
end

---Where lines of one text are in the other.
---@param blocks local_llm.DiffBlock[] from the one to the other
---@param row integer
---@param count integer at least one
---@return integer|nil row nil where they are not there, or not together, any more
function M.follow(blocks, row, count)
  local shift = 0
  for _, block in ipairs(blocks) do
    if block.a >= row + count then break end
    if block.a + block.a_count > row or (block.a_count == 0 and block.a > row) then return nil end
    shift = shift + block.b_count - block.a_count
  end
  return row + shift
end

return M
