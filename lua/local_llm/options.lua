---The check of a `setup{}` without Python, and the options that the editor itself reads.
---
---Python checks again, with the patterns that Lua lacks; here is what a user wants to hear at once.
---The wording is that of `python/local_llm/options.py`.
local schema = require("local_llm.schema")

local M = {}

local PREFIX = "LOCAL_LLM_"
-- What the editor needs before Python runs, or without asking it.
local OURS = { ["explain.window"] = true, ["complete.filetypes"] = true }
-- As Python reads them in the environment.
local BOOLEANS = { ["true"] = true, ["1"] = true, yes = true, on = true }
for _, word in ipairs({ "false", "0", "no", "off" }) do
  BOOLEANS[word] = false
end

---@alias local_llm.Place { key: string, shown: string } key in the schema; path as shown to people

---@param parent local_llm.Place
---@param name any a key of the user's table
---@return local_llm.Place
local function below(parent, name)
  local map = schema.maps[parent.key]
  local shown = type(name) == "string" and name:sub(1, 60) or tostring(name)
  local plain = shown:match("^[%a_][%w_-]*$")
  local dot = parent.shown == "" and "" or "."
  return {
    key = (parent.key == "" and "" or parent.key .. ".") .. (map and "*" or tostring(name)),
    shown = parent.shown .. (plain and dot .. shown or ("[%q]"):format(shown):gsub("\\\n", "\\n")),
  }
end

