"""Every Lua module loads by itself in a bare editor, and loading it does nothing.

That is what nixpkgs checks of a plugin when it builds one, in an editor whose packpath holds only
that plugin: nobody has called setup{}, there is no Python and no other plugin. And it is what keeps
a `require` in somebody's configuration cheap.
"""

from __future__ import annotations

import json
import subprocess

import pytest

from packager import NAME
from plugin_copy import ROOT, copy_plugin

MODULES = sorted(
    ".".join(path.relative_to(ROOT / "lua").with_suffix("").parts).removesuffix(".init")
    for path in (ROOT / "lua").rglob("*.lua")
)
LOOK = r"""
local function look()
  local state = { channels = #vim.api.nvim_list_chans() }
  state.commands = vim.api.nvim_get_commands({})
  -- Colours have to follow a colour scheme from the first; that costs nobody anything.
  state.autocmds = #vim.tbl_filter(function(it) return it.event ~= "ColorScheme" end,
    vim.api.nvim_get_autocmds({}))
  state.buffers, state.windows = vim.api.nvim_list_bufs(), vim.api.nvim_list_wins()
  for _, mode in ipairs({ "n", "x", "i", "c", "t" }) do
    state[mode] = vim.tbl_map(function(it) return it.lhs end, vim.api.nvim_get_keymap(mode))
  end
  state.messages = vim.fn.execute("messages")
  return state
end
local found = {}
for _, name in ipairs(vim.json.decode(os.getenv("MODULES"))) do
  for loaded in pairs(package.loaded) do
    if vim.startswith(loaded, "local_llm") then package.loaded[loaded] = nil end
  end
  local before = look()
  local ok, trouble = pcall(require, name)
  local after = look()
  for what, value in pairs(after) do
    if not vim.deep_equal(value, before[what]) then found[name] = "it changes " .. what end
  end
  if not ok then found[name] = trouble end
end
io.stdout:write(vim.json.encode({ found = found }))
"""


@pytest.fixture
def bare(nvim, home, tmp_path):
    """Return a function that runs Lua in an editor that has the plugin and nothing else."""
    packs = tmp_path / "packs"
    copy_plugin(packs / "pack" / "packages" / "start" / NAME)
    script = tmp_path / "look.lua"

    def run(code, modules):
        script.write_text(code)
        places = ["--cmd", f"set packpath={packs}", "--cmd", f"set rtp=$VIMRUNTIME,{packs}"]
        command = [nvim, "--headless", "-n", "-u", "NONE", "-i", "NONE", *places]
        done = subprocess.run(
            [*command, "--cmd", f"packloadall | luafile {script}", "--cmd", "qall!"],
            env={"PATH": "/none", "HOME": str(home), "MODULES": json.dumps(modules)},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return json.loads(done.stdout)

    return run


def test_the_modules_were_found():
    assert "local_llm" in MODULES
    assert "local_llm.health" in MODULES
    assert len(MODULES) > 80


def test_each_module_loads_alone_and_does_nothing(bare):
    assert bare(LOOK, MODULES)["found"] in ({}, [])


def test_what_a_module_does_is_seen(bare):
    """The look itself: modules that fail, or do something, are named."""
    broken = {
        "fails": "error('broken')",
        "maps": "vim.keymap.set('n', 'gz', '')",
        "watches": "vim.api.nvim_create_autocmd('BufEnter', { callback = print })",
        "starts": "vim.fn.jobstart({ vim.v.progpath, '--version' })",
        "talks": "vim.api.nvim_echo({ { 'hello' } }, true, {})",
    }
    loaders = "\n".join(
        f"package.preload[{name!r}] = function() {body} end" for name, body in broken.items()
    )
    found = bare(f"{loaders}\n{LOOK}", list(broken))["found"]
    assert found.keys() == broken.keys()
    assert "broken" in found["fails"]
    assert found["maps"] == "it changes n"
