-- Small stand-ins for the pickers that `:LocalHistory` knows: they take what the real ones take,
-- remember it in _G.shown, and do what a person would do with it through _G.press(key) and
-- _G.preview(number of the line).
local preload = package.preload
_G.shown = {}

local function snacks()
  local open
  preload["snacks"] = function()
    return {
      picker = {
        pick = function(options)
          open = options
          _G.shown = { title = options.title }
          for i, item in ipairs(options.items) do
            _G.shown[i] = item.text
          end
          assert(options.format == "text" and options.preview == "preview")
        end,
      },
    }
  end
  local picker = {
    close = function()
      _G.closed = true
    end,
  }
  function _G.preview(line)
    return open.items[line].preview.text
  end
  function _G.press(key, line)
    local name = "confirm"
    if key ~= "<CR>" then
      local at_input, in_list = open.win.input.keys[key], open.win.list.keys[key]
      assert(at_input[1] == in_list[1] and vim.deep_equal(at_input.mode, { "n", "i" }))
      name = at_input[1]
    end
    local action = name == "confirm" and open.confirm or open.actions[name]
    action(picker, open.items[line])
  end
end

local function telescope()
  local open, chosen, keys, default
  preload["telescope.pickers"] = function()
    return {
      new = function(_, options)
        open = options
        return {
          find = function()
            _G.shown = { title = options.prompt_title }
            for i, entry in ipairs(options.finder) do
              assert(entry.ordinal == entry.display)
              _G.shown[i] = entry.display
            end
            keys = {}
            assert(options.attach_mappings(7, function(modes, lhs, run)
              assert(vim.deep_equal(modes, { "i", "n" }))
              keys[lhs] = run
            end) == true)
            assert(options.sorter == "sorter")
          end,
        }
      end,
    }
  end
  preload["telescope.finders"] = function()
    return {
      new_table = function(options)
        return vim.tbl_map(options.entry_maker, options.results)
      end,
    }
  end
  preload["telescope.config"] = function()
    return { values = {
      generic_sorter = function()
        return "sorter"
      end,
    } }
  end
  preload["telescope.actions"] = function()
    return {
      close = function(buf)
        _G.closed = buf == 7
      end,
      select_default = {
        replace = function(_, run)
          default = run
        end,
      },
    }
  end
  preload["telescope.actions.state"] = function()
    return {
      get_selected_entry = function()
        return chosen
      end,
    }
  end
  preload["telescope.previewers"] = function()
    return {
      new_buffer_previewer = function(options)
        return options
      end,
    }
  end
  preload["telescope.previewers.utils"] = function()
    return {
      highlighter = function(buf, name)
        vim.bo[buf].syntax = name
      end,
    }
  end
  function _G.preview(line)
    local buf = vim.api.nvim_create_buf(false, true)
    local self = { state = { bufnr = buf, winid = vim.api.nvim_get_current_win() } }
    open.previewer.define_preview(self, open.finder[line], {})
    assert(vim.bo[buf].syntax == "markdown" and not vim.bo[buf].modeline)
    return table.concat(vim.api.nvim_buf_get_lines(buf, 0, -1, false), "\n")
  end
  function _G.press(key, line)
    chosen = open.finder[line]
    local run = key == "<CR>" and default or keys[key]
    run()
  end
end

local function fzf()
  local lines, open
  local base = {}
  base.__index = base
  function base.new(self, _, options)
    self.winopts = options.winopts
  end
  function base.extend(parent)
    local class = setmetatable({ super = parent }, { __index = parent })
    class.__index = class
    return class
  end
  function base.get_tmp_buffer()
    return vim.api.nvim_create_buf(false, true)
  end
  function base.set_preview_buf(_, buf)
    _G.preview_buf = buf
  end
  preload["fzf-lua.previewer.builtin"] = function()
    return { base = base }
  end
  preload["fzf-lua"] = function()
    return {
      fzf_exec = function(given, options)
        lines, open = given, options
        _G.shown = { title = vim.trim(options.winopts.title) }
        assert(options.fzf_opts["--delimiter"] == "\t" and options.fzf_opts["--with-nth"] == "2..")
        for i, line in ipairs(lines) do
          _G.shown[i] = line:match("\t(.*)")
        end
      end,
    }
  end
  function _G.preview(line)
    local previewer = setmetatable({}, open.previewer):new({}, { winopts = { row = 1 } })
    previewer:populate_preview_buf(lines[line])
    assert(previewer:gen_winopts().wrap and previewer:gen_winopts().row == 1)
    return table.concat(vim.api.nvim_buf_get_lines(_G.preview_buf, 0, -1, false), "\n")
  end
  local names = { ["<CR>"] = "enter", ["<C-g>"] = "ctrl-g", ["<C-x>"] = "ctrl-x" }
  function _G.press(key, line)
    _G.closed = true -- fzf has ended by then
    open.actions[names[key]]({ lines[line] }, open)
  end
end

local all = { snacks = snacks, telescope = telescope, ["fzf-lua"] = fzf }
for _, name in ipairs({ ... }) do
  all[name]()
end
