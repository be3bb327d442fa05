-- Commands and <Plug> maps. Nothing else is loaded, and no Python starts, before one is used or
-- Insert mode is entered.
if vim.g.loaded_local_llm or vim.fn.has("nvim-0.10") == 0 then return end
vim.g.loaded_local_llm = 1

---@param name string a function of local_llm.commands
local function run(name)
  return function(...)
    return require("local_llm.commands")[name](...)
  end
end

---@param text string
---@param more? vim.api.keyset.user_command
local function command(text, more)
  return vim.tbl_extend("error", { desc = text }, more or {})
end

local function one(name)
  return { nargs = "?", complete = run(name) }
end

local preview = vim.tbl_extend("error", { range = true }, one("complete_preview"))
local wtf = { range = true, bang = true, nargs = "*" }
local search = vim.tbl_extend("error", { bang = true }, one("complete_search"))
local install = { nargs = "*", complete = run("complete_install") }
local history = { nargs = "*", bang = true }
local commands = {
  LocalExplain = command("Explain the selection, range or function", { range = true }),
  LocalWtf = command("Explain the diagnostics of the line, range or buffer", wtf),
  LocalWtfFix = command("Mend what the diagnostics complain about", { range = true, nargs = "*" }),
  LocalComplete = command("Suggest text at the cursor, or switch that", one("complete_switch")),
  LocalStats = command("Show what completion did", one("complete_stats")),
  LocalHistory = command("List past answers, search them, or forget them (!)", history),
  LocalWtfSearch = command("Search the web for the line's diagnostic, once confirmed", search),
  LocalStop = command("Stop every answer under way"),
  LocalModel = command("Choose the model", one("complete_model")),
  LocalBackend = command("Choose the backend", one("complete_backend")),
  LocalPreview = command("Show the prompt that a command would send", preview),
  LocalLog = command("Open the log"),
  LocalInstall = command("Make the plugin's Python environment", install),
}

local function define()
  for name, options in pairs(commands) do
    vim.api.nvim_create_user_command(name, run(name:sub(6):lower()), options)
  end
end

define()
for name, call in pairs({
  explain = "explain_here",
  wtf = "wtf_here",
  ["wtf-fix"] = "wtf_fix_here",
  ["wtf-search"] = "search_here",
  stop = "stop",
  preview = "preview_here",
}) do
  vim.keymap.set({ "n", "x" }, ("<Plug>(local-llm-%s)"):format(name), run(call))
end
vim.keymap.set("i", "<Plug>(local-llm-complete)", "<Cmd>LocalComplete<CR>")
for _, name in ipairs({ "accept", "reject", "accept-all", "reject-all", "next", "previous" }) do
  vim.keymap.set("n", ("<Plug>(local-llm-diff-%s)"):format(name), function()
    require("local_llm.diff").act((name:gsub("-", "_")))
  end)
end

local group = vim.api.nvim_create_augroup("local_llm.plugin", {})
local function on(event, callback, more)
  local options = { group = group, callback = callback }
  vim.api.nvim_create_autocmd(event, vim.tbl_extend("error", options, more))
end

-- A manifest of remote plugins defines the same commands on the shared host. It is read late, at
-- the first unknown command or function, so ours are put back after each reading.
on("SourcePost", define, { pattern = { "*rplugin.vim", vim.env.NVIM_RPLUGIN_MANIFEST } })
on("InsertEnter", run("watch_insert"), { once = true })

local function started()
  define()
  require("local_llm.keys").apply() -- only now has the user's configuration had its chance
end
if vim.v.vim_did_enter == 1 then
  vim.schedule(started)
else
  on("VimEnter", started, { once = true })
end
