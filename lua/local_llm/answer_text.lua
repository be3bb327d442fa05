---Texts of the answer window. Pure.
local M = {}

local STATES = {
  connecting = "connecting",
  loading = "loading the model",
  reading = "reading the prompt",
  thinking = "thinking",
  writing = "writing",
}

---@param state string
---@param percent integer|nil
---@param detail string|nil
---@return string
function M.state(state, percent, detail)
  local text = STATES[state] or state
  if percent then text = ("%s %d%%"):format(text, percent) end
  if detail and detail ~= "" then text = ("%s (%s)"):format(text, detail) end
  return text
end

---@param number integer
---@return string with thin groups of three digits: 12,345
local function grouped(number)
  local text = tostring(math.floor(number + 0.5))
  return (text:reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", ""))
end

---@param ms number
---@return string
local function duration(ms)
  if ms < 1000 then return ("%.0f ms"):format(ms) end
  return ("%.1f s"):format(ms / 1000)
end

---What is shown when an answer is done; the most wanted comes first, for narrow windows.
---@param stats table Stats of features/port.py
---@return string[] parts
function M.stats(stats)
  local parts = {}
  local function add(format, ...)
    parts[#parts + 1] = format:format(...)
  end
  if stats.cached then add("from the cache") end
  if stats.finish == "length" then add("cut: no room left") end
  if stats.answer_tokens then add("%s tokens", grouped(stats.answer_tokens)) end
  if stats.tokens_per_second then add("%.1f tokens/s", stats.tokens_per_second) end
  if stats.first_token_ms then add("first token %s", duration(stats.first_token_ms)) end
  if stats.prompt_tokens then
    add("prompt %s%s", stats.exact and "" or "~", grouped(stats.prompt_tokens))
  end
  if stats.reused_tokens and stats.reused_tokens > 0 then
    add("%s reused", grouped(stats.reused_tokens))
  end
  return parts
end

---Join as many parts as fit, from the first.
---@param parts string[]
---@param width integer display columns
---@return string "" when none fits
function M.join(parts, width)
  local text = ""
  for _, part in ipairs(parts) do
    local longer = text == "" and part or (text .. " · " .. part)
    if vim.api.nvim_strwidth(longer) + 2 > width then break end
    text = longer
  end
  return text == "" and "" or (" " .. text .. " ")
end

---@param words integer
---@param open boolean
---@param running boolean
---@return string
function M.thought(words, open, running)
  local verb = running and "thinking:" or "thought for"
  return ("%s %s %d word%s"):format(open and "▾" or "▸", verb, words, words == 1 and "" or "s")
end

---@class local_llm.Block
---@field first integer 1-based row of the first line inside
---@field last integer row of the last line inside; less than `first` when empty

---Fenced code blocks. A fence left open ends with the text.
---@param lines string[]
---@return local_llm.Block[]
function M.blocks(lines)
  local blocks, fence, first = {}, nil, 0
  for row, line in ipairs(lines) do
    local mark = line:match("^%s*(```+)") or line:match("^%s*(~~~+)")
    if not fence and mark then
      fence, first = mark, row + 1
    elseif fence and mark and #mark >= #fence and vim.trim(line) == mark then
      if mark:sub(1, 1) == fence:sub(1, 1) then
        blocks[#blocks + 1] = { first = first, last = row - 1 }
        fence = nil
      end
    end
  end
  if fence then blocks[#blocks + 1] = { first = first, last = #lines } end
  return blocks
end

---The block under the cursor, else the nearest one.
---@param lines string[]
---@param row integer 1-based
---@return string[]|nil
function M.code_near(lines, row)
  local best, distance = nil, math.huge
  for _, block in ipairs(M.blocks(lines)) do
    local away = math.max(block.first - 1 - row, row - block.last - 1, 0)
    if away < distance and block.last >= block.first then
      best, distance = block, away
    end
  end
  if not best then return nil end
  local code = vim.list_slice(lines, best.first, best.last)
  local indent = (lines[best.first - 1] or ""):match("^%s*")
  -- Inside a list the fence is indented, and its code with it.
  for i, line in ipairs(code) do
    if indent ~= "" and line:sub(1, #indent) == indent then code[i] = line:sub(#indent + 1) end
  end
  return code
end

return M
