"""The checks of the flake, run without Nix on a plugin folder as nix/plugin.nix fills it."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from plugin_copy import copy_plugin

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(
    ".".join(path.relative_to(ROOT / "lua").with_suffix("").parts).removesuffix(".init")
    for path in ROOT.glob("lua/**/*.lua")
)


@pytest.fixture
def packages(home, tmp_path):
    """A folder of packages that holds the plugin."""
    copy_plugin(tmp_path / "pack/start/start/local-llm.nvim")
    return tmp_path


@pytest.fixture
def wrapped(nvim, packages):
    """An editor as nixpkgs wraps it: the package in its arguments, and no Python provider."""
    program = packages / "nvim"
    program.write_text(
        f"#!/bin/sh\nexec '{nvim}' --cmd 'lua vim.g.loaded_python3_provider=0' "
        f"--cmd 'set packpath^={packages}' --cmd 'set rtp^={packages}' \"$@\"\n"
    )
    program.chmod(0o755)
    return program


def explain(editor):
    return subprocess.run(
        [sys.executable, ROOT / "nix/checks/explain.py", editor],
        env={**os.environ, "PYTHONPATH": f"{ROOT}/python:{ROOT}/tests"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_the_packaged_interpreter_explains(wrapped, packages):
    file = packages / "pack/start/start/local-llm.nvim/python-interpreter"
    file.write_text(f"{sys.executable}\n")
    done = explain(wrapped)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "explained" in done.stdout


def test_a_plugin_without_its_interpreter_is_found_out(wrapped):
    done = explain(wrapped)
    assert done.returncode == 1
    assert "python3 from PATH" in done.stdout


def test_an_interpreter_without_the_packages_is_found_out(wrapped, packages):
    bare = packages / "python"
    bare.write_text(f"#!/bin/sh\nexec '{sys.executable}' -S \"$@\"\n")
    bare.chmod(0o755)
    file = packages / "pack/start/start/local-llm.nvim/python-interpreter"
    file.write_text(f"{bare}\n")
    done = explain(wrapped)
    assert done.returncode == 1
    assert "lacks: pynvim" in done.stdout


def test_every_module_can_be_required_alone(nvim, packages):
    """As nixpkgs' check does it: an editor for each, without configuration."""

    def require(module):
        options = ("-es", "--headless", "-n", "-u", "NONE", "-i", "NONE", "--clean", "-V1")
        steps = (f"set packpath^={packages}", "packadd local-llm.nvim", f"lua require('{module}')")
        commands = [word for step in steps for word in ("--cmd", step)]
        done = subprocess.run(
            [nvim, *options, *commands],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return module, done.returncode, done.stderr

    (packages / "pack/start/start").rename(packages / "pack/start/opt")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        failed = [result for result in pool.map(require, MODULES) if result[1]]
    assert len(MODULES) > 50
    assert failed == []
