"""Every way the plugin gets into an editor: the commands are there at once, exist once, and run on
the plugin's own interpreter."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from fakes import FakeLlamaCpp, Script
from plugin_copy import copy_plugin

COMMANDS = {
    "LocalBackend",
    "LocalExplain",
    "LocalHistory",
    "LocalComplete",
    "LocalInstall",
    "LocalLog",
    "LocalModel",
    "LocalPreview",
    "LocalStats",
    "LocalWtf",
    "LocalWtfFix",
    "LocalWtfSearch",
    "LocalStop",
}
# There is no option and no .venv, so this decides.
OWN_PYTHON = f"let g:python3_host_prog = '{sys.executable}'"
SOURCE = "local values = {}\n\nfunction values.first() return values[1] end\n"
LISTED = """
local found = {}
for name, command in pairs(vim.api.nvim_get_commands({})) do
  if vim.startswith(name, "Local") then found[name] = command.definition end
end
return found
"""


@pytest.fixture
def answer():
    with FakeLlamaCpp(Script(pieces=("It ", "returns ", "the first."))) as server:
        yield server


@pytest.fixture
def sample(tmp_path):
    path = tmp_path / "sample.lua"
    path.write_text(SOURCE)
    return path


def user(editor, *args, answer=None, **options):
    """Start an editor as a user has it who installed the plugin and called no setup."""
    env = {"LOCAL_LLM_BACKEND__URL": answer.url} if answer else {}
    return editor(plugin=False, args=args, env={**env, **options.pop("env", {})}, **options)


def explains(child):
    child.wait_screen("It returns the first.")


def assert_commands_are_ours(child):
    found = child.lua(LISTED)
    assert set(found) == COMMANDS
    for definition in found.values():
        assert "remote#define" not in definition
    assert child.lua("return vim.fn.exists(':LocalExplain')") == 2


def host_argv(child):
    """Return the command lines of the hosts that run; one at most."""
    return [line for line in child.family().values() if "local_llm_host.py" in line]


# -- the folder on the runtime path ------------------------------------------------------------


def test_on_the_runtime_path_without_setup(editor, answer, sample, tmp_path):
    plugin = copy_plugin(tmp_path / "plugin")
    args = ["--cmd", f"set rtp^={plugin}", "--cmd", OWN_PYTHON, sample]
    child = user(editor, *args, answer=answer)
    assert_commands_are_ours(child)
    child.type("3G:LocalExplain<CR>")
    explains(child)
    (argv,) = host_argv(child)
    assert argv.startswith(sys.executable)
    assert str(plugin) in argv


def test_as_a_command_line_argument(editor, answer, sample, tmp_path):
    plugin = copy_plugin(tmp_path / "plugin")
    args = ["--cmd", f"set rtp^={plugin}", "--cmd", OWN_PYTHON, "-c", "3", "-c", "LocalExplain"]
    explains(user(editor, *args, sample, answer=answer))


def test_headless_without_setup_or_screen(nvim, home, tmp_path):
    plugin = copy_plugin(tmp_path / "plugin")
    init = tmp_path / "init.lua"
    init.write_text(f"vim.opt.rtp:prepend({str(plugin)!r})")
    asked = "lua io.stdout:write(vim.fn.exists(':LocalExplain'))"
    done = subprocess.run(
        [nvim, "--headless", "-n", "-i", "NONE", "-u", init, "-c", asked, "-c", "qa"],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stdout == "2"


@pytest.mark.parametrize("kind", ["start", "opt"])
def test_as_a_package(editor, answer, sample, home, kind):
    copy_plugin(home / "data" / "nvim" / "site" / "pack" / "some" / kind / "local-llm.nvim")
    child = user(editor, "--cmd", OWN_PYTHON, sample, answer=answer)
    if kind == "opt":
        assert child.lua(LISTED) in ([], {})
        child.command("packadd local-llm.nvim")
    assert_commands_are_ours(child)
    child.type("3G:LocalExplain<CR>")
    explains(child)


def test_in_an_opt_package_that_the_configuration_adds(editor, answer, sample, home):
    copy_plugin(home / "data" / "nvim" / "site" / "pack" / "some" / "opt" / "local-llm.nvim")
    add = ["--cmd", "packadd local-llm.nvim", "--cmd", OWN_PYTHON]
    child = user(editor, *add, sample, "-c", "3", "-c", "LocalExplain", answer=answer)
    assert_commands_are_ours(child)
    explains(child)


def test_loaded_lazily_after_start_up(editor, answer, sample, tmp_path):
    plugin = copy_plugin(tmp_path / "plugin")
    child = user(editor, "--cmd", OWN_PYTHON, sample, answer=answer)
    # What plugin managers do: the path, then the plugin's files, then its setup.
    child.lua(
        "vim.opt.rtp:prepend(...); vim.cmd.source((...) .. '/plugin/local_llm.lua')", str(plugin)
    )
    child.lua("require('local_llm').setup({})")
    assert_commands_are_ours(child)
    child.wait_until(lambda: child.lua("return vim.fn.maparg('<leader>le', 'n') ~= ''"))
    child.type("3G:LocalExplain<CR>")
    explains(child)


def test_loaded_twice_is_loaded_once(editor, tmp_path):
    plugin = copy_plugin(tmp_path / "plugin")
    child = user(editor, "--cmd", f"set rtp^={plugin}")
    child.lua("_G.first = vim.api.nvim_get_autocmds({ group = 'local_llm.plugin' })")
    child.command(f"source {plugin}/plugin/local_llm.lua")
    now = child.lua("return #vim.api.nvim_get_autocmds({ group = 'local_llm.plugin' })")
    assert now == child.lua("return #_G.first")


def test_a_folder_that_cannot_be_written(editor, answer, sample, tmp_path):
    """As a packager leaves it: read-only, with the interpreter in a file."""
    plugin = copy_plugin(tmp_path / "plugin")
    (plugin / "python-interpreter").write_text(f"{sys.executable}\n")
    before = listing(plugin)
    for path in [plugin, *plugin.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        args = ["--cmd", f"set rtp^={plugin}", "--cmd", "let g:python3_host_prog = '/no/python'"]
        child = user(editor, *args, sample, answer=answer)
        child.type("3G:LocalExplain<CR>")
        explains(child)
        assert host_argv(child)[0].startswith(sys.executable)
        assert listing(plugin) == before
    finally:
        for path in [plugin, *plugin.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)


def listing(folder):
    """Return the files below it; root may write anywhere, so modes alone would prove nothing."""
    return sorted(str(path) for path in folder.rglob("*") if "__pycache__" not in path.parts)


# -- manifests of remote plugins ----------------------------------------------------------------


@pytest.fixture
def manifest(nvim, home, tmp_path):
    """Make a manifest by `:UpdateRemotePlugins`, with the plugin in it; return path and plugin."""
    plugin = copy_plugin(tmp_path / "plugin")
    path = tmp_path / "rplugin.vim"
    init = tmp_path / "init.vim"
    init.write_text(f"set rtp^={plugin}\nlet g:python3_host_prog = '{sys.executable}'\n")
    done = subprocess.run(
        [nvim, "--headless", "-n", "-i", "NONE", "-u", init, "-c", "UpdateRemotePlugins", "+qa"],
        env={**os.environ, "NVIM_RPLUGIN_MANIFEST": str(path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert path.exists(), done.stdout + done.stderr
    assert "LocalExplain" in path.read_text(), done.stdout + done.stderr
    return path, plugin


def with_manifest(editor, path, plugin, *args, **options):
    # minimal_init.lua is a `-u` file, so the manifest is read as in a user's editor.
    start = ["--cmd", f"set rtp^={plugin}"]
    return user(editor, *start, *args, env={"NVIM_RPLUGIN_MANIFEST": str(path)}, **options)


def reads_the_manifest(child, path):
    """Make the editor read it, as it does at the first unknown command."""
    child.command("silent! NoSuchCommandAnywhere")
    sourced = child.lua("return vim.fn.getscriptinfo({ name = ... })", path.name + "$")
    assert str(path) in [script["name"] for script in sourced]


def test_a_full_manifest_changes_nothing(editor, answer, sample, manifest):
    path, plugin = manifest
    child = with_manifest(editor, path, plugin, "--cmd", OWN_PYTHON, sample, answer=answer)
    reads_the_manifest(child, path)
    assert_commands_are_ours(child)
    child.type("3G:LocalExplain<CR>")
    explains(child)
    (argv,) = host_argv(child)
    assert "-c" in argv, "not the shared host, which starts with a file"


def test_a_manifest_whose_interpreter_lacks_our_packages(
    editor, answer, sample, manifest, tmp_path
):
    path, plugin = manifest
    bare = tmp_path / "bare-python"
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "$@"\n')
    bare.chmod(0o755)
    (plugin / ".venv" / "bin").mkdir(parents=True)
    (plugin / ".venv" / "bin" / "python").symlink_to(sys.executable)
    prog = f"let g:python3_host_prog = '{bare}'"
    child = with_manifest(editor, path, plugin, "--cmd", prog, sample, answer=answer)
    reads_the_manifest(child, path)
    found = child.lua("return require('local_llm.interpreter').find().why")
    assert found == "the plugin's .venv"
    # The copy's .venv is a bare link: the packages are beside the interpreter that it names.
    child.lua("require('local_llm').setup({ python = ... })", sys.executable)
    child.type("3G:LocalExplain<CR>")
    explains(child)


def test_a_stale_manifest_names_commands_and_a_folder_that_are_gone(
    editor, answer, sample, manifest
):
    path, plugin = manifest
    gone = plugin.parent / "an-earlier-place"
    stale = path.read_text().replace(str(plugin), str(gone)).replace("LocalLog", "LocalGone")
    path.write_text(stale)
    child = with_manifest(editor, path, plugin, "--cmd", OWN_PYTHON, sample, answer=answer)
    reads_the_manifest(child, path)
    found = child.lua(LISTED)
    assert set(found) == COMMANDS | {"LocalGone"}, "what we no longer have is not ours to take"
    child.type("3G:LocalExplain<CR>")
    explains(child)
    assert len(host_argv(child)) == 1


def test_a_manifest_read_before_start_up_ends(editor, answer, sample, manifest):
    path, plugin = manifest
    early = ["-c", "silent! NoSuchCommandAnywhere", "-c", "3", "-c", "LocalExplain"]
    args = ["--cmd", OWN_PYTHON, sample, *early]
    child = with_manifest(editor, path, plugin, *args, answer=answer)
    explains(child)
    assert_commands_are_ours(child)
    assert len(host_argv(child)) == 1


def test_the_commands_of_a_manifest_reach_ours(editor, answer, sample, manifest):
    """The moment before our definitions replace them: their handler runs in the shared host."""
    path, plugin = manifest
    child = with_manifest(editor, path, plugin, "--cmd", OWN_PYTHON, sample, answer=answer)
    child.type("3G")
    child.lua("require('local_llm.commands').from_manifest('LocalExplain', { 3, 3 }, {})")
    explains(child)
    assert_commands_are_ours(child)


# -- the interpreter ---------------------------------------------------------------------------


def test_the_first_interpreter_that_is_there_runs_the_host(editor, tmp_path):
    """From the last to the first in the order of `:help local-llm-python`."""
    plugin = copy_plugin(tmp_path / "plugin")
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "python3").symlink_to(sys.executable)
    child = user(editor, "--cmd", f"set rtp^={plugin}", env={"PATH": str(bin_)})

    def found():
        return child.lua("local f = require('local_llm.interpreter').find() return {f.path, f.why}")

    assert found() == [str(bin_ / "python3"), "python3 from PATH"]
    child.command("let g:python3_host_prog = '/a/host/prog'")
    assert found() == ["/a/host/prog", "g:python3_host_prog"]
    own = plugin / ".venv" / "bin" / "python"
    own.parent.mkdir(parents=True)
    own.symlink_to(sys.executable)
    assert found() == [str(own), "the plugin's .venv"]
    (plugin / "python-interpreter").write_text("/a/packaged/python\n")
    assert found() == ["/a/packaged/python", "named by the package"]
    child.lua("require('local_llm').setup({ python = '/an/option/python' })")
    assert found() == ["/an/option/python", "option `python`"]


# -- what it costs unused ------------------------------------------------------------------------


def test_unused_it_starts_no_process_and_loads_no_module(editor, tmp_path):
    plugin = copy_plugin(tmp_path / "plugin")
    child = user(editor, "--cmd", f"set rtp^={plugin}")
    child.wait_until(lambda: child.lua("return vim.fn.maparg('<leader>le', 'n') ~= ''"))
    assert list(child.family()) == [child.pid]
    loaded = child.lua(
        "return vim.tbl_filter(function(name) return name:find('^local_llm') end, "
        "vim.tbl_keys(package.loaded))"
    )
    # The keys need these two, once the user's configuration has had its chance.
    assert set(loaded) <= {"local_llm", "local_llm.keys"}


def test_the_plugin_is_one_line_of_startuptime(nvim, home, tmp_path):
    plugin = copy_plugin(tmp_path / "plugin")
    log = tmp_path / "times"
    init = tmp_path / "init.lua"
    init.write_text(f"vim.opt.rtp:prepend({str(plugin)!r})")
    command = [nvim, "--headless", "-n", "-i", "NONE", "-u", init, "--startuptime", log, "+qa"]
    subprocess.run(command, capture_output=True, timeout=30, check=True)
    ours = [line for line in log.read_text().splitlines() if str(plugin) in line]
    assert [line.split("sourcing ")[-1] for line in ours if "sourcing " in line] == [
        str(plugin / "plugin" / "local_llm.lua")
    ]
