-- The floor: what a suggestion costs where nothing stands between the key and the socket, and
-- nothing between the socket and the screen. No rules, no tokens, no healing, no trimming, no
-- cancelling; one socket, kept open; an answer is taken for whole once it has text.
-- `floor(port)` begins.
local ABOVE, BELOW = 256, 64 -- lines

local ns = vim.api.nvim_create_namespace("floor")
local socket = assert(vim.uv.new_tcp())
local HEAD = "POST /completion HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"

local function show(text)
  local row, col = unpack(vim.api.nvim_win_get_cursor(0))
  vim.api.nvim_buf_set_extmark(0, ns, row - 1, col, {
    id = 1,
    virt_text = { { text, "Comment" } },
    virt_text_pos = "inline",
  })
end

local function heard(_, data)
  local text = data and data:match('"content":"([^"]+)"')
  if text then vim.schedule(function()
    show(text)
  end) end
end

local function ask()
  local row, col = unpack(vim.api.nvim_win_get_cursor(0))
  local above = vim.api.nvim_buf_get_lines(0, math.max(0, row - ABOVE), row, false)
  local below = vim.api.nvim_buf_get_lines(0, row, row + BELOW, false)
  local line = table.remove(above)
  above[#above + 1] = line:sub(1, col)
  table.insert(below, 1, line:sub(col + 1))
  local body = vim.json.encode({
    prompt = "<|fim_prefix|>" .. table.concat(above, "\n") .. "<|fim_suffix|>" .. table.concat(
      below,
      "\n"
    ) .. "<|fim_middle|>",
    n_predict = 128,
    stream = true,
  })
  socket:write(("%sContent-Length: %d\r\n\r\n%s"):format(HEAD, #body, body))
end

function _G.floor(port)
  socket:connect("127.0.0.1", port, function()
    socket:nodelay(true)
    socket:read_start(heard)
  end)
  vim.api.nvim_create_autocmd("TextChangedI", { callback = ask })
end
