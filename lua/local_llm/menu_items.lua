---Suggestions as items of a completion menu, as LSP has them, for blink.lua and cmp.lua.
local M = {}

local LONGEST_LABEL = 60 -- display columns

---@param text string
---@return string
local function label(text)
  local line = vim.trim(text:match("^[^\n]*"))
  if line == "" then line = vim.trim(text):match("^[^\n]*") end
  local more = text:find("\n", 1, true) ~= nil
  if vim.api.nvim_strwidth(line) <= LONGEST_LABEL then return line .. (more and " …" or "") end
  return vim.fn.strcharpart(line, 0, LONGEST_LABEL - 1) .. "…"
end

---@param place { row: integer, col: integer } of the cursor, 0-based, bytes
---@param word string the letters before the cursor, which the menu filters by
---@param text string
---@param filetype string
---@return lsp.CompletionItem
local function item(place, word, text, filetype)
  local shown = word .. text
  return {
    label = label(shown),
    filterText = shown,
    kind = vim.lsp.protocol.CompletionItemKind.Text,
    detail = "local-llm",
    documentation = {
      kind = "markdown",
      value = ("```%s\n%s\n```"):format(filetype, shown),
    },
    textEdit = {
      newText = shown,
      range = {
        start = { line = place.row, character = place.col - #word },
        ["end"] = { line = place.row, character = place.col },
      },
    },
  }
end

---Ask for suggestions at the cursor.
---@param done fun(items: lsp.CompletionItem[]) called once; positions are in bytes
function M.ask(done)
  local cursor = vim.api.nvim_win_get_cursor(0)
  local place = { row = cursor[1] - 1, col = cursor[2] }
  local word = vim.api.nvim_get_current_line():sub(1, place.col):match("[%w_\128-\255]*$")
  local filetype = vim.bo.filetype
  require("local_llm.complete").request(function(texts, ended)
    if not ended then return end
    done(vim.tbl_map(function(text)
      return item(place, word, text, filetype)
    end, texts))
  end)
end

return M
