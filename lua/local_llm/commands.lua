---What the commands and <Plug> maps do. Each takes what `nvim_create_user_command` hands over.
local M = {}

local host = require("local_llm.host")
local scope = require("local_llm.scope")
local selection = require("local_llm.selection")
local snapshot = require("local_llm.snapshot")

local PREVIEWS = { "explain", "wtf" }
local RESET = "reset"

---The snapshot of a selection, or (without one) of the function under the cursor. Text is read
---now; only a language server makes the answer come later.
---@param span local_llm.Selection|nil
---@param done fun(shot: local_llm.Snapshot)
local function capture(span, done)
  local buf = vim.api.nvim_get_current_buf()
  local place = snapshot.place(buf)
  if span then
    local around = scope.window(buf, span.first_row, span.last_row)
    local enclosing = scope.enclosing(buf, around, span.first_row, span.last_row)
    local lines, omitted = snapshot.read(buf, span.first_row, span.last_row)
    local found = { scope = span.how, enclosing = enclosing }
    done(snapshot.complete(place, span, lines, omitted, found))
    return
  end
  -- While `nvim -c` runs its commands, the cursor stands on line 0.
  local row = math.max(vim.api.nvim_win_get_cursor(0)[1] - 1, 0)
  local around = scope.window(buf, row, row)
  local own = snapshot.read(buf, row, row)
  scope.find(buf, around, row, function(found)
    found = found or { scope = "paragraph", first_row = row, last_row = row, enclosing = {} }
    local from, to = found.first_row - around.first, found.last_row - around.first
    local lines = vim.list_slice(around.lines, from + 1, to + 1)
    local whole = selection.rows(found.first_row + 1, found.last_row + 1)
    if #lines == 0 then lines = own end
    local omitted = math.max(0, to - from + 1 - #lines)
    done(snapshot.complete(place, whole, lines, omitted, found))
  end)
end

---@return boolean
local function blocked()
  if vim.fn.getcmdwintype() == "" then return false end
  host.complain({
    code = "InputRejected",
    message = "not in the command-line window",
    hint = "close it with :q",
    where = "",
  })
  return true
end

---@param span local_llm.Selection|nil
local function explain(span)
  if blocked() then return end
  local answers = require("local_llm.answer")
  local opened ---@type local_llm.Answer|nil
  local taken = false
  capture(span, function(shot)
    taken = true
    local failure = snapshot.reject(shot)
    if failure and not opened then return host.complain(failure) end
    opened = opened or answers.open("explain")
    if not opened then return end
    if failure then return answers.fail(opened.id, failure) end
    answers.ask(opened, shot)
  end)
  if not taken then opened = answers.open("explain") end
end

---The selection, leaving visual mode, which a <Cmd> or Lua mapping keeps on.
---@return local_llm.Selection|nil
local function take_visual()
  local span = selection.visual_now()
  if span then vim.cmd.normal({ "\27", bang = true }) end
  return span
end

function M.explain(opts)
  explain(selection.from_command(opts))
end

function M.explain_here()
  explain(take_visual())
end

---@param message table what the command would ask
local function show_preview(message)
  host.ask(vim.tbl_extend("error", { name = "preview" }, message), function(data, problem)
    if problem then return host.complain(problem) end
    require("local_llm.preview").show(data.lines)
  end)
end

---@param span local_llm.Selection|nil
local function preview_explain(span)
  if blocked() then return end
  capture(span, function(shot)
    local failure = snapshot.reject(shot)
    if failure then return host.complain(failure) end
    show_preview({ command = "explain", snapshot = shot })
  end)
end

local function preview_wtf(opts)
  if blocked() then return end
  local wtf = require("local_llm.wtf")
  local pointed, failure = wtf.pointed(opts)
  if not pointed then return host.complain(failure) end
  wtf.gather(pointed, function(found)
    show_preview({ command = "wtf", snapshot = pointed.shot, found = found })
  end)
end

---The rows of a selection as a command's range.
---@return { range: integer, line1: integer, line2: integer, args: string }
local function visual_range()
  local span = take_visual()
  if not span then return { range = 0, line1 = 0, line2 = 0, args = "" } end
  return { range = 2, line1 = span.first_row + 1, line2 = span.last_row + 1, args = "" }
end

function M.wtf(opts)
  if not blocked() then require("local_llm.wtf").explain(opts) end
end

function M.wtf_here()
  M.wtf(visual_range())
end

function M.wtffix(opts)
  if not blocked() then require("local_llm.wtf_fix").run(opts) end
end

function M.wtf_fix_here()
  M.wtffix(visual_range())
end

function M.preview(opts)
  local command = opts.args ~= "" and opts.args or PREVIEWS[1]
  if not vim.tbl_contains(PREVIEWS, command) then
    local known = table.concat(PREVIEWS, ", ")
    local text = ("no prompt %q; there is: %s"):format(command, known)
    require("local_llm.notice").show(text, vim.log.levels.ERROR)
    return
  end
  if command == "wtf" then return preview_wtf(opts) end
  preview_explain(selection.from_command(opts))
end

function M.preview_here()
  preview_explain(take_visual())
end

---@param lead string
function M.complete_preview(lead)
  return vim.tbl_filter(function(name)
    return vim.startswith(name, lead)
  end, PREVIEWS)
end

function M.stop()
  local answers = package.loaded["local_llm.answer"]
  local progress = package.loaded["local_llm.progress"]
  local stopped = answers and answers.stop() or progress and progress.any()
  host.tell({ name = "stop" })
  if not stopped then require("local_llm.notice").show("nothing is under way") end
end

function M.model(opts)
  if opts.args == "" then return require("local_llm.pick").ask("models") end
  require("local_llm.pick").use("use_model", opts.args)
end

function M.backend(opts)
  if opts.args == "" then return require("local_llm.pick").ask("backends") end
  require("local_llm.pick").use("use_backend", opts.args)
end

---@param lead string
function M.complete_model(lead)
  return require("local_llm.pick").names("models", lead)
end

---@param lead string
function M.complete_backend(lead)
  return require("local_llm.pick").names("backends", lead)
end

local SWITCHES = { "off", "on", "toggle" }

function M.complete(opts)
  local complete = require("local_llm.complete")
  if opts.args == "" then return complete.now() end
  if vim.list_contains(SWITCHES, opts.args) then return complete.switch(opts.args) end
  local known = table.concat(SWITCHES, ", ")
  require("local_llm.notice").show(
    ("%q is none of %s"):format(opts.args, known),
    vim.log.levels.ERROR
  )
end

---@param lead string
function M.complete_switch(lead)
  return vim.tbl_filter(function(name)
    return vim.startswith(name, lead)
  end, SWITCHES)
end

---@param opts { args: string } "" shows, "reset" forgets
function M.stats(opts)
  if blocked() then return end
  local stats = require("local_llm.stats")
  if opts.args == "" then return stats.show() end
  if opts.args == RESET then return stats.reset() end
  local text = ("%q is not %s"):format(opts.args, RESET)
  require("local_llm.notice").show(text, vim.log.levels.ERROR)
end

---@param lead string
function M.complete_stats(lead)
  return vim.startswith(RESET, lead) and { RESET } or {}
end

---@param opts { args: string, bang: boolean } args: what to search for; bang: forget everything
function M.history(opts)
  if blocked() then return end
  local history = require("local_llm.history")
  if not opts.bang then return history.list(vim.trim(opts.args)) end
  if opts.args == "" then return history.clear() end
  local text = ":LocalHistory! forgets everything and takes no words"
  require("local_llm.notice").show(text, vim.log.levels.ERROR)
end

---@param opts { args: string, bang: boolean } args: an engine; bang: take the permission back
function M.wtfsearch(opts)
  if blocked() then return end
  local search = require("local_llm.search")
  if opts.bang then return search.forget() end
  search.run(opts.args)
end

function M.search_here()
  take_visual()
  M.wtfsearch({ args = "", bang = false })
end

---@param lead string
function M.complete_search(lead)
  return require("local_llm.pick").names("engines", lead)
end

function M.log()
  require("local_llm.log").open()
end

---Insert mode was entered for the first time.
function M.watch_insert()
  require("local_llm.complete").start()
end

---@param lead string
function M.complete_install(lead)
  return require("local_llm.install").complete(lead)
end

function M.install(opts)
  require("local_llm.install").run(opts.fargs)
end

---A command that reached us through a manifest of remote plugins, on the shared host, before our
---own definitions were there.
---@param name string such as "LocalExplain"
---@param span integer[] {first, last} or {}
---@param args string[]
---@param bang? integer|boolean
function M.from_manifest(name, span, args, bang)
  local run = M[name:gsub("^Local", ""):lower()]
  -- Remote plugins always get a range; the cursor's line alone means that none was given.
  local row = vim.api.nvim_win_get_cursor(0)[1]
  local given = #span == 2 and not (span[1] == row and span[2] == row)
  run({
    name = name,
    args = table.concat(args, " "),
    fargs = args,
    bang = bang == 1 or bang == true,
    range = given and 2 or 0,
    line1 = span[1] or row,
    line2 = span[2] or row,
  })
end

return M
