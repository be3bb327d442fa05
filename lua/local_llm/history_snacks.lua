---The list of past answers in snacks.nvim's picker.
---Its interface: docs/picker.md of snacks.nvim (`Snacks.picker.pick`, `preview = "preview"`).
local M = {}

local text = require("local_llm.history_text")

---@param picker table
---@param item table|nil
---@param action fun(past: local_llm.Past)
local function leave(picker, item, action)
  picker:close()
  if item then vim.schedule(function()
    action(item.past)
  end) end
end

---@type local_llm.PastList
function M.show(items, title, actions)
  local found = {}
  for i, past in ipairs(items) do
    local preview = { text = text.whole(past), ft = "markdown", loc = false }
    found[i] = { idx = i, text = text.label(past), past = past, preview = preview }
  end
  local both = { "n", "i" }
  local keys = {
    ["<C-g>"] = { "past_jump", mode = both, desc = "go to the code" },
    ["<C-x>"] = { "past_delete", mode = both, desc = "forget this answer" },
  }
  require("snacks").picker.pick({
    source = "local_llm_history",
    title = title,
    items = found,
    format = "text",
    preview = "preview",
    confirm = function(picker, item)
      leave(picker, item, actions.open)
    end,
    actions = {
      past_jump = function(picker, item)
        leave(picker, item, actions.jump)
      end,
      past_delete = function(picker, item)
        leave(picker, item, actions.delete)
      end,
    },
    win = { input = { keys = keys }, list = { keys = keys } },
  })
end

return M
