---The list of past answers in fzf-lua.
---Its interface: the wiki page "Advanced" of fzf-lua (`fzf_exec`, Neovim builtin previewer).
local M = {}

local text = require("local_llm.history_text")

---@param by_number table<string, local_llm.Past>
---@param line string|nil
---@return local_llm.Past|nil
local function past_of(by_number, line)
  return by_number[(line or ""):match("^%d+") or ""]
end

---@param by_number table<string, local_llm.Past>
---@return table a class of fzf-lua's
local function previewer(by_number)
  local class = require("fzf-lua.previewer.builtin").base:extend()

  function class:new(given, options)
    class.super.new(self, given, options)
    setmetatable(self, class)
    return self
  end

  function class:populate_preview_buf(line)
    local past = past_of(by_number, line)
    if not past then return end
    local buf = self:get_tmp_buffer()
    vim.bo[buf].modeline = false -- the model's text is data
    local lines = vim.split(text.whole(past), "\n", { plain = true })
    vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
    self:set_preview_buf(buf)
    pcall(vim.treesitter.start, buf, "markdown")
  end

  function class:gen_winopts()
    return vim.tbl_extend("force", self.winopts, { wrap = true, number = false })
  end

  return class
end

---@type local_llm.PastList
function M.show(items, title, actions)
  local lines, by_number = {}, {}
  for i, past in ipairs(items) do
    by_number[tostring(past.number)] = past
    -- The number is not shown; it tells which one a line is.
    lines[i] = ("%d\t%s"):format(past.number, text.label(past))
  end
  ---@param action fun(past: local_llm.Past)
  local function on(action)
    return function(selected)
      local past = past_of(by_number, selected[1])
      if past then action(past) end
    end
  end
  require("fzf-lua").fzf_exec(lines, {
    prompt = "> ",
    winopts = { title = (" %s "):format(title) },
    previewer = previewer(by_number),
    fzf_opts = { ["--delimiter"] = "\t", ["--with-nth"] = "2..", ["--no-multi"] = true },
    actions = {
      ["enter"] = on(actions.open),
      ["ctrl-g"] = on(actions.jump),
      ["ctrl-x"] = on(actions.delete),
    },
  })
end

return M
