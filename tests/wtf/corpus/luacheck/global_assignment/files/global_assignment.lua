local M = {}

local prices = { apple = 30, pear = 45 }

--- Add up what is in a basket, in cents.
function M.sum(basket)
  local known = 0
  for fruit, count in pairs(basket) do
    if prices[fruit] then
      known = known + 1
      total = total + prices[fruit] * count
    end
  end
  return known
end

return M
