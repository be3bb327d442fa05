---What context.lua found, on its way to Python.
local M = {}

local complete = require("local_llm.complete")
local host = require("local_llm.host")
local snapshot = require("local_llm.snapshot")

local MOST = 16 -- pieces, as many as fim/ring.py holds

---@class local_llm.Piece
---@field kind "yank"|"left"|"written"|"definition"
---@field path string
---@field text string
---@field buf integer whose text it is; for a definition, the one it is for

local waiting = {} ---@type local_llm.Piece[]
local recent = {} ---@type string[] keys of the last pieces; the ring may have lost what is older

---Whether pieces are of any use now.
---@return boolean
function M.is_wanted()
  if not host.running() or not complete.is_on() then return false end
  if vim.fn.reg_recording() ~= "" or vim.fn.reg_executing() ~= "" then return false end
  local given = require("local_llm").given().complete
  return type(given) ~= "table" or given.extra_files ~= false
end

---@param piece local_llm.Piece
---@return string|nil root nil where the piece must not be sent
local function root_of(piece)
  if not vim.api.nvim_buf_is_valid(piece.buf) then return nil end
  local place = snapshot.place(piece.buf)
  if piece.kind == "definition" then
    -- A project that has options of its own decides on its files itself.
    return vim.fs.root(piece.path, "local-llm.toml") or place.root
  end
  -- Else renamed since: by its new name nobody can tell whether it may go out. Or no plain file.
  return place.path == piece.path and place.root or nil
end

---@param piece local_llm.Piece
---@return string of a definition, what the file's name tells
local function filetype_of(piece)
  if piece.kind ~= "definition" then return vim.bo[piece.buf].filetype end
  return vim.filetype.match({ filename = piece.path }) or ""
end

local function flush()
  local pieces = waiting
  waiting = {}
  if not M.is_wanted() then return end
  for _, piece in ipairs(pieces) do
    local root = root_of(piece)
    if root then
      host.tell({
        name = "context",
        kind = piece.kind,
        path = piece.path,
        root = root,
        filetype = filetype_of(piece),
        text = piece.text,
      })
    end
  end
end

---Send a piece when the editor has nothing else to do. Of hundreds at once (:argdo, :global) only
---the last go out.
---@param piece local_llm.Piece
function M.offer(piece)
  if #waiting == 0 then vim.schedule(flush) end
  waiting[#waiting + 1] = piece
  if #waiting > MOST then table.remove(waiting, 1) end
end

---Tell whether a piece was not sent lately, and note that it is now.
---@param buf integer
---@param first integer
---@param stop integer
---@return boolean
function M.is_new(buf, first, stop)
  local tick = vim.api.nvim_buf_get_changedtick(buf)
  -- With the process: another one knows nothing.
  local key = table.concat({ tostring(host.pid()), buf, tick, first, stop }, " ")
  if vim.list_contains(recent, key) then return false end
  recent[#recent + 1] = key
  if #recent > MOST then table.remove(recent, 1) end
  return true
end

return M
