---Functions and classes from treesitter, where a parser is installed.
local M = {}

-- A parse of the whole buffer runs while the editor waits; above this the text is read instead.
local LIMIT_BYTES = 1024 * 1024

-- Node types differ by grammar; these endings are shared by nearly all of them.
local FUNCTION = {
  "function_definition$",
  "function_declaration$",
  "function_item$",
  "function_statement$",
  "function_expression$",
  "^function$",
  "_function$",
  "method_definition$",
  "method_declaration$",
  "^method$",
  "_method$",
  "constructor_declaration$",
  "^decorated_definition$",
  "func_literal$",
  "procedure_",
  "subroutine_",
  "lambda_expression$",
  "closure_expression$",
}
local CLASS = {
  "class_definition$",
  "class_declaration$",
  "class_specifier$",
  "^class$",
  "struct_item$",
  "struct_specifier$",
  "impl_item$",
  "trait_item$",
  "enum_item$",
  "mod_item$",
  "interface_declaration$",
  "enum_declaration$",
  "namespace_definition$",
  "object_declaration$",
}

---@param type string
---@param patterns string[]
---@return boolean
local function any(type, patterns)
  for _, pattern in ipairs(patterns) do
    if type:find(pattern) then return true end
  end
  return false
end

---@param buf integer
---@return TSNode|nil root
local function root_of(buf)
  local lines = vim.api.nvim_buf_line_count(buf)
  if vim.api.nvim_buf_get_offset(buf, lines) > LIMIT_BYTES then return nil end
  local ok, parser = pcall(vim.treesitter.get_parser, buf)
  if not ok or not parser then return nil end
  local parsed, trees = pcall(parser.parse, parser)
  return parsed and trees and trees[1] and trees[1]:root() or nil
end

---@param node TSNode
---@return integer first, integer last 0-based, inclusive
local function rows_of(node)
  local first, _, last, col = node:range()
  return first, (col == 0 and last > first) and last - 1 or last
end

---@class local_llm.TreeHead
---@field kind "function"|"class"
---@field first integer
---@field last integer
---@field row integer where its name stands, below decorators

---@param node TSNode
---@return local_llm.TreeHead|nil
local function head_of(node)
  local type = node:type()
  local kind = any(type, FUNCTION) and "function" or any(type, CLASS) and "class" or nil
  if not kind then return nil end
  local first, last = rows_of(node)
  local row = first
  if type == "decorated_definition" then
    local inner = node:field("definition")[1]
    if inner then
      row = rows_of(inner)
      kind = any(inner:type(), CLASS) and "class" or "function"
    end
  end
  return { kind = kind, first = first, last = last, row = row }
end

---Heads around a range, innermost first; a decorated definition counts once.
---@param buf integer
---@param first integer 0-based
---@param last integer
---@return local_llm.TreeHead[]|nil nil without a parser
function M.heads(buf, first, last)
  local root = root_of(buf)
  if not root then return nil end
  local line = vim.api.nvim_buf_get_lines(buf, first, first + 1, false)[1] or ""
  local col = #line:match("^%s*")
  local last_line = vim.api.nvim_buf_get_lines(buf, last, last + 1, false)[1] or ""
  local to = first == last and col or math.max(#last_line - 1, 0)
  local node = root:named_descendant_for_range(first, col, last, to)
  local heads = {}
  while node and node ~= root do
    local head = head_of(node)
    local inner = heads[#heads]
    if head and inner and inner.row == head.row then
      heads[#heads] = head
    elseif head and head.first <= first and head.last >= last then
      heads[#heads + 1] = head
    end
    node = node:parent()
  end
  return heads
end

return M
