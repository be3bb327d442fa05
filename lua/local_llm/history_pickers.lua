---Who shows the list of past answers: the picker that is installed, else `vim.ui.select`.
local M = {}

---@alias local_llm.PastList
---| fun(items: local_llm.Past[], title: string, actions: local_llm.PastActions)

---@class local_llm.PastPicker
---@field name string as in the option
---@field ours string module that shows the list
---@field theirs fun(): any something of the plugin that is only there if it is; may raise

---@type local_llm.PastPicker[] in the order of preference
local PICKERS = {
  {
    name = "snacks",
    ours = "local_llm.history_snacks",
    theirs = function()
      return require("snacks").picker.pick
    end,
  },
  {
    name = "telescope",
    ours = "local_llm.history_telescope",
    theirs = function()
      return require("telescope.pickers").new
    end,
  },
  {
    name = "fzf-lua",
    ours = "local_llm.history_fzf",
    theirs = function()
      return require("fzf-lua").fzf_exec
    end,
  },
}
-- Neovim's own list is one screen; a longer one would have to be paged through.
local SCREEN = 4

---@param text string
local function warn(text)
  require("local_llm.notice").show("history.picker: " .. text, vim.log.levels.WARN)
end

---@type local_llm.PastList
local function select(items, title, actions)
  local options = { prompt = title, kind = "local_llm_history" }
  options.format_item = require("local_llm.history_text").label
  vim.ui.select(items, options, function(past)
    if past then actions.open(past) end
  end)
end

---@param wanted string
---@return local_llm.PastPicker|nil
local function installed(wanted)
  for _, picker in ipairs(PICKERS) do
    local asked = wanted == "auto" or wanted == picker.name
    if asked then
      local ok, found = pcall(picker.theirs)
      if ok and found then return picker end
    end
  end
end

---A list of a picker's; where that fails, the user still gets one.
---@param picker local_llm.PastPicker
---@return local_llm.PastList
local function guarded(picker)
  return function(items, title, actions)
    local ok, problem = pcall(require(picker.ours).show, items, title, actions)
    if ok then return end
    require("local_llm.log").write("editor", ("%s: %s"):format(picker.name, problem))
    warn(picker.name .. " failed; see :LocalLog")
    select(items, title, actions)
  end
end

---@param most integer
---@return local_llm.PastList show
---@return integer limit so many entries fit
---@return boolean previews whether it shows the answers
function M.choose(most)
  local wanted = (require("local_llm").options().history or {}).picker or "auto"
  local picker = wanted ~= "select" and installed(wanted) or nil
  if picker then return guarded(picker), most, true end
  if wanted ~= "auto" and wanted ~= "select" then warn(wanted .. " is not installed") end
  return select, math.max(5, vim.o.lines - SCREEN), false
end

return M
