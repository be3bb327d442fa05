"""Commands and keys: there at once, once, and never over what the user has mapped."""

import pytest
from python_side import PythonSide

COMMANDS = {
    "LocalBackend",
    "LocalExplain",
    "LocalInstall",
    "LocalLog",
    "LocalModel",
    "LocalPreview",
    "LocalStop",
}
MANIFEST = """\
call remote#host#RegisterPlugin('python3', '{plugin}', [
      \\ {{'sync': v:false, 'name': 'LocalExplain', 'type': 'command', 'opts': {{'range': ''}}}},
      \\ {{'sync': v:false, 'name': 'LocalGone', 'type': 'command', 'opts': {{}}}},
      \\ {{'sync': v:false, 'name': 'LocalLlmElse', 'type': 'function', 'opts': {{}}}},
     \\ ])
"""


def definition(child, name):
    return child.lua("return (vim.api.nvim_get_commands({})[...] or {}).definition", name)


def key(child, lhs, mode="n"):
    return child.lua("return vim.fn.maparg(...)", lhs, mode)


def left_alone(child):
    return child.lua("return require('local_llm.keys').left_alone")


def test_an_unused_plugin_loads_nothing_and_starts_nothing(editor):
    child = editor()
    assert child.lua("return vim.tbl_count(vim.api.nvim_get_commands({}))") >= len(COMMANDS)
    assert set(child.lua("return vim.tbl_keys(vim.api.nvim_get_commands({}))")) >= COMMANDS
    loaded = child.lua(
        """return vim.tbl_filter(function(name)
          return vim.startswith(name, "local_llm")
        end, vim.tbl_keys(package.loaded))"""
    )
    assert set(loaded) <= {"local_llm", "local_llm.keys"}
    assert list(child.family()) == [child.pid]


def test_the_file_may_be_read_twice(child):
    child.command("runtime plugin/local_llm.lua")
    assert child.messages() == []


def test_a_command_runs_before_the_editor_has_started(editor, tmp_path):
    file = tmp_path / "a.py"
    file.write_text("x = 1\n")
    catch = """lua require("local_llm.host").notify = function(m) _G.early = m end"""
    child = editor(setup={}, args=[file, "-c", catch, "-c", "LocalExplain"])
    early = child.wait_until(lambda: child.lua("return _G.early"), what="a request")
    assert early["snapshot"]["lines"] == ["x = 1"]


def test_default_keys_reach_the_plugs(child):
    for mode in "nx":
        assert key(child, "<leader>le", mode) == "<Plug>(local-llm-explain)"
        assert key(child, "<leader>ls", mode) == "<Plug>(local-llm-stop)"
    assert left_alone(child) == []


def test_defaults_equal_the_schema(child):
    schema = child.lua("return require('local_llm.options').check({}).keys")
    ours = child.lua("return require('local_llm.keys').DEFAULTS")
    assert ours == {name: lhs for name, lhs in schema.items() if isinstance(lhs, str)}


def test_a_key_of_the_users_is_left_alone_and_remembered(editor):
    child = editor(args=["--cmd", "nnoremap <leader>le :echo 1<CR>"])
    assert key(child, "<leader>le") == ":echo 1<CR>"
    assert key(child, "<leader>le", "x") == "<Plug>(local-llm-explain)"
    assert left_alone(child) == [
        {"name": "explain", "lhs": "<leader>le", "mode": "n", "taken_by": ":echo 1<CR>"}
    ]


def test_keys_can_be_changed_and_switched_off(child):
    child.lua("require('local_llm').setup({ keys = { explain = 'gX', stop = false } })")
    assert key(child, "gX") == "<Plug>(local-llm-explain)"
    assert key(child, "<leader>le") == ""
    assert key(child, "<leader>ls") == ""
    child.lua("require('local_llm').setup({})")
    assert key(child, "gX") == ""
    assert key(child, "<leader>le") == "<Plug>(local-llm-explain)"


def test_a_key_the_user_took_over_later_is_not_taken_back(child):
    child.command("nnoremap <leader>le :echo 2<CR>")
    child.lua("require('local_llm').setup({ keys = { explain = 'gX' } })")
    assert key(child, "<leader>le") == ":echo 2<CR>"


def test_keys_may_come_from_the_environment(editor):
    child = editor(env={"LOCAL_LLM_KEYS__EXPLAIN": "gX", "LOCAL_LLM_KEYS__STOP": "false"})
    assert key(child, "gX") == "<Plug>(local-llm-explain)"
    assert key(child, "<leader>ls") == ""


