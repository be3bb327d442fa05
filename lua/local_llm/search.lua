---`:LocalWtfSearch`: a search on the web for the diagnostic of the cursor's line.
---
---The one command by which something leaves the machine. So Python takes out what is private, the
---user sees and edits what is left and is asked once for each host, and `vim.ui.open` gets an
---address in which everything but letters, digits and `-._~` is percent-encoded.
local M = {}

local host = require("local_llm.host")
local notice = require("local_llm.notice")
local open = require("local_llm.search_open")

local LONGEST_BYTES = 2000 -- of what is typed; an address of three times that is still taken
local SHOWN = 70
local SEVERITY = { "error", "warning", "information", "hint" }
local ALWAYS, ONCE = "Allow from now on", "Only this time"

---@class local_llm.SearchReply
---@field query string
---@field removed string what was taken out, "" for nothing
---@field url string with {query}
---@field host string
---@field allowed boolean

---@param text string
---@return string one line without control characters
local function flat(text)
  return vim.trim((text:gsub("%c+", " ")))
end

---@param item vim.Diagnostic
---@param row integer
---@param col integer
---@return boolean
local function covers(item, row, col)
  local last = item.end_lnum or item.lnum
  local after_start = row > item.lnum or col >= item.col
  local before_end = row < last or col < math.max(item.end_col or 0, item.col + 1)
  return after_start and before_end
end

---The diagnostics of the cursor's line: those under the cursor first, then the worse ones.
---@return vim.Diagnostic[]
local function diagnostics()
  local cursor = vim.api.nvim_win_get_cursor(0)
  local row, col = cursor[1] - 1, cursor[2]
  local found = vim.tbl_filter(function(item)
    return item.lnum <= row and row <= (item.end_lnum or item.lnum)
  end, vim.diagnostic.get(0))
  local function rank(item)
    return { covers(item, row, col) and 0 or 1, item.severity, item.lnum, item.col, item.message }
  end
  table.sort(found, function(a, b)
    local left, right = rank(a), rank(b)
    for i, value in ipairs(left) do
      if value ~= right[i] then return value < right[i] end
    end
    return false
  end)
  return found
end

---@param item vim.Diagnostic
---@return string
local function label(item)
  local text = vim.fn.strcharpart(flat(item.message:sub(1, 4 * SHOWN)), 0, SHOWN)
  local source = item.source and (" (%s)"):format(flat(item.source:sub(1, SHOWN))) or ""
  return ("%s: %s%s"):format(SEVERITY[item.severity] or "error", text, source)
end

---Ask whether the text may go to the host; `done` is called where it may.
---@param reply local_llm.SearchReply
---@param done fun()
local function permitted(reply, done)
  if reply.allowed then return done() end
  local prompt = ("Opening a search sends this text to %s. Allow?"):format(reply.host)
  local options = { prompt = prompt, kind = "local_llm" }
  vim.ui.select({ ALWAYS, ONCE, "No" }, options, function(choice)
    if choice ~= ALWAYS and choice ~= ONCE then return notice.show("nothing was sent") end
    if choice == ALWAYS then
      host.ask({ name = "search_allow", host = reply.host }, function(_, failure)
        if failure then host.complain(failure) end
      end)
    end
    done()
  end)
end

---@param reply local_llm.SearchReply
---@param text string|nil what the user made of the query
local function send(reply, text)
  text = flat(text or "")
  if text == "" then return notice.show("nothing was sent") end
  if #text > LONGEST_BYTES then
    local message = "too long to search for: %d bytes, at most %d; nothing was sent"
    return notice.show(message:format(#text, LONGEST_BYTES), vim.log.levels.ERROR)
  end
  permitted(reply, function()
    open.url(open.address(reply.url, text), reply.host)
  end)
end

---Show what would be sent, and to whom.
---@param reply local_llm.SearchReply
local function confirm(reply)
  local removed = reply.removed ~= "" and ("; taken out: " .. reply.removed) or ""
  local prompt = ("Search at %s (leaves this machine%s): "):format(reply.host, removed)
  vim.ui.input({ prompt = prompt, default = reply.query }, function(text)
    send(reply, text)
  end)
end

---@param place local_llm.Snapshot
---@param item vim.Diagnostic
---@param engine string
local function ask(place, item, engine)
  local message = {
    name = "search",
    path = place.path,
    root = place.root,
    filetype = place.filetype,
    message = item.message,
    source = item.source or "",
    code = item.code and tostring(item.code) or "",
    engine = engine,
  }
  host.ask(message, function(reply, failure)
    if failure then return host.complain(failure) end
    -- Not in Python's call, which is to return at once.
    vim.schedule(function()
      confirm(reply)
    end)
  end)
end

---Search for a diagnostic of the cursor's line.
---@param engine string "" for that of the options
function M.run(engine)
  local place = require("local_llm.snapshot").place(0)
  local found = diagnostics()
  if #found == 0 then
    return notice.show("no diagnostic on this line to search for", vim.log.levels.WARN)
  end
  if #found == 1 then return ask(place, found[1], engine) end
  local options = { prompt = "Search for", format_item = label, kind = "local_llm" }
  vim.ui.select(found, options, function(item)
    if item then ask(place, item, engine) end
  end)
end

---Take every permission back.
function M.forget()
  host.ask({ name = "search_forget" }, function(_, failure)
    if failure then return host.complain(failure) end
    notice.show("the next search asks again")
  end)
end

return M
