local M = {}

local function longest(lines)
  local most = 0
  for _, line in ipairs(lines) do
    most = math.max(most, #line)
  end
  return most
end

--- Put a frame around lines.
function M.frame(lines, title)
  local width = longest(lines) + 2
  local framed = { "+-- " .. title }
  for _, line in ipairs(lines) do
    framed[#framed + 1] = "| " .. line
  end
  framed[#framed + 1] = "+--"
  return framed
end

return M
