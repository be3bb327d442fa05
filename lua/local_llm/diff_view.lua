---One proposal that is open in a buffer: drawn, followed while the text and the windows change, and
---ended once.
local M = {}

local draw = require("local_llm.diff_draw")
local keys = require("local_llm.diff_keys")
local place = require("local_llm.diff_place")
local show = require("local_llm.diff_show")
local track = require("local_llm.diff_track")

---@class local_llm.DiffView
---@field buf integer
---@field name string of the file, for messages
---@field track local_llm.DiffTrack
---@field on_done fun(result: local_llm.DiffResult)
---@field mappings local_llm.DiffMapping[]
---@field group integer of autocommands
---@field current local_llm.DiffPart|nil the hunk under the cursor
---@field drawn table<local_llm.DiffPart, local_llm.DiffDrawn>
---@field lost boolean the file was read again, so that the marks mean nothing
---@field due boolean a look at the text is scheduled

local views = {} ---@type table<integer, local_llm.DiffView>

---@param buf integer
---@return local_llm.DiffView|nil
function M.of(buf)
  return views[buf]
end

---@param view local_llm.DiffView
---@return boolean
local function is_live(view)
  return views[view.buf] == view
end

---@param view local_llm.DiffView
---@param closed boolean
---@return local_llm.DiffResult
local function result_of(view, closed)
  local count = { open = 0, accepted = 0, rejected = 0, stale = 0 }
  for _, part in ipairs(view.track.parts) do
    count[part.state] = count[part.state] + 1
  end
  local undone = count.stale > 0 and "stale" or "rejected"
  local state = closed and "closed" or count.accepted > 0 and "applied" or undone
  local rows = track.region(view.track)
  return { accepted = count.accepted, rejected = count.rejected, state = state, rows = rows }
end

---Take the view off and tell who opened it.
---@param view local_llm.DiffView
---@param closed boolean before all was decided
function M.finish(view, closed)
  if not is_live(view) then return end
  local result = result_of(view, closed)
  views[view.buf] = nil
  vim.api.nvim_del_augroup_by_id(view.group)
  draw.watch(view.buf, nil)
  draw.clear(view.buf)
  track.stop(view.track)
  keys.unset(view.buf, view.mappings)
  view.on_done(result)
end

---@param view local_llm.DiffView
function M.redraw(view)
  if view.due then return end -- the text has changed; a look comes, and draws
  view.current = place.under_cursor(view.track)
  local drawing = { count = #view.track.parts, current = view.current }
  drawing.keys = keys.hint(#track.open_parts(view.track))
  view.drawn = draw.draw(view.track, drawing)
end

---Bring a hunk before the user's eyes.
---@param view local_llm.DiffView
---@param part local_llm.DiffPart
---@param move boolean the cursor goes there
function M.show(view, part, move)
  local win = show.window(view.buf)
  if not win then return end
  show.hunk(win, place.row(view.track, part), view.drawn[part], move)
  M.redraw(view)
end

---@param view local_llm.DiffView
---@param edited local_llm.DiffPart[]
local function tell_edited(view, edited)
  if #edited == 0 then return end
  local whose = #edited == 1 and "this change" or ("%d changes"):format(#edited)
  local open = #track.open_parts(view.track)
  local left = open > 0 and (" (%d left)"):format(open) or ""
  local text = ("the text of %s was edited: not applied%s"):format(whose, left)
  require("local_llm.notice").show(text, vim.log.levels.WARN)
end

---See where the hunks are in the text as it is now.
---@param view local_llm.DiffView
---@return boolean whether any is left
function M.look(view)
  if not is_live(view) or not vim.api.nvim_buf_is_loaded(view.buf) then return false end
  local edited = track.look(view.track, view.lost)
  view.lost, view.due = false, false
  tell_edited(view, edited)
  if #track.open_parts(view.track) == 0 then
    M.finish(view, false)
    return false
  end
  M.redraw(view)
  return true
end

---@param view local_llm.DiffView
local function look_soon(view)
  if view.due then return end
  view.due = true
  vim.schedule(function()
    M.look(view)
  end)
end

---@param view local_llm.DiffView
local function unloaded(view)
  local open = #track.open_parts(view.track)
  local hunks = ("%d hunk%s"):format(open, open == 1 and "" or "s")
  require("local_llm.notice").show(("%s was closed with %s open"):format(view.name, hunks))
  M.finish(view, true)
end

---@param buf integer
---@return string
local function name_of(buf)
  local name = vim.fn.fnamemodify(vim.fn.bufname(buf), ":t")
  return name ~= "" and name or "the buffer"
end

---@param view local_llm.DiffView
local function attach(view)
  vim.api.nvim_buf_attach(view.buf, false, {
    on_lines = function()
      if not is_live(view) then return true end
      look_soon(view)
    end,
    on_reload = function()
      view.lost = true
      look_soon(view)
    end,
    on_detach = function()
      view.lost, view.due = true, true
      vim.schedule(function()
        if not is_live(view) then return end
        if not vim.api.nvim_buf_is_loaded(view.buf) then return unloaded(view) end
        attach(view) -- `:edit!` detaches, and goes on with the same buffer
        M.look(view)
      end)
    end,
  })
end

---@param view local_llm.DiffView
local function follow_cursor(view)
  local part = place.under_cursor(view.track)
  if view.due or part == view.current then return end
  M.redraw(view)
  if part and view.drawn[part].above then M.show(view, part, false) end
end

---@param view local_llm.DiffView
local function follow_windows(view)
  local function on(events, callback)
    local options = { group = view.group, buffer = view.buf, callback = callback }
    vim.api.nvim_create_autocmd(events, options)
  end
  on({ "CursorMoved", "CursorMovedI", "WinEnter" }, function()
    follow_cursor(view)
  end)
  on({ "WinScrolled" }, function()
    if not vim.wo.wrap then M.redraw(view) end -- sideways, maybe
  end)
  draw.watch(view.buf, function()
    if is_live(view) then M.redraw(view) end
  end)
end

---@param proposal local_llm.DiffProposal
---@param parts local_llm.DiffPart[]
---@param on_done fun(result: local_llm.DiffResult)
---@return local_llm.DiffView
function M.start(proposal, parts, on_done)
  local buf = proposal.buf
  local view = { buf = buf, drawn = {}, lost = false, due = false, on_done = on_done }
  view.name = name_of(buf)
  view.group = vim.api.nvim_create_augroup("local_llm.diff." .. buf, {})
  view.track = track.start(proposal, parts)
  view.mappings = keys.set(buf)
  views[buf] = view
  attach(view)
  follow_windows(view)
  M.redraw(view)
  return view
end

return M