@pytest.mark.parametrize("when", ["at start", "late"])
def test_a_manifest_does_not_take_our_commands(editor, tmp_path, when):
    manifest = tmp_path / "rplugin.vim"
    manifest.write_text(MANIFEST.format(plugin=tmp_path / "stale.py"))
    if when == "at start":
        unknown = "silent! LocalNope"  # makes Neovim read the manifest
        child = editor(env={"NVIM_RPLUGIN_MANIFEST": str(manifest)}, args=["-c", unknown])
    else:
        child = editor()
        child.command(f"source {manifest}")
    assert "remote#" in definition(child, "LocalGone")
    assert "remote#" not in definition(child, "LocalExplain")


def test_the_manifests_commands_come_back_to_us(child):
    python = PythonSide(child)
    child.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'def f():', '    pass', 'x = 1' })")
    run = "require('local_llm.commands').from_manifest(...)"
    child.lua(run, "LocalExplain", [2, 3], [])
    assert python.sent("explain")[0]["snapshot"]["lines"] == ["    pass", "x = 1"]


def test_models_are_chosen_by_ui_select_and_by_name(child):
    python = PythonSide(child)
    child.lua(
        "vim.ui.select = function(items, options, done) _G.options = options; done(items[2]) end"
    )
    child.type(":LocalModel<CR>")
    ask = python.wait("models")
    items = [{"name": "a", "label": "a 7B", "current": True}, {"name": "b", "label": "b 1B"}]
    python.call("pick", ask["id"], title="Model", items=items, verb="use_model")
    assert python.wait("use_model")["model"] == "b"
    assert child.lua("return _G.options.prompt") == "Model"
    child.type(":LocalBackend remote<CR>")
    assert python.wait("use_backend")["backend"] == "remote"


def test_a_list_that_fails_is_one_message(child):
    python = PythonSide(child)
    child.type(":LocalModel<CR>")
    ask = python.wait("models")
    python.call("fail", ask["id"], code="X", message="nothing answers", hint="start it", where="")
    wanted = ["local-llm: nothing answers; start it"]
    child.wait_until(lambda: child.messages() == wanted, what=str(wanted))


def test_preview_shows_the_prompt(child):
    python = PythonSide(child)
    child.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'x = 1' })")
    names = child.lua("return vim.fn.getcompletion('LocalPreview ', 'cmdline')")
    assert names == ["explain", "wtf"]
    child.type(":LocalPreview explain<CR>")
    ask = python.wait("preview")
    assert (ask["command"], ask["snapshot"]["lines"]) == ("explain", ["x = 1"])
    python.call("preview", ask["id"], lines=["# Prompt", "vim: set tw=3:", "a\nb"])
    child.wait_screen("# Prompt")
    assert child.buffer() == ["# Prompt", "vim: set tw=3:", "a", "b"]
    assert child.lua("return vim.bo.textwidth") == 0
    child.type("q")
    child.wait_until(lambda: child.buffer() == ["x = 1"], what="the source")


def test_preview_of_something_else_is_refused(child):
    child.type(":LocalPreview nonsense<CR>")
    child.wait_until(lambda: "there is: explain" in "".join(child.messages()), what="a message")


def test_stop_with_nothing_to_stop_says_so(child):
    child.type(":LocalStop<CR>")
    child.wait_until(lambda: "nothing is under way" in "".join(child.messages()), what="a message")


def test_the_log_opens_at_its_end(child):
    child.type(":LocalLog<CR>")
    child.wait_until(lambda: "the log is empty" in "".join(child.messages()), what="a message")
    child.lua("for i = 1, 3 do require('local_llm.log').write('host', 'line ' .. i) end")
    child.type(":LocalLog<CR>")
    child.wait_screen("host line 3")
    assert child.lua("return { vim.bo.readonly, vim.fn.line('.') }") == [True, 3]


def test_the_log_is_bounded(child):
    size = child.lua(
        """local log = require("local_llm.log")
        for _ = 1, 1500 do log.write("host", ("x"):rep(1900)) end
        local function size(path) return (vim.uv.fs_stat(path) or { size = 0 }).size end
        return size(log.path()) + size(log.path() .. ".old")"""
    )
    assert 500_000 < size <= 1 << 20
