---Suggestions as items of a completion menu, as LSP has them, for blink.lua and cmp.lua.
local M = {}

local LONGEST_LABEL = 60 -- display columns
-- What a menu may take for the word that is being typed; more does no harm, less loses the item.
local WORD = "[%w_\128-\255-]*$"

---Characters after which a menu may ask; after others it asks while a word is typed.
M.TRIGGERS = { ".", ":", "(", "[", "{", ",", "=", "<", ">", "+", "-", "*", "/", "&", "|", " " }

---@param text string
---@return string one line of it, as long as a menu can show
local function label(text)
  local line, more = vim.trim(text), ""
  if line:find("\n", 1, true) then
    line, more = vim.trim(line:match("^[^\n]*")), " …"
  end
  local shown = line .. more
  for length = math.min(LONGEST_LABEL, vim.fn.strchars(line)), 1, -1 do
    if vim.api.nvim_strwidth(shown) <= LONGEST_LABEL then break end
    shown = vim.fn.strcharpart(line, 0, length - 1) .. "…"
  end
  return shown
end

---@param text string
---@param filetype string
---@return lsp.MarkupContent
local function documentation(text, filetype)
  local fence = "```"
  while text:find(fence, 1, true) do
    fence = fence .. "`"
  end
  local value = ("%s%s\n%s\n%s"):format(fence, filetype, text, fence)
  return { kind = "markdown", value = value }
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
    insertTextFormat = vim.lsp.protocol.InsertTextFormat.PlainText,
    insertTextMode = 1, -- as it is: the indentation is right already
    detail = "local-llm",
    documentation = documentation(shown, filetype),
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
---@param how { manual: boolean? } whether a person opened the menu
---@return fun() cancel
function M.ask(done, how)
  local cursor = vim.api.nvim_win_get_cursor(0)
  local place = { row = cursor[1] - 1, col = cursor[2] }
  local word = vim.api.nvim_get_current_line():sub(1, place.col):match(WORD)
  local filetype = vim.bo.filetype
  return require("local_llm.complete").request(function(texts)
    done(vim.tbl_map(function(text)
      return item(place, word, text, filetype)
    end, texts or {}))
  end, how)
end

return M
