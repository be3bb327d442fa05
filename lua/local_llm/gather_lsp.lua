---What language servers know of the names under a diagnostic: types, documentation, definitions.
local M = {}

local bags = require("local_llm.gather_bag")
local files = require("local_llm.gather_files")
local names = require("local_llm.context_names")
local places = require("local_llm.lsp_place")
local question = require("local_llm.lsp_question")

local MOST_NAMES = 12
local HOVER_BYTES = 4000
local HOVER = "textDocument/hover"
local SIGNATURE = "textDocument/signatureHelp"

---@param result any
---@return string|nil
local function hover_text(result)
  local ok, lines = pcall(function()
    return vim.lsp.util.convert_input_to_markdown_lines(result.contents)
  end)
  local text = ok and vim.trim(table.concat(lines, "\n")):sub(1, HOVER_BYTES) or ""
  return text ~= "" and text or nil
end

---How something is called.
---@param result any
---@return string|nil
local function signature_text(result)
  local ok, text = pcall(function()
    local one = result.signatures[(result.activeSignature or 0) + 1] or result.signatures[1]
    return tostring(one.label):sub(1, HOVER_BYTES)
  end)
  return ok and text or nil
end

local SAID = {
  [HOVER] = { text = hover_text, what = "hover" },
  [SIGNATURE] = { text = signature_text, what = "signature" },
}

---@param bag local_llm.Bag
---@param client vim.lsp.Client
---@param method string
---@param buf integer
---@param name local_llm.Name
local function ask_said(bag, client, method, buf, name)
  local said = SAID[method]
  local arrived = bags.expect(bag, ("the %s of %s (%s)"):format(said.what, name.text, client.name))
  question.ask(client, method, buf, name, function(result)
    local text = bag.done and said.text(result)
    if text then table.insert(bag.found.hovers, { name = name.text, text = text }) end
    arrived()
  end)
end

local PLACES = {
  ["textDocument/definition"] = "definition",
  ["textDocument/typeDefinition"] = "type",
}

---@param bag local_llm.Bag
---@param client vim.lsp.Client
---@param method string
---@param buf integer
---@param name local_llm.Name
local function ask_place(bag, client, method, buf, name)
  local what = ("the %s of %s (%s)"):format(PLACES[method], name.text, client.name)
  local arrived = bags.expect(bag, what)
  question.ask(client, method, buf, name, function(result)
    local place = bag.done and places.first(result)
    if place then files.take(bag, buf, place) end
    arrived()
  end)
end

---@param buf integer
---@param method string
---@param call fun(client: vim.lsp.Client)
local function each_client(buf, method, call)
  if not package.loaded["vim.lsp"] then return end
  for _, client in ipairs(vim.lsp.get_clients({ bufnr = buf, method = method })) do
    call(client)
  end
end

---Ask for the names at a place that nobody has asked about yet.
---@param bag local_llm.Bag
---@param buf integer
---@param place { row: integer, col: integer, hover: boolean }
local function ask_names(bag, buf, place)
  for _, name in ipairs(names.at(buf, place.row, place.col)) do
    if not bag.names[name.text] and vim.tbl_count(bag.names) < MOST_NAMES then
      bag.names[name.text] = true
      for method in pairs(PLACES) do
        each_client(buf, method, function(client)
          ask_place(bag, client, method, buf, name)
        end)
      end
      each_client(buf, HOVER, function(client)
        if place.hover then ask_said(bag, client, HOVER, buf, name) end
      end)
    end
  end
end

---Ask every server about the names on the lines of the diagnostics, and beside them.
---@param bag local_llm.Bag
---@param buf integer
---@param reports local_llm.Report[]
function M.ask(bag, buf, reports)
  for _, report in ipairs(reports) do
    ask_names(bag, buf, { row = report.row, col = report.col, hover = true })
  end
  for _, report in ipairs(reports) do
    ask_names(bag, buf, { row = report.row + 2, col = 0, hover = false }) -- and what is above that
  end
  local row, col = reports[1].row, reports[1].col
  local line = vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1] or ""
  each_client(buf, SIGNATURE, function(client)
    ask_said(bag, client, SIGNATURE, buf, { row = row, col = col, line = line, text = "the call" })
  end)
end

---Ask about the names in the head of the function, in those around it, and behind a row.
---@param bag local_llm.Bag
---@param buf integer
---@param row integer of the last diagnostic
function M.ask_function(bag, buf, row)
  local code = bag.found.code
  local rows = { code.first_row }
  for _, head in ipairs(bag.found.enclosing) do
    rows[#rows + 1] = head.row
  end
  for below = row + 4, code.first_row + #code.lines, 2 do
    rows[#rows + 1] = below
  end
  for _, one in ipairs(rows) do
    ask_names(bag, buf, { row = one, col = 0, hover = false })
  end
end

return M
