-- Commands and <Plug> maps. Nothing else is loaded, and no Python starts, before one is used.
if vim.g.loaded_local_llm or vim.fn.has("nvim-0.10") == 0 then return end
vim.g.loaded_local_llm = 1

---@param name string a function of local_llm.commands
local function run(name)
  return function(...)
    return require("local_llm.commands")[name](...)
  end
end

local model, backend = run("complete_model"), run("complete_backend")
local commands = {
  LocalExplain = { range = true, desc = "Explain the selection, range or function" },
  LocalComplete = {
    nargs = "?",
    complete = run("complete_switch"),
    desc = "Suggest text at the cursor; on, off, toggle: while typing",
  },
  LocalStop = { desc = "Stop every answer under way" },
  LocalModel = { nargs = "?", complete = model, desc = "Choose the model" },
  LocalBackend = { nargs = "?", complete = backend, desc = "Choose the backend" },
  LocalPreview = {
    nargs = "?",
    range = true,
    complete = run("complete_preview"),
    desc = "Show the prompt that a command would send",
  },
  LocalLog = { desc = "Open the log" },
  LocalInstall = {
    nargs = "*",
    complete = function(lead)
      return require("local_llm.install").complete(lead)
    end,
    desc = "Make the plugin's Python environment",
  },
}

local function define()
  for name, options in pairs(commands) do
    vim.api.nvim_create_user_command(name, run(name:sub(6):lower()), options)
  end
end

define()
for name, call in pairs({ explain = "explain_here", stop = "stop", preview = "preview_here" }) do
  vim.keymap.set({ "n", "x" }, ("<Plug>(local-llm-%s)"):format(name), run(call))
end

vim.keymap.set("i", "<Plug>(local-llm-complete)", "<Cmd>LocalComplete<CR>")

local group = vim.api.nvim_create_augroup("local_llm.plugin", {})
-- A manifest of remote plugins defines the same commands on the shared host. It is read late, at
-- the first unknown command or function, so ours are put back after each reading.
local manifests = { "*rplugin.vim", vim.env.NVIM_RPLUGIN_MANIFEST }
vim.api.nvim_create_autocmd("SourcePost", { group = group, pattern = manifests, callback = define })

vim.api.nvim_create_autocmd("InsertEnter", {
  group = group,
  once = true,
  callback = function()
    require("local_llm.complete").start()
  end,
})

local function started()
  define()
  require("local_llm.keys").apply() -- only now has the user's configuration had its chance
end
if vim.v.vim_did_enter == 1 then
  vim.schedule(started)
else
  vim.api.nvim_create_autocmd("VimEnter", { group = group, once = true, callback = started })
end
