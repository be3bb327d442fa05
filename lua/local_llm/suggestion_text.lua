---What is left of a suggested text, and its pieces. Pure, but for 'iskeyword'.
local M = {}

local OPENERS = { [")"] = "(", ["]"] = "[", ["}"] = "{", [">"] = "<" }
local QUOTES = { ['"'] = true, ["'"] = true, ["`"] = true }
-- Space between them as well: some plugins put one on either side of the cursor.
local CLOSING = "^[%s%)%]}>\"'`]*$"

---@param text string
---@return boolean
function M.is_blank(text)
  return not text:find("%S")
end

---Whether a plugin for pairs may have put this right of the cursor.
---@param text string
---@return boolean
function M.is_closing(text)
  return text:find(CLOSING) ~= nil
end

---Take out what cannot stand in a line of a buffer, and the line ends and indentation after the
---last text, which nobody could see.
---@param text string
---@return string
function M.clean(text)
  text = text:gsub("\r\n", "\n"):gsub("%z", "")
  return (text:gsub("\n%s*$", ""))
end

---Skip a string that begins at `at`; an apostrophe that none follows in its line is no quote.
---@param text string
---@param at integer byte of the quote, 1-based
---@return integer last byte of the string, or `at`
local function skip_quoted(text, at)
  local quote, pos = text:sub(at, at), at + 1
  while pos <= #text do
    local char = text:sub(pos, pos)
    if char == quote then return pos end
    if char == "\n" then return at end
    pos = pos + (char == "\\" and 2 or 1)
  end
  return at
end

---Find where a string ends that began before `text`.
---@param text string
---@param quote string
---@return integer|nil byte, 1-based
local function find_quote(text, quote)
  local pos = 1
  while pos <= #text do
    local char = text:sub(pos, pos)
    if char == quote then return pos end
    pos = pos + (char == "\\" and 2 or 1)
  end
end

---Find where a bracket closes that was opened before `text`.
---@param text string
---@param closer string
---@return integer|nil byte, 1-based
local function find_bracket(text, closer)
  local depth, pos = 0, 1
  while pos <= #text do
    local char = text:sub(pos, pos)
    if QUOTES[char] then
      pos = skip_quoted(text, pos)
    elseif char == OPENERS[closer] then
      depth = depth + 1
    elseif char == closer then
      if depth == 0 then return pos end
      depth = depth - 1
    end
    pos = pos + 1
  end
end

---Cut before a whole line.
---@param text string
---@param line string
---@return string
local function before_line(text, line)
  local at = ("\n" .. text .. "\n"):find("\n" .. line .. "\n", 1, true)
  return at and text:sub(1, math.max(at - 2, 0)) or text
end

---Cut `text` before the closers that a plugin has put right of the cursor: they are there already.
---What follows them is shown once the cursor is behind them.
---@param text string
---@param extra string what was put there; with a line end in front where it has a line of its own
---@return string
function M.before_closers(text, extra)
  local closer = extra:match("%S")
  if not closer then return text end
  if not M.is_closing(extra) then return before_line(text, extra:sub(2)) end
  local at = (QUOTES[closer] and find_quote or find_bracket)(text, closer)
  if not at then return text end
  local cut = text:sub(1, at - 1)
  return extra:find("^%s") and cut:gsub("%s+$", "") or cut
end

---@param text string
---@return string
local function first_word(text)
  local space = text:match("^%s*")
  local rest = text:sub(#space + 1)
  local word = vim.fn.matchstr(rest, [[^\k\+]])
  if word == "" then word = vim.fn.matchstr(rest, [[^\%(\k\@!\S\)\+]]) end
  return space .. word
end

---The piece of a text that one key accepts. A text that begins with a line end gives that, the
---indentation and what follows: a piece that shows nothing would look like a dead key.
---@param text string
---@param kind "all"|"line"|"word"
---@return string
function M.piece(text, kind)
  if kind == "line" then return text:match("^%s*[^\n]*") end
  if kind == "word" then return first_word(text) end
  return text
end

return M
