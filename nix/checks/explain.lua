-- Runs in an editor that has the plugin, on a buffer with code: explains it and looks at how.
-- Ends the editor; what is wrong is printed and makes its exit status 1.
local EXPECTED = vim.env.EXPECTED_ANSWER
local failed = false

local function shown()
  local texts = {}
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    vim.list_extend(texts, vim.api.nvim_buf_get_lines(buffer, 0, -1, false))
  end
  return table.concat(texts, "\n")
end

local function answered()
  return failed or shown():find(EXPECTED, 1, true) ~= nil
end

local function explain()
  local found = require("local_llm.interpreter").find()
  assert(found.why == "named by the package", found.path .. ": " .. found.why)
  vim.cmd("3 LocalExplain")
  assert(vim.wait(30000, answered, 20), "no answer after 30 s")
  assert(not failed, "the request failed")
  local defined = vim.api.nvim_get_commands({}).LocalExplain.definition
  assert(not defined:find("remote#define", 1, true), "the command is the manifest's: " .. defined)
end

vim.api.nvim_create_autocmd("User", {
  pattern = "LocalLlmRequestFailed",
  callback = function()
    failed = true
  end,
})
local fine, reason = pcall(explain)
if not fine then
  local said = { tostring(reason), shown(), vim.fn.execute("messages") }
  io.stderr:write(table.concat(said, "\n"), "\n")
end
vim.cmd(fine and "qall!" or "cquit")
