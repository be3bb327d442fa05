local history_limit = 50

local M = {}

M.entries = {}

--- Remember what was asked; the oldest is forgotten.
function M.remember(question, answer)
  table.insert(history, { question = question, answer = answer })
  while #M.entries > history_limit do
    table.remove(M.entries, 1)
  end
end

return M
