"""The plugin as Nix and other packagers install it: a read-only folder, an interpreter elsewhere,
and a manifest of remote plugins that is full, empty, stale or not there at all."""

from __future__ import annotations

import os

import pytest

from child import Child
from fakes import FakeLlamaCpp, Script
from packager import NAME, Store

ANSWER = "It returns the first."
SOURCE = "local values = {}\n\nfunction values.first() return values[1] end\n"
# What nixpkgs' wrapper says where `withPython3` is false, and where it is true.
PROVIDERS = ["let g:loaded_python3_provider = 0", "let g:python3_host_prog = '{python}'"]


@pytest.fixture(scope="module")
def answer():
    with FakeLlamaCpp(Script(pieces=("It ", "returns ", "the first."))) as server:
        yield server


@pytest.fixture
def store(nvim, home, tmp_path):
    """Return a function that makes the store; when the test ends, nothing in it has changed."""
    made = []

    def make(kind="start", **options):
        made.append(Store(tmp_path / "store", nvim, kind, **options))
        return made[-1]

    yield make
    for it in made:
        changes = it.changes()
        it.unlock()
        assert changes == []


@pytest.fixture
def open_in(store, answer, home, tmp_path):
    """Return a function that opens a file in the packaged editor."""
    started = []
    (tmp_path / "sample.lua").write_text(SOURCE)
    init = tmp_path / "init.vim"
    init.write_text("set noswapfile shortmess+=I\n")

    def open_file(it, manifest, *args, provider=PROVIDERS[0], env=None, **options):
        variables = {
            "NVIM_RPLUGIN_MANIFEST": manifest,
            "LOCAL_LLM_BACKEND__URL": answer.url,
            "PYTHONDONTWRITEBYTECODE": None,  # nothing but the plugin itself keeps Python from it
            **(env or {}),
        }
        wrapped = ("--cmd", f"set packpath^={it.packs}", "--cmd", f"set rtp^={it.packs}")
        wrapped += ("--cmd", provider.format(python=it.python))
        arguments = [*wrapped, *args, tmp_path / "sample.lua"]
        options = {"init": init, "lines": 50, "columns": 120, "args": arguments, **options}
        started.append(Child(it.nvim, env=variables, cwd=home, **options))
        return started[-1]

    yield open_file
    for child in started:
        child.close()


def explains(child):
    child.type("3G:LocalExplain<CR>")
    child.wait_screen(ANSWER)


def hosts(child):
    return [line for line in child.family().values() if "local_llm_host.py" in line]


def checked(child):
    child.type(":checkhealth local_llm<CR>")
    child.wait_until(lambda: child.lua("return vim.bo.filetype == 'checkhealth'"), what="report")
    child.wait_until(lambda: "local-llm: Neovim ~" in child.buffer(), what="its text")
    return "\n".join(child.buffer())


def assert_works(child, it):
    """An answer streams, from one host on the packager's interpreter, and :checkhealth says so."""
    explains(child)
    assert len(hosts(child)) == 1
    child.type("q")
    report = checked(child)
    assert f"OK {it.python} (named by the package)" in report
    assert "ERROR" not in report
    assert "WARNING" not in report
    assert "LocalInstall" not in report
    assert not [text for text in child.messages() if "Error" in text or "E605" in text]


def reads(child, manifest):
    """Make the editor read its manifest, as it does at the first unknown command."""
    child.command("silent! NoSuchCommandAnywhere")
    sourced = child.lua("return vim.fn.getscriptinfo({ name = 'rplugin.vim$' })")
    assert manifest in [script["name"] for script in sourced]


STATES = ("none", "empty", "full", "stale")


@pytest.mark.parametrize("provider", PROVIDERS, ids=["no host", "host"])
@pytest.mark.parametrize("state", STATES)
def test_whatever_the_manifest_says_commands_work(store, open_in, state, provider):
    it = store()
    manifest = it.manifest(state)
    child = open_in(it, manifest, provider=provider)
    if state != "none":
        reads(child, manifest)
    assert_works(child, it)


