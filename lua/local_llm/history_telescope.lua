---The list of past answers in telescope.nvim.
---Its interface: developers.md and `:help telescope.previewers` of telescope.nvim.
local M = {}

local text = require("local_llm.history_text")

---@param past local_llm.Past
---@return table
local function entry_of(past)
  local label = text.label(past)
  return { value = past, display = label, ordinal = label }
end

---@return table
local function previewer()
  return require("telescope.previewers").new_buffer_previewer({
    title = "Answer",
    define_preview = function(self, entry)
      local buf = self.state.bufnr
      vim.bo[buf].modeline = false -- the model's text is data
      local lines = vim.split(text.whole(entry.value), "\n", { plain = true })
      vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
      require("telescope.previewers.utils").highlighter(buf, "markdown")
      vim.wo[self.state.winid].wrap = true
    end,
  })
end

---@type local_llm.PastList
function M.show(items, title, actions)
  local telescope = require("telescope.actions")
  local state = require("telescope.actions.state")
  ---@param prompt integer
  ---@param action fun(past: local_llm.Past)
  local function leave(prompt, action)
    local entry = state.get_selected_entry()
    telescope.close(prompt)
    if entry then vim.schedule(function()
      action(entry.value)
    end) end
  end
  require("telescope.pickers")
    .new({}, {
      prompt_title = title,
      finder = require("telescope.finders").new_table({ results = items, entry_maker = entry_of }),
      sorter = require("telescope.config").values.generic_sorter({}),
      previewer = previewer(),
      attach_mappings = function(prompt, map)
        telescope.select_default:replace(function()
          leave(prompt, actions.open)
        end)
        map({ "i", "n" }, "<C-g>", function()
          leave(prompt, actions.jump)
        end)
        map({ "i", "n" }, "<C-x>", function()
          leave(prompt, actions.delete)
        end)
        return true
      end,
    })
    :find()
end

return M
