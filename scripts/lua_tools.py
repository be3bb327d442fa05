"""Get and run the Lua tools: `lua_tools.py check`, `lua_tools.py format`.

No package registry has them as programs for every machine. stylua comes as WebAssembly from npm
and runs in node; luacheck is on PATH, or unpacked from Debian with the interpreter it runs on, as
Neovim is. What cannot be had is skipped with a line that says so; with CI=true that is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import elf
from made_once import made_once
from private_apt import NotHere, unpack

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "lua-tools"
STYLUA = "@johnnymorganz/stylua@2.5.2"
LUACHECK_SUITE = "trixie"
FOLDERS = ("lua", "plugin", "nix", "tests", "scripts")
# What the tools are shown there is broken on purpose.
BROKEN = Path("tests/wtf/corpus")


def say(text: str) -> None:
    print(f"lua tools: {text}", file=sys.stderr, flush=True)


def lua_files() -> list[Path]:
    """Return our Lua files, relative to the repository."""
    found = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.lua"))
    ours = (path.relative_to(ROOT) for path in found)
    return sorted(path for path in ours if not path.is_relative_to(BROKEN))


def stylua() -> list[str]:
    """Return the command that formats Lua, getting it first if need be. Raises: NotHere."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NotHere("stylua needs node and npm: install Node.js 18 or newer")
    home = CACHE / STYLUA.rpartition("@")[2]
    with made_once(home) as folder:
        if folder:
            say(f"getting {STYLUA} from npm")
            folder.mkdir(parents=True)
            (folder / "package.json").write_text("{}", encoding="utf-8")
            _npm(npm, folder)
    return [node, str(ROOT / "scripts/stylua.mjs"), str(home)]


def _npm(npm: str, folder: Path) -> None:
    flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"]
    # Two tries, a few words: a machine without a way to the registry is told so soon.
    flags += ["--fetch-retries=1", "--loglevel=error"]
    done = subprocess.run(
        [npm, "install", *flags, "--prefix", folder, STYLUA],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not (folder / "node_modules").is_dir():
        raise NotHere(f"npm could not install {STYLUA}: {' '.join(done.stderr.split())[:200]}")


def luacheck() -> list[str]:
    """Return the command that lints Lua, getting it first if need be. Raises: NotHere."""
    if program := shutil.which("luacheck"):
        return [program]
    home = CACHE / "luacheck"
    with made_once(home) as folder:
        if folder:
            say(f"unpacking Debian {LUACHECK_SUITE}'s lua-check into {home}")
            unpack(LUACHECK_SUITE, ["lua-check"], folder / "root")
            launch_luacheck(folder, home)
    return [str(home / "luacheck")]


def launch_luacheck(folder: Path, home: Path) -> None:
    """Write a program that runs the luacheck unpacked in `folder`, which will become `home`."""
    elf.bind(folder / "root/usr/bin/lua5.1", folder / "root", home / "root")
    usr = home / "root/usr"
    (modules,) = (folder / "root/usr/lib").glob("*/lua/5.1")
    compiled = usr / "lib" / modules.relative_to(folder / "root/usr/lib")
    share = usr / "share/lua/5.1"
    program = folder / "luacheck"
    program.write_text(
        "#!/bin/sh\n"
        f"export LUA_PATH='{share}/?.lua;{share}/?/init.lua' LUA_CPATH='{compiled}/?.so'\n"
        f"exec '{usr}/bin/lua5.1' '{usr}/bin/luacheck' \"$@\"\n",
        encoding="utf-8",
    )
    program.chmod(0o755)


def run(tool: str, command: list[str]) -> bool:
    """Run one tool over every Lua file; return whether it was content."""
    files = [str(path) for path in lua_files()]
    if not files:
        return True
    done = subprocess.run([*command, *files], cwd=ROOT, stdin=subprocess.DEVNULL, check=False)
    print(
        f"{tool}: {len(files)} files, {'clean' if done.returncode == 0 else 'see above'}",
        flush=True,
    )
    return done.returncode == 0


def main() -> int:
    tasks = {
        "check": (
            ("stylua", stylua, ["--check"]),
            ("luacheck", luacheck, ["-q", "--codes", "--no-color"]),
        ),
        "format": (("stylua", stylua, []),),
    }
    if sys.argv[1:] not in [[name] for name in tasks]:
        say(f"usage: lua_tools.py {'|'.join(tasks)}")
        return 2
    content = True
    for tool, command, flags in tasks[sys.argv[1]]:
        try:
            content &= run(tool, [*command(), *flags])
        except NotHere as reason:
            say(f"{tool} SKIPPED, nothing was checked by it: {reason}")
            content &= os.environ.get("CI") != "true"
    return 0 if content else 1


if __name__ == "__main__":
    sys.exit(main())
