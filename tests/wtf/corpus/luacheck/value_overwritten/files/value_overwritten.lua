local codec = require("codec")

local M = {}

--- Read a document in whatever form it was kept.
function M.open(path, raw)
  local text = codec.decode(raw)
  if path:match("%.gz$") then
    text = codec.inflate(raw)
  else
    text = raw
  end
  return { path = path, text = text }
end

return M