@pytest.mark.parametrize("state", STATES[1:])
def test_a_manifest_of_the_system_is_read_before_the_users_own(store, open_in, state):
    """What a patch in nixpkgs makes of $NVIM_SYSTEM_RPLUGIN_MANIFEST, here by a command."""
    it = store()
    system = it.manifest(state)
    env = {"NVIM_SYSTEM_RPLUGIN_MANIFEST": system}
    early = ("-c", "source $NVIM_SYSTEM_RPLUGIN_MANIFEST", "-c", "silent! NoSuchCommandAnywhere")
    child = open_in(it, str(it.folder / "no-manifest"), *early, provider=PROVIDERS[1], env=env)
    reads(child, system)
    assert_works(child, it)


@pytest.mark.parametrize("state", ["empty", "full"])
def test_in_an_opt_package(store, open_in, state):
    it = store("opt")
    child = open_in(it, it.manifest(state), "--cmd", f"packadd {NAME}")
    assert_works(child, it)


def test_an_opt_package_may_be_added_later(store, open_in):
    it = store("opt")
    child = open_in(it, it.manifest("empty"))
    assert child.lua("return vim.fn.exists(':LocalExplain')") == 0
    child.command(f"packadd {NAME}")
    assert_works(child, it)


def test_a_configuration_in_viminit(store, open_in, tmp_path):
    """`configure` in nixpkgs: the wrapper's own file takes the place of the user's."""
    it = store()
    init = tmp_path / "generated-init.lua"
    init.write_text("require('local_llm').setup({ explain = { window = 'split' } })\n")
    env = {"VIMINIT": f"luafile {init}"}
    child = open_in(it, it.manifest("full"), provider=PROVIDERS[1], init=None, env=env)
    assert_works(child, it)
    assert child.lua("return require('local_llm').given().explain.window") == "split"


def test_a_process_of_the_editor_may_not_write_there(store, open_in):
    """The ground of the tests above: also as root, the folder cannot be written."""
    it = store()
    if "setpriv" not in it.nvim.read_text() and os.geteuid() == 0:
        pytest.skip("root cannot lay down the right to write everywhere on this machine")
    child = open_in(it, it.manifest("none"))
    assert child.lua("return io.open(... .. '/new', 'w') == nil", str(it.plugin))


def test_nor_does_it_where_root_may(store, open_in):
    """Python would leave its byte code; afterwards the fixture compares the folder."""
    it = store(bound=False, compiled=False)
    explains(open_in(it, it.manifest("full"), provider=PROVIDERS[1]))


def test_nothing_is_to_be_installed(store, open_in):
    it = store()
    child = open_in(it, it.manifest("none"))
    child.type(":LocalInstall<CR>")
    child.wait_screen("a packager chose the Python; nothing is to be installed")
    child.type(":LocalInstall embedded<CR>")
    child.wait_screen("put llama.cpp's llama-server on $PATH instead")
    assert not hosts(child)


def test_a_read_only_folder_without_a_named_interpreter_says_what_to_set(store, open_in):
    it = store()
    it.unlock()
    (it.plugin / "python-interpreter").unlink()
    it.lock()
    child = open_in(it, it.manifest("none"))
    child.lua("vim.uv.fs_access = function() return false end")  # root may write anywhere
    child.type(":LocalInstall<CR>")
    child.wait_screen("the plugin's folder cannot be written; set the option `python`")


@pytest.mark.parametrize("state", ["empty", "full"])
def test_an_interpreter_that_is_gone_is_named_with_what_to_do(store, open_in, state):
    it = store()
    manifest = it.manifest(state)
    gone = it.lose_interpreter()
    child = open_in(it, manifest)
    child.type("3G:LocalExplain<CR>")
    told = child.wait_screen("install the plugin's package again").text()
    assert "(named by the package)" in told
    assert "LocalInstall" not in told
    child.type("<Esc>q")
    report = checked(child)
    assert f"ERROR {gone} (named by the package) cannot be run" in report
    assert "its file python-interpreter names this one" in report
    assert "LocalInstall" not in report


def test_an_interpreter_that_lacks_a_package_is_the_packagers(store, open_in):
    it = store()
    it.unlock()
    it.python.write_text(it.python.read_text().replace('"$@"', '-S "$@"'))
    it.lock()
    child = open_in(it, it.manifest("none"))
    child.type("3G:LocalExplain<CR>")
    told = child.wait_screen("lacks: pynvim").text()
    assert "LocalInstall" not in told
    assert "install the plugin's package again" in told
