---Texts about past answers. Pure.
local M = {}

---@class local_llm.Past One past answer; the fields are those of Kept in features/history_entry.py.
---@field number integer
---@field when integer seconds since 1970
---@field command string
---@field title string
---@field question string
---@field answer string whole, or its beginning, or ""
---@field path string
---@field root string
---@field first_row integer 0-based
---@field last_row integer
---@field filetype string
---@field model string
---@field backend string
---@field finish string

---@param text string
---@return string on one line
local function flat(text)
  return (text:gsub("%c+", " "))
end

---@param past local_llm.Past
---@return string such as "2026-03-01 14:22", by the clock of this machine
function M.date(past)
  return os.date("%Y-%m-%d %H:%M", past.when) --[[@as string]]
end

---@param past local_llm.Past
---@return string its name below the project's root; "" for a buffer without a file
function M.file(past)
  local inside = past.root ~= "" and vim.startswith(past.path, past.root .. "/")
  return flat(inside and past.path:sub(#past.root + 2) or vim.fn.fnamemodify(past.path, ":~"))
end

---@param past local_llm.Past
---@return string such as "src/app.py:3-10"; "" for a buffer without a file
function M.place(past)
  if past.path == "" then return "" end
  local first, last = past.first_row + 1, past.last_row + 1
  local rows = first == last and tostring(first) or ("%d-%d"):format(first, last)
  return ("%s:%s"):format(M.file(past), rows)
end

---@param parts string[] those that are "" are left out
---@param between string
---@return string
local function joined(parts, between)
  local some = vim.tbl_filter(function(part)
    return part ~= ""
  end, parts)
  return flat(table.concat(some, between))
end

---@param past local_llm.Past
---@return string the line of a list
function M.label(past)
  return joined({ M.date(past), past.command, M.place(past), past.title }, "  ")
end

---@param past local_llm.Past
---@return string the text of the window: what it is about, the question, the answer
function M.whole(past)
  local about = "> " .. joined({ past.command, M.place(past), M.date(past) }, " · ")
  local asked = past.question ~= "" and ("## %s\n\n"):format(flat(past.question)) or ""
  return ("%s\n\n%s%s"):format(about, asked, past.answer)
end

---@param total integer
---@param shown integer
---@param words string
---@return string the title of a list
function M.title(total, shown, words)
  local what = words == "" and "Past answers" or ("Past answers with %q"):format(flat(words))
  if shown == total then return what end
  return ("%s, %d of %d"):format(what, shown, total)
end

return M
