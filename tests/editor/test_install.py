"""`:LocalInstall`, in a copy of the plugin, with programs that only say what real ones would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from plugin_copy import copy_plugin

ROOT = Path(__file__).resolve().parents[2]
# What a fake program does before its own lines.
PRELUDE = """#!{python}
import json, os, sys, time
args = sys.argv[1:]
with open({log!r}, "a") as log:
    log.write(json.dumps([{name!r}, *args]) + chr(10))
def say(text):
    print(text, flush=True)
def make(folder):
    os.makedirs(folder + "/bin")
    os.symlink({home!r} + "/venv-python", folder + "/bin/python")
"""
UV = """
if args[0] == "venv":
    make(args[-1])
else:
    say("Resolved 12 packages")
"""
UV_OFFLINE = """
if args[0] == "venv":
    make(args[-1])
else:
    say("error: Failed to fetch: https://index.example/simple/pynvim/")
    say("  Caused by: dns error: failed to lookup address information")
    sys.exit(2)
"""
PYTHON = """
if args[:2] == ["-c", "import ensurepip"] and not {ensurepip}: sys.exit(1)
if args[:2] == ["-c", "import pip"] and not {pip}: sys.exit(1)
if args[:2] == ["-m", "venv"]: make(args[-1])
if args[:2] == ["-m", "pip"]: say("Collecting pynvim")
"""
TARGET = """
if args[1:] in (["import pip"], ["import ensurepip"]): sys.exit(1)
if args[:2] == ["-m", "pip"]: say("Collecting pynvim")
"""


class Machine:
    """A PATH of fake programs, a copy of the plugin, and what was run."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.log = folder / "argv"
        self.plugin = copy_plugin(folder / "plugin")
        self.venv = self.plugin / ".venv"
        self.target = self.venv / "bin" / "python"
        self.program("../venv-python", TARGET)

    def program(self, name: str, body: str) -> None:
        head = PRELUDE.format(
            python=sys.executable,
            log=str(self.log),
            name=Path(name).name,
            home=str(self.bin.parent),
        )
        (self.bin / name).write_text(head + body)
        (self.bin / name).chmod(0o755)

    def python(self, *, ensurepip: bool, pip: bool) -> None:
        self.program("python3", PYTHON.format(ensurepip=ensurepip, pip=pip))

    def ran(self) -> list[list[str]]:
        """Return the steps, without the questions (`-c`) that were asked before."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [argv for argv in map(json.loads, lines) if argv[1] != "-c"]

    def options(self, path: str | None = None) -> dict[str, object]:
        return {
            "plugin": False,
            "args": ["--cmd", f"set rtp^={self.plugin}"],
            "env": {"PATH": path or str(self.bin)},
            "columns": 120,
        }


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


@pytest.fixture
def install(editor, machine):
    """Start an editor, run the command and wait for its last word; return the editor."""

    def run(command="LocalInstall", child=None, until="installed"):
        child = child or editor(**machine.options())
        child.type(f":messages clear|{command}<CR>")
        child.wait_until(lambda: until in told(child), what=until)
        return child

    return run


def told(child) -> str:
    return "\n".join(child.messages())


def report(child) -> str:
    lines = child.lua(
        "local found = {} for _, buf in ipairs(vim.api.nvim_list_bufs()) do "
        "if vim.bo[buf].buftype == 'nofile' then "
        "vim.list_extend(found, vim.api.nvim_buf_get_lines(buf, 0, -1, true)) end end return found"
    )
    return "\n".join(lines)


def test_uv_makes_the_environment(install, machine):
    machine.program("uv", UV)
    child = install(until="installed and ready")
    assert machine.ran() == [
        ["uv", "venv", "--python", ">=3.11", str(machine.venv)],
        ["uv", "pip", "install", "--python", str(machine.target), "-e", str(machine.plugin)],
    ]
    found = child.lua("return require('local_llm.interpreter').find()")
    assert found == {"path": str(machine.target), "why": "the plugin's .venv"}
    assert "[1/2] making .venv with uv" in report(child)
    assert "  Resolved 12 packages" in report(child)


def test_progress_is_on_the_screen_while_it_runs_and_the_editor_stays_free(editor, machine):
    gate = machine.bin / "gate"
    waiting = f"\nif args[0] == 'pip':\n    while not os.path.exists({str(gate)!r}):\n"
    machine.program("uv", f"{UV}{waiting}        time.sleep(0.01)\n")
    child = editor(**machine.options())
    child.type(":LocalInstall<CR>")
    child.wait_screen("[2/2] installing packages with uv")
    child.wait_screen("Resolved 12 packages")
    child.type("itext<Esc>")
    child.wait_screen("text")
    child.type(":LocalInstall<CR>")
    child.wait_screen("under way already")
    gate.touch()
    child.wait_screen("installed and ready")


def test_a_line_that_comes_in_pieces_is_one_line(install, machine):
    pieces = "\nsys.stdout.write('Resol'); sys.stdout.flush(); time.sleep(0.05); say('ved all')\n"
    machine.program("uv", UV + pieces)
    assert "  Resolved all" in report(install())


def test_offline_is_said_and_nothing_half_made_stays(install, machine):
    machine.program("uv", UV_OFFLINE)
    child = install(until="not installed")
    assert "not installed: offline? the package index is out of reach" in told(child)
    assert "run :LocalInstall again" in report(child)
    assert "Caused by: dns error" in report(child)
    assert not machine.venv.exists()
    machine.program("uv", UV)
    install(child=child, until="installed and ready")


def test_pip_is_tried_where_uv_fails(install, machine):
    machine.program("uv", UV_OFFLINE)
    machine.python(ensurepip=True, pip=True)
    child = install(until="installed and ready")
    assert "uv failed; trying with pip" in report(child)
    options = ["--disable-pip-version-check", "--prefer-binary", "-e", str(machine.plugin)]
    assert machine.ran()[2:] == [
        ["python3", "-m", "venv", str(machine.venv)],
        ["venv-python", "-m", "pip", "install", *options],
    ]


def test_without_ensurepip_the_pip_outside_installs(install, machine):
    machine.python(ensurepip=False, pip=True)
    install(until="installed and ready")
    options = ["--disable-pip-version-check", "--prefer-binary", "-e", str(machine.plugin)]
    assert machine.ran() == [
        ["python3", "-m", "venv", "--without-pip", str(machine.venv)],
        ["python3", "-m", "pip", "--python", str(machine.target), "install", *options],
    ]


def test_with_neither_it_says_what_to_install(install, machine):
    machine.python(ensurepip=False, pip=False)
    child = install(until="install uv or python3-venv")
    assert "no ensurepip and no pip" in told(child)
    assert machine.ran() == []


def test_without_any_python_it_says_so(install, machine):
    install(until="no uv and no Python 3.11 or newer here; install one of them")
    assert machine.ran() == []


def test_an_environment_that_runs_is_updated_in_place(install, machine):
    machine.program("uv", UV)
    child = install(until="installed and ready")
    mark = machine.venv / "mark"
    mark.touch()
    machine.program("uv", UV_OFFLINE)
    machine.python(ensurepip=True, pip=False)  # could only begin anew
    install(child=child, until="not installed")
    assert [argv[1] for argv in machine.ran()] == ["venv", "pip", "pip"]
    assert mark.exists(), "an update that failed took a working environment away"


def test_an_environment_whose_python_is_gone_is_made_again(install, machine):
    machine.program("uv", UV)
    machine.target.parent.mkdir(parents=True)
    machine.target.symlink_to(machine.bin / "no-such-python")
    install(until="installed and ready")
    assert [argv[1] for argv in machine.ran()] == ["venv", "pip"]


def test_extras_are_kept_by_the_next_run(install, machine):
    machine.program("uv", UV)
    child = install("LocalInstall embedded", until="installed and ready")
    install("LocalInstall", child=child, until="installed and ready")
    wanted = f"{machine.plugin}[embedded]"
    assert [argv[-1] for argv in machine.ran() if argv[1] == "pip"] == [wanted, wanted]


def test_an_unknown_extra_is_refused(install, machine):
    machine.program("uv", UV)
    child = install("LocalInstall embeded", until="no extra")
    assert 'there is no extra "embeded"; known: embedded' in told(child)
    assert machine.ran() == []


def test_extras_are_completed(editor, machine):
    child = editor(**machine.options())
    complete = "return vim.fn.getcompletion(..., 'cmdline')"
    assert child.lua(complete, "LocalInstall ") == ["embedded"]
    assert child.lua(complete, "LocalInstall x") == []


def test_a_packaged_plugin_needs_no_installation(install, machine):
    (machine.plugin / "python-interpreter").write_text("/nix/store/x/bin/python3\n")
    assert "a packager chose the Python" in told(install(until="nothing is to be installed"))


def test_a_folder_that_cannot_be_written(editor, install, machine):
    machine.program("uv", UV)
    child = editor(**machine.options())
    child.lua("vim.uv.fs_access = function() return false end")  # root may write anywhere
    install(child=child, until="cannot be written; set the option `python`")
    assert machine.ran() == []


def test_an_interpreter_that_comes_first_is_named(editor, install, machine):
    machine.program("uv", UV)
    child = editor(**machine.options())
    child.lua("require('local_llm').setup({ python = ... })", sys.executable)
    install(child=child, until="installed, but option `python` comes first")


def test_an_update_with_other_dependencies_is_noticed_once(editor, install, machine):
    machine.program("uv", UV)
    child = install(until="installed and ready")
    project = machine.plugin / "pyproject.toml"
    text = project.read_text()
    outdated = "return require('local_llm.install_stamp').outdated()"
    project.write_text(text.replace('version = "0.1.0"', 'version = "9.9.9"'))
    assert child.lua(outdated) is False, "a new version alone needs no installation"
    project.write_text(text.replace('"msgspec>=0.19"', '"msgspec>=99"'))
    assert child.lua(outdated) is True
    for _ in range(2):
        child.type(":messages|LocalBackend x<CR>")
        child.type("<CR>")
    notice = "updated since its packages were installed; run :LocalInstall"
    child.wait_until(lambda: notice in told(child), what=notice)
    assert told(child).count(notice) == 1


def test_without_a_screen_it_waits_for_its_end(nvim, home, machine):
    machine.program("uv", UV)
    init = machine.bin / "init.lua"
    init.write_text(f"vim.opt.rtp:prepend({str(machine.plugin)!r})")
    done = subprocess.run(
        [nvim, "--headless", "-n", "-i", "NONE", "-u", init, "+LocalInstall", "+qa"],
        env={**os.environ, "PATH": str(machine.bin)},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert "Resolved 12 packages" in done.stdout
    assert "installed and ready" in done.stdout + done.stderr
    assert machine.target.exists()


def test_quitting_ends_what_runs(editor, machine):
    machine.program("uv", f"{UV}\ntime.sleep(600)\n")
    child = editor(**machine.options())
    child.type(":LocalInstall<CR>")
    child.wait_screen("making .venv")
    child.wait_until(lambda: len(child.family()) > 1, what="uv")
    child.quit()
    child.wait_until(lambda: not child.family(), what="the end of uv")


def test_real_venv_and_pip_say_that_they_are_offline(editor, install, machine):
    real = machine.bin / "python3"
    real.symlink_to(Path(sys.executable).resolve())
    options = machine.options()
    # Nothing listens there, so what pip says is what it says without a network.
    options["env"] |= {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1"}
    options["env"] |= {"PIP_CONFIG_FILE": os.devnull}
    child = editor(**options)
    install(child=child, until="offline?")
    assert "[2/2] installing packages with pip" in report(child)
    assert not machine.venv.exists()
