"""The tools of this machine, asked for real; one that is not there is skipped."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import sys
from pathlib import Path

import pytest

from local_llm.features.wtf.rulebook import RuleAsk, Rulebook
from local_llm.ops.tools import LocalTools

REAL = [
    ("ruff", "Ruff", "F401", "python", "## Why is this bad?"),
    ("mypy", "mypy", "arg-type", "python", "Check argument types in calls."),
    ("rustc", "rustc", "E0382", "rust", "moved"),
    ("rustc", "rustc", "unused_variables", "rust", "(by default: warn)"),
    ("cargo-clippy", "clippy", "needless_return", "rust", "### Why is this bad?"),
    ("gcc", "gcc", "-Wunused-variable", "c", "Warn when a variable is unused."),
    ("go", "printf", "default", "go", "format strings"),
    ("go", "compiler", "UndeclaredName", "go", "not declared"),
    ("staticcheck", "staticcheck", "SA4006", "go", "never"),
    ("pylint", "pylint", "W0611", "python", "unused-import"),
    ("yamllint", "yamllint", "line-length", "yaml", "limit to lines"),
    ("flake8", "flake8", "E711", "python", "singletons"),
    ("lua-language-server", "Lua Diagnostics.", "unused-local", "lua", "unused local"),
]


def real_env():
    """Return the machine's own programs; rustup looks for its toolchains in the real home."""
    home = pwd.getpwuid(os.getuid()).pw_dir
    path = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"
    return {"PATH": path, "HOME": home, "LANG": "C.UTF-8"}


@pytest.mark.parametrize("row", REAL, ids=[f"{row[1]}-{row[2]}" for row in REAL])
async def test_a_real_tool_says_it(tmp_path, row):
    program, source, code, filetype, said = row
    env = real_env()
    path = shutil.which(program, path=env["PATH"])
    if path is None:
        pytest.skip(f"{program} is not on this machine")
    tools = LocalTools(env)
    if await tools.run((path, "--help"), cwd="/", timeout_s=20.0) is None:
        pytest.skip(f"{program} does not start here")
    ask = RuleAsk(source=source, code=code, filetype=filetype)
    async with asyncio.timeout(60):
        book = Rulebook(tools, tmp_path)
        while not (found := await book.find(ask)).text:
            pass  # too slow for its second on a busy machine
    assert said in found.text
    assert found.origin
