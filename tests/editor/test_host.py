"""The host process: started on first use, ended with the editor, started again after its end."""

import os
import signal
import sys

import pytest

HOST = '''\
#!{python}
"""Stands in for the interpreter: speaks to the editor, knows none of our code."""
import sys
import pynvim

session = pynvim.attach("stdio")

def notified(name, args):
    message = args[0]
    session.exec_lua("_G.got = _G.got or {{}}; table.insert(_G.got, ...)", message, async_=True)
    if message["name"] == "explain" and {noisy}:
        print("a line for the log", file=sys.stderr, flush=True)

session.run_loop(lambda *_: None, notified)
'''
GOT = "return vim.tbl_map(function(m) return m.name end, _G.got or {})"


def program(path, text):
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def fake(tmp_path):
    return program(tmp_path / "python", HOST.format(python=sys.executable, noisy=True))


def explain(child):
    child.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'x = 1' })")
    child.type(":LocalExplain<CR>")


def host_pid(child):
    return child.lua("return require('local_llm.host').pid()")


def received(child, names):
    child.wait_until(lambda: child.lua(GOT) == names, what=str(names))


def test_the_first_command_starts_it_and_tells_the_options_first(editor, fake):
    child = editor(setup={"python": fake})
    assert list(child.family()) == [child.pid]
    explain(child)
    received(child, ["configure", "explain"])
    configure = child.lua("return _G.got[1]")
    assert configure["setup"] == {"python": fake}
    assert configure["root_dir"] == child.lua("return require('local_llm.interpreter').root()")


def test_what_it_prints_goes_to_the_log_only(editor, fake):
    child = editor(setup={"python": fake})
    explain(child)
    received(child, ["configure", "explain"])
    read = "return io.open(require('local_llm.log').path()):read('*a')"
    child.wait_until(lambda: "host a line for the log\n" in child.lua(read), what="the log")
    assert child.messages() == []


def test_a_killed_host_is_one_message_and_the_next_command_works(editor, fake):
    child = editor(setup={"python": fake}, columns=120)
    child.lua(
        """vim.api.nvim_create_autocmd("User", { pattern = "LocalLlmRequestFailed",
          callback = function(it) _G.failed = it.data.code end })"""
    )
    explain(child)
    received(child, ["configure", "explain"])
    child.lua("require('local_llm.port').call('append', 1, { text = 'Half' })")
    first = host_pid(child)
    os.kill(first, signal.SIGKILL)
    child.wait_screen("the Python side ended unexpectedly (status 137)")
    child.wait_screen("hint: the next command starts it again; see :LocalLog")
    assert child.buffer()[0] == "Half"
    assert child.lua("return _G.failed") == "HostDied"
    assert child.messages() == []
    child.type("q")
    child.type(":LocalExplain<CR>")
    received(child, ["configure", "explain"] * 2)
    assert host_pid(child) != first


def test_an_idle_host_that_died_is_said_once(editor, fake):
    child = editor(setup={"python": fake}, columns=120)
    explain(child)
    received(child, ["configure", "explain"])
    child.type("q")
    received(child, ["configure", "explain", "stop", "forget"])
    os.kill(host_pid(child), signal.SIGKILL)
    running = "return require('local_llm.host').running()"
    child.wait_until(lambda: not child.lua(running), what="its end is seen")
    child.type(":LocalExplain<CR>")
    said = ["local-llm: the Python side had ended; it was started again"]
    child.wait_until(lambda: child.messages() == said, what=str(said))


LACKING = """\
#!/bin/sh
echo 'local-llm: missing: pynvim, httpx' >&2
exit 78
"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "cannot run"),
        (LACKING, "pynvim, httpx"),
        ("#!/bin/sh\nexit 3\n", "ended unexpectedly (status 3)"),
    ],
)
def test_a_host_that_cannot_start_is_one_message(editor, tmp_path, text, words):
    python = tmp_path / "python"
    if text:
        program(python, text)
    child = editor(setup={"python": str(python)}, columns=200)
    explain(child)
    child.wait_screen(words)
    if "3" not in words:
        child.wait_screen(":LocalInstall")
    child.wait_screen("failed")
    assert child.messages() == []


def test_the_projects_folder_is_not_searched_for_modules(editor, tmp_path):
    folder = tmp_path / "cloned"
    folder.mkdir()
    trap = f"open({str(tmp_path / 'trapped')!r}, 'w')\n"
    for name in ("pynvim", "httpx", "msgspec", "importlib"):
        (folder / f"{name}.py").write_text(trap)
    environment = {"PYTHONPATH": str(folder), "PYTHONHOME": "/nowhere"}
    child = editor(setup={}, cwd=folder, env=environment)
    explain(child)
    child.wait_until(lambda: host_pid(child), what="the host")
    # Whatever it answers, it has imported what it needs by then.
    child.wait_screen(lambda frame: "connecting" not in frame.text())
    assert not (tmp_path / "trapped").exists()


SLEEPER = "#!/bin/sh\ntrap '' TERM HUP INT\nwhile :; do sleep 0.1; done\n"


@pytest.mark.parametrize("stubborn", [False, True])
def test_nothing_is_left_when_the_editor_quits(editor, tmp_path, fake, stubborn):
    python = program(tmp_path / "stubborn", SLEEPER) if stubborn else fake
    child = editor(setup={"python": python})
    explain(child)
    pid = child.wait_until(lambda: host_pid(child), what="the host")
    child.type("<Esc>:qa!<CR>")
    child.wait_until(lambda: child.process.poll() is not None, what="the editor's end")
    assert child.process.returncode == 0
    child.wait_until(lambda: pid not in child.family(), seconds=5, what="the host's end")


def test_the_interpreter_is_the_first_that_is_named(editor, tmp_path, fake):
    child = editor()
    find = "return require('local_llm.interpreter').find()"
    child.lua("vim.g.python3_host_prog = ...", fake)
    found = child.lua(find)
    assert found["path"] == fake or found["why"] == "the plugin's .venv"
    child.lua("require('local_llm').setup({ python = ... })", "/some/python")
    assert child.lua(find) == {"path": "/some/python", "why": "option `python`"}
