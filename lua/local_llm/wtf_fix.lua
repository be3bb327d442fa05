---:LocalWtfFix, the editor's part: ask for lines, show them as a diff, and look what became of the
---diagnostics once the change is taken.
local M = {}

local diff = require("local_llm.diff")
local host = require("local_llm.host")
local notice = require("local_llm.notice")
local progress = require("local_llm.progress")
local recheck = require("local_llm.recheck")
local wtf = require("local_llm.wtf")

local TITLE = "wtf fix"

---@class local_llm.Fix
---@field pointed local_llm.Pointed
---@field meant vim.Diagnostic[]
---@field instructions string
---@field left integer|nil times that it may still ask again by itself; nil: as the option says
---@field tried string[] lines that did not help

---@param buf integer
---@param shot local_llm.Snapshot
---@return vim.Diagnostic[]
local function meant_by(buf, shot)
  return vim.tbl_filter(function(item)
    return item.lnum <= shot.last_row and (item.end_lnum or item.lnum) >= shot.first_row
  end, vim.diagnostic.get(buf))
end

---@param said string
---@param level? integer
local function tell(said, level)
  notice.show(("%s: %s"):format(TITLE, said), level)
end

local ask

---Ask again for what remains, which has a place of its own by now.
---@param fix local_llm.Fix
---@param items vim.Diagnostic[]
---@param tried string[]
local function ask_again(fix, items, tried)
  local rows = vim.tbl_map(function(item)
    return item.lnum + 1
  end, items)
  local first, last = math.min(unpack(rows)), math.max(unpack(rows))
  local opts = { range = 2, line1 = first, line2 = last, buf = fix.pointed.buf }
  local pointed = wtf.pointed(opts)
  if not pointed then return end
  fix.pointed, fix.left, fix.tried = pointed, fix.left - 1, tried
  ask(fix)
end

---@param fix local_llm.Fix
---@param new string[]
---@param found local_llm.Recheck
local function rechecked(fix, new, found)
  local said, level = recheck.report(found), vim.log.levels.INFO
  local open = vim.list_extend(vim.list_extend({}, found.remaining), found.new)
  if #open > 0 then level = vim.log.levels.WARN end
  local goes_on = #open > 0 and fix.left > 0 and #found.silent == 0
  if goes_on then said = said .. "; asking again" end
  tell(said, level)
  if goes_on then ask_again(fix, open, new) end
end

---@class local_llm.FixProposal
---@field first_row integer
---@field old string[]
---@field new string[]
---@field notes string[]
---@field retries integer how often it may ask again, by the option

---@param fix local_llm.Fix
---@param proposal local_llm.FixProposal
local function show(fix, proposal)
  fix.left = fix.left or proposal.retries
  local buf = fix.pointed.buf
  local before = vim.diagnostic.get(buf)
  if #proposal.notes > 0 then tell(table.concat(proposal.notes, "; ")) end
  fix.meant = meant_by(buf, fix.pointed.shot)
  local ok, reason = diff.open({
    buf = buf,
    tick = fix.pointed.shot.tick,
    first_row = proposal.first_row,
    old = proposal.old,
    new = proposal.new,
    title = TITLE,
  }, {
    on_done = function(result)
      if result.accepted == 0 then return end
      recheck.watch(buf, fix.meant, before, function(found)
        rechecked(fix, proposal.new, found)
      end)
    end,
  })
  if not ok then return tell(reason or "it cannot be shown", vim.log.levels.WARN) end
end

---@param fix local_llm.Fix
function ask(fix)
  local shot, buf = fix.pointed.shot, fix.pointed.buf
  local message = { name = "wtf_fix", snapshot = shot, tried = fix.tried }
  message.instructions = fix.instructions
  local id
  id = host.ask(message, function(proposal, failure)
    if id then progress.stop(id) end
    if failure then return host.complain(failure) end
    if proposal.stopped then return tell("stopped") end
    show(fix, proposal)
  end)
  if not host.expects(id) then return end
  progress.start(id, buf, shot.first_row, TITLE)
  wtf.gather(fix.pointed, function(found)
    host.tell({ name = "wtf_found", id = id, found = found })
  end)
end

---Mend what the diagnostics complain about.
---@param opts { range: integer, line1: integer, line2: integer, args: string }
function M.run(opts)
  local pointed, failure = wtf.pointed(opts)
  if not pointed then return host.complain(failure) end
  if not vim.bo[pointed.buf].modifiable then
    return host.complain({
      code = "InputRejected",
      message = "the buffer cannot be changed",
      hint = ":set modifiable, if that is what you want",
      where = "",
    })
  end
  ask({ pointed = pointed, meant = {}, instructions = opts.args or "", tried = {} })
end

return M