---How far two words are apart: letters to change, add, drop or swap with their neighbour.
---@param a string
---@param b string
---@return integer
local function distance(a, b)
  local rows = { [0] = {} }
  for j = 0, #b do
    rows[0][j] = j
  end
  for i = 1, #a do
    local row, above = { [0] = i }, rows[i - 1]
    for j = 1, #b do
      local cost = a:byte(i) == b:byte(j) and 0 or 1
      row[j] = math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + cost)
      local swapped = i > 1 and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j)
      if swapped then row[j] = math.min(row[j], rows[i - 2][j - 2] + 1) end
    end
    rows[i] = row
  end
  return rows[#a][#b]
end

---Names that may stand below a place.
---@param key string
---@return string[]
local function siblings(key)
  local names = {}
  local start = key == "" and "" or key .. "."
  for _, set in ipairs({ schema.options, schema.groups, schema.maps }) do
    for path in pairs(set) do
      local name = vim.startswith(path, start) and path:sub(#start + 1) or ""
      if name:find("^[%w_]+$") then table.insert(names, name) end
    end
  end
  table.sort(names)
  return names
end

---The option that was probably meant: a sibling with a like name, else one of that very name.
---@param parent local_llm.Place
---@param name string
---@return string|nil path as shown to people
local function nearest(parent, name)
  local word = name:sub(1, 60):lower()
  local best, least = nil, math.max(1, math.floor(#word * 0.4)) + 1
  for _, sibling in ipairs(siblings(parent.key)) do
    local begun = #word > 2 and vim.startswith(sibling, word)
    local steps = begun and 1 or distance(word, sibling)
    if steps < least then
      best, least = sibling, steps
    end
  end
  if best then return below(parent, best).shown end
  for path in vim.spairs(schema.options) do
    if not path:find("*", 1, true) and vim.endswith(path, "." .. name) then return path end
  end
end

---@param value any
---@param option table
---@return boolean
local function in_bounds(value, option)
  local size = type(value) == "number" and value or 0
  local length = type(value) == "string" and #vim.str_utf_pos(value)
    or type(value) == "table" and #value
    or 0
  return size == size -- not NaN
    and not (option.ge and (size < option.ge or size > option.le))
    and not (option.min_length and length < option.min_length)
    and not (option.max_length and length > option.max_length)
end

local is = {
  string = function(value)
    return type(value) == "string"
  end,
  number = function(value)
    return type(value) == "number"
  end,
  integer = function(value)
    return type(value) == "number" and value % 1 == 0
  end,
  boolean = function(value)
    return type(value) == "boolean"
  end,
  auto = function(value)
    return value == "auto" or type(value) == "number" and value % 1 == 0
  end,
  key = function(value)
    return value == false or type(value) == "string" and value ~= ""
  end,
  enum = function(value, option)
    return vim.list_contains(option.choices, value)
  end,
  strings = function(value)
    if type(value) ~= "table" or not (vim.islist(value) or next(value) == nil) then return false end
    return vim.iter(value):all(function(item)
      return type(item) == "string"
    end)
  end,
}

---@param value any
---@param option table
---@return boolean
local function fits(value, option)
  return is[option.kind](value, option) and in_bounds(value, option)
end

---@param user table
---@return any[] its keys, of whatever type, in a stable order
local function sorted_names(user)
  local names = vim.tbl_keys(user)
  table.sort(names, function(a, b)
    return tostring(a) < tostring(b)
  end)
  return names
end

---@param user table
---@param parent local_llm.Place
---@param good table<string, any> values that may stand, by their key in the schema
---@param errors string[]
local function walk(user, parent, good, errors)
  for _, name in ipairs(sorted_names(user)) do
    local value = user[name]
    local place = below(parent, name)
    local option = type(name) == "string" and schema.options[place.key]
    if option then
      if fits(value, option) then
        good[place.key] = value
      else
        table.insert(errors, ("%s: expected %s"):format(place.shown, option.expected))
      end
    elseif type(name) == "string" and (schema.groups[place.key] or schema.maps[place.key]) then
      if type(value) == "table" then
        walk(value, place, good, errors)
      else
        table.insert(errors, place.shown .. ": expected a table")
      end
    else
      local near = nearest(parent, tostring(name))
      local advice = near and ("; did you mean %s?"):format(near) or ""
      table.insert(errors, place.shown .. ": no such option" .. advice)
    end
  end
end

---@param text string
---@param kind string
---@return any
local function parsed(text, kind)
  if kind == "key" and text:lower() == "false" then return false end
  if kind == "auto" then return tonumber(text) or text end
  if kind == "boolean" then return BOOLEANS[text:lower()] end
  if kind == "strings" then return select(2, pcall(vim.json.decode, text)) end
  return text
end

---The value of an option in the environment; nil where it is unset or wrong (Python says so).
---@param key string
---@param option table
---@return any
local function from_env(key, option)
  local text = vim.env[PREFIX .. key:gsub("%.", "__"):upper()]
  if text == nil or text == "" then return nil end
  local value = parsed(text, option.kind)
  if fits(value, option) then return value end
end

---@param value any what was given, if anything
---@param option table
---@return any
local function with_default(value, option)
  if value == nil then return option.default end
  if not option.append then return value end
  return vim.list_extend(vim.list_extend({}, option.default or {}), value)
end

---@param target table
---@param key string
---@param value any
local function put(target, key, value)
  local name, rest = key:match("^([^.]+)%.(.+)$")
  if not name then
    target[key] = value
    return
  end
  target[name] = target[name] or {}
  put(target[name], rest, value)
end

---Check what `setup{}` was given.
---@param user any
---@return table merged what the editor needs: setup, else environment, else default
---@return string[] errors one sentence each, without the value
function M.check(user)
  local good, errors = {}, {}
  if type(user) == "table" then
    walk(user, { key = "", shown = "" }, good, errors)
  else
    errors = { "expected a table of options" }
  end
  local merged = {}
  for key, option in pairs(schema.options) do
    if option.editor or OURS[key] then
      local value = good[key]
      if value == nil then value = from_env(key, option) end
      put(merged, key, with_default(value, option))
    end
  end
  return merged, errors
end

---A copy of the table that can be sent to Python. What cannot (a function) becomes a list that no
---option accepts, so that Python refuses it too.
---@param value any
---@param depth? integer
---@return any
function M.wire(value, depth)
  depth = depth or 0
  local kind = type(value)
  if kind == "string" or kind == "number" or kind == "boolean" then return value end
  if kind ~= "table" or depth > 8 then return { { vim.empty_dict() } } end
  local copy = vim.islist(value) and {} or vim.empty_dict()
  for name, inner in pairs(value) do
    copy[vim.islist(value) and name or tostring(name)] = M.wire(inner, depth + 1)
  end
  return copy
end

return M
