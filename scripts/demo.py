"""Show the main thing: Neovim opens a sample file and `:LocalExplain` streams into its window.

With a terminal Neovim is yours. Without one, or with HEADLESS=1, a real Neovim is driven, its last
screen printed, and the exit status is 0 only if an answer streamed in.

Your own configuration is neither read nor changed: everything lies below `.cache/demo` (or the
folder in the first argument). Only your models are looked at, and the servers that listen on this
machine. LOCAL_LLM_BACKEND__URL and its like count, as always.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from demo_backend import Choice, NoBackend, choose

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "scripts" / "demo_sample.lua"
INSIDE = "call search('Bucket:take') | normal! zz"  # the cursor, for `nvim -c`
LIMIT_S = 300.0  # for a real model on a slow machine
HEADLESS_TOKENS = 200  # an answer to look at, not to study
BEGAN = time.monotonic()

_WATCH = """
_G.demo = {}
vim.api.nvim_create_autocmd("User", {
  pattern = "LocalLlmRequest*",
  callback = function(event) _G.demo[event.match:match("Request(.*)")] = true end,
})
"""


def say(text: str) -> None:
    """Print one line with the seconds since the start."""
    print(f"demo {time.monotonic() - BEGAN:5.1f} s  {text}", flush=True)


def folders(home: Path) -> dict[str, str]:
    """Make Neovim's and our own folders below `home`; return the variables that name them."""
    kinds = {"CONFIG_HOME": "config", "DATA_HOME": "data", "STATE_HOME": "state"}
    kinds |= {"CACHE_HOME": "cache", "RUNTIME_DIR": "run"}
    named = {f"XDG_{kind}": home / folder for kind, folder in kinds.items()}
    for folder in named.values():
        folder.mkdir(parents=True, exist_ok=True)
    named["XDG_RUNTIME_DIR"].chmod(0o700)
    return {name: str(folder) for name, folder in named.items()}


def find_neovim() -> str:
    """Return a Neovim's program, which is fetched if need be. Raises: NoBackend."""
    script = Path(__file__).with_name("neovim.py")
    asked = subprocess.run(
        [sys.executable, script, "--any"], stdout=subprocess.PIPE, text=True, check=False
    )
    series, _, program = asked.stdout.strip().partition(" ")
    if not program:
        raise NoBackend("no Neovim 0.10 or newer can be had here", "install one, then try again")
    say(f"Neovim {series}: {_short(program)}")
    return program


def interactive(nvim: str, choice: Choice, private: Mapping[str, str]) -> None:
    """Become Neovim."""
    say("opening the sample; `g?` shows the keys, `q` closes the answer, `:qa` ends")
    asked = json.dumps({"plugin": True, "setup": {"python": sys.executable, **choice.setup}})
    start = ["-n", "-i", "NONE", "-u", str(ROOT / "tests" / "minimal_init.lua")]
    start += ["--cmd", f"lua _G.child = vim.json.decode([==[{asked}]==])"]
    start += [str(SAMPLE), "-c", INSIDE, "-c", "LocalExplain"]
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execve(nvim, [nvim, *start], {**os.environ, **private})  # noqa: S606 - no shell is meant


def headless(nvim: str, choice: Choice, private: Mapping[str, str]) -> int:
    """Drive a Neovim, print what it shows at the end; return the exit status."""
    sys.path.append(str(ROOT / "tests"))
    from child import Child  # noqa: PLC0415 - found after the path is set

    options = {**choice.setup, "explain": {"answer_tokens": HEADLESS_TOKENS}}
    arguments = [SAMPLE, "-c", INSIDE]
    child = Child(nvim, setup=options, args=arguments, env=private, cwd=ROOT, columns=100, lines=30)
    try:
        say("driving a Neovim: :LocalExplain on a function of the sample")
        text, events = _explain(child)
        print("\n".join(child.screen()))
        child.quit()
        # The embedded server follows by itself; what does not is ended by close().
        child.wait_until(lambda: not child.family(), what="the end of all processes")
    finally:
        child.close()
    return _verdict(text, events, choice)


def _explain(child: Any) -> tuple[str, set[str]]:
    """Run the command; return the answer's text and which of our events came."""
    child.lua(_WATCH)
    child.type(":LocalExplain<CR>")
    events: set[str] = set()
    deadline = time.monotonic() + LIMIT_S
    while not events & {"Finished", "Failed"} and time.monotonic() < deadline:
        time.sleep(0.05)
        events = set(child.lua("return vim.tbl_keys(_G.demo)"))
    child.wait_until(lambda: not child.lua("return require('local_llm').status()"), what="the end")
    child.command("redraw")
    return "\n".join(child.buffer()), events


def _verdict(text: str, events: set[str], choice: Choice) -> int:
    if {"FirstToken", "Finished"} <= events and text.strip():
        noise = " (noise, as said above)" if choice.noise else ""
        say(f"an answer of {len(text.split())} words streamed in{noise}")
        return 0
    if "Failed" in events:
        say("FAILED: the window above says why")
    elif "Finished" in events:
        say("FAILED: the answer is empty")
    else:
        say(f"FAILED: no answer within {LIMIT_S:g} s")
    return 1


def _short(path: str | Path) -> str:
    """Return the path as people write it: from here, or from their home."""
    for base, mark in ((ROOT, ""), (Path.home(), "~/")):
        if Path(path).is_relative_to(base):
            return f"{mark}{Path(path).relative_to(base)}"
    return str(path)


def main(arguments: list[str]) -> int:
    home = Path(arguments[0]).resolve() if arguments else ROOT / ".cache" / "demo"
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    try:
        nvim = find_neovim()
        private = folders(home)
        choice = choose(os.environ, private)
    except NoBackend as trouble:
        say(f"FAILED: {trouble}")
        return 1
    for line in choice.lines:
        say(line)
    if terminal and os.environ.get("HEADLESS", "") in {"", "0"}:
        interactive(nvim, choice, private)
    return headless(nvim, choice, private)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
