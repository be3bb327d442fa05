"""`make bench-wtf`: how long `:LocalWtf` gathers, and what a tool or a server that hangs costs.

    nothing      no language server, no tool that knows the rule
    dead server  a language server that takes every question and answers none
    slow tool    a program for the rule that sleeps 5 s
    both

gathered: from the command to the editor's part; asked: from the command to the request at the model
server. The rule of each question is another one, so that no cache answers.

    python tests/bench/wtf.py [--quick] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent.parent / "python")]

from measure import percentile  # noqa: E402 - the path is set above

from child import Child  # noqa: E402
from fakes import FakeLlamaCpp, Script  # noqa: E402
from isolation import private_folders  # noqa: E402
from neovims import neovims  # noqa: E402

BARS = {"gathered_p95_ms": 150.0, "asked_more_ms": 150.0}
CHAT = "/v1/chat/completions"
LINES = ["import os", "", "def double(number):", "    return numbr * 2"]
_WATCH = """
local host = require("local_llm.host")
local tell = host.tell
_G.gathered = {}
host.tell = function(message)
  if message.name == "wtf_found" then
    table.insert(_G.gathered, (vim.uv.hrtime() - _G.begun) / 1e6)
  end
  return tell(message)
end
"""
_DEAD = """
vim.lsp.start({ name = "dead", root_dir = "/", cmd = function()
  return {
    request = function(method, _, reply)
      local able = { hoverProvider = true, definitionProvider = true, documentSymbolProvider = true,
        typeDefinitionProvider = true, signatureHelpProvider = {} }
      if method == "initialize" then reply(nil, { capabilities = able }) end
      return true, 1
    end,
    notify = function() return true end,
    is_closing = function() return false end,
    terminate = function() end,
  }
end })
"""
_ASK = """
local number, source = ...
vim.diagnostic.set(vim.api.nvim_create_namespace("bench"), 0, {
  { lnum = 3, col = 11, message = "no such name", source = source, code = "E" .. number },
})
vim.api.nvim_win_set_cursor(0, { 4, 0 })
_G.begun = vim.uv.hrtime()
vim.cmd("LocalWtf")
"""


def main() -> int:
    """Measure every case on each Neovim, print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    file = asked.json or (None if asked.quick else HERE / "wtf.json")
    count = 10 if asked.quick else 50
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [row for nvim in neovims().items() for row in _rows(nvim, folder, count)]
    _show(rows)
    if file:
        told = {"cores": os.cpu_count(), "bars": BARS, "rows": rows}
        file.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    return 0


def _rows(nvim: tuple[str, str], folder: Path, count: int) -> list[dict[str, Any]]:
    cases = {"nothing": (), "dead server": ("dead",), "slow tool": ("slow",)}
    cases["both"] = ("dead", "slow")
    rows = [_row(nvim, folder, what, how, count) for what, how in cases.items()]
    for row in rows:
        row["asked_more_ms"] = row["asked_p50_ms"] - rows[0]["asked_p50_ms"]
    return rows


def _row(
    nvim: tuple[str, str], folder: Path, what: str, how: tuple[str, ...], count: int
) -> dict[str, Any]:
    name, program = nvim
    home = folder / f"{name} {what}".replace(" ", "-")
    env = private_folders(home, home / "run")
    with FakeLlamaCpp(Script(pieces=("Fine.",))) as server:
        setup = {
            "backend": {"kind": "llamacpp", "url": server.url},
            "wtf": {"rules": {"slow": {"command": ["sleep", "5"]}}},
        }
        child = Child(program, setup=setup, env=env)
        try:
            child.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, ...)", LINES)
            child.lua(_WATCH)
            if "dead" in how:
                child.lua(_DEAD)
            source = "slow" if "slow" in how else "nobody"
            waits = [_ask(child, server, number, source) for number in range(count + 3)][3:]
            gathered = child.lua("return _G.gathered")[3:]
        finally:
            child.close()
    return {
        "what": f"{what}, {name}",
        "questions": count,
        "gathered_p50_ms": percentile(gathered, 50),
        "gathered_p95_ms": percentile(gathered, 95),
        "asked_p50_ms": percentile(waits, 50),
        "asked_p95_ms": percentile(waits, 95),
    }


def _ask(child: Child, server: FakeLlamaCpp, number: int, source: str) -> float:
    """Ask, and return the ms until the model server was asked."""
    count = len(server.bodies(CHAT))
    begun = time.monotonic()
    child.lua(_ASK, number, source)
    request = server.wait_request(CHAT, count + 1, seconds=20)
    child.wait_until(lambda: child.lua("return require('local_llm').status()") == "")
    child.type("q")
    return (request.at_s - begun) * 1000


def _show(rows: list[dict[str, Any]]) -> None:
    names = [name for name in rows[0] if name != "what"]
    first = max(len(row["what"]) for row in rows) + 2
    print(f"{'wtf':{first}}" + "".join(f"{name:>18}" for name in names))
    for row in rows:
        cells = (f"{row[name]:.1f}" if name != "questions" else str(row[name]) for name in names)
        print(f"{row['what']:{first}}" + "".join(f"{cell:>18}" for cell in cells))
    print("bars: " + ", ".join(f"{name} <= {bar:g}" for name, bar in BARS.items()))


if __name__ == "__main__":
    sys.exit(main())
