"""A real Neovim with a screen, driven and watched as a person would.

    child = Child(nvim, setup={"backend": {"kind": "ollama", "url": server.url}}, args=["a.py"])
    child.type(":LocalExplain<CR>")
    child.wait_screen("42 tokens", seconds=5)
    child.close()

Folders (HOME, XDG_*) are those of the test's environment. Every process below the editor carries
a mark in its environment, so that what is left behind can be found and ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from nvim_grid import Frame, Grid
from nvim_rpc import Channel, NvimBusy, NvimError, NvimGone
from waiting import wait_until

__all__ = ["Child", "NvimBusy", "NvimError", "NvimGone"]

T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent
MARK = "CHILD_MARK"
# A broken editor ends a test after this long; a working one needs milliseconds.
PATIENCE_S = 20.0


class Child:
    """One Neovim process with a UI attached.

    Args:
        nvim: The program.
        setup: Options for `require("local_llm").setup`; `python` is our interpreter unless
            given. None: setup is not called, as for a user who only installed the plugin.
        plugin: Whether our plugin is on the runtime path at all.
        args: More arguments: files, `-c` commands.
        env: Changes to the environment; None removes a variable.
        init: The start-up file; the default is the one that knows `setup` and `plugin`. None: as
            the environment says ($VIMINIT).
        ready: Wait until the editor has started. Not for one that is to stop on a prompt.
        hlstate: Ask for the names of highlight groups; a benchmark does without.
    """

    def __init__(
        self,
        nvim: str | Path,
        *,
        setup: Mapping[str, Any] | None = None,
        plugin: bool = True,
        args: Sequence[str | Path] = (),
        env: Mapping[str, str | None] | None = None,
        cwd: str | Path | None = None,
        init: str | Path | None = ROOT / "tests" / "minimal_init.lua",
        lines: int = 24,
        columns: int = 80,
        ready: bool = True,
        hlstate: bool = True,
    ) -> None:
        self.mark = uuid.uuid4().hex
        self.grid = Grid()
        options = None if setup is None else {"python": sys.executable, **setup}
        asked = json.dumps({"plugin": plugin, "setup": options}, ensure_ascii=True)
        self.process = subprocess.Popen(
            [
                *(nvim, "--embed", "-n", "-i", "NONE"),
                *(() if init is None else ("-u", init)),
                # luanil: a null of JSON is an absent key in Lua
                *("--cmd", f"lua _G.child = vim.json.decode([==[{asked}]==], {_LUANIL})"),
                *args,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment(env or {}),
            cwd=cwd,
            start_new_session=True,
        )
        self.pid = self.process.pid
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.channel = Channel(
            self.process.stdout, self.process.stdin, self._notified, self.grid.end
        )
        try:
            ui = {"rgb": True, "ext_linegrid": True, "ext_hlstate": hlstate}
            self.api("ui_attach", columns, lines, ui)
            if ready:
                self.wait_until(lambda: self.api("get_vvar", "vim_did_enter"), what="start-up")
        except BaseException:
            self.close()
            raise

    # -- acting ---------------------------------------------------------------------------------

    def type(self, keys: str) -> None:
        """Type keys, in the notation of :help key-notation; a literal `<` is `<LT>`."""
        data = keys.encode()
        while data:
            data = data[self.api("input", data) :]

    def lua(self, code: str, *args: Any, seconds: float = PATIENCE_S) -> Any:
        """Run Lua in the editor, with `...` = args, and return its result."""
        return self.api("exec_lua", code, args, seconds=seconds)

    def command(self, line: str) -> str:
        """Run an Ex command and return what it printed (which :messages then does not keep)."""
        return self.api("exec2", line, {"output": True}).get("output", "")

    def api(self, name: str, *args: Any, seconds: float = PATIENCE_S) -> Any:
        """Call `nvim_<name>`. Raises: NvimError, NvimGone; NvimBusy with the screen."""
        try:
            return self.channel.request(f"nvim_{name}", *args, seconds=seconds)
        except NvimBusy as busy:
            raise NvimBusy(f"{busy}\n{self._framed()}") from None

    # -- looking --------------------------------------------------------------------------------

    @property
    def frame(self) -> Frame:
        """The screen as of the last flush."""
        return self.grid.frame

    def screen(self) -> list[str]:
        """Return the lines on the screen, without trailing spaces."""
        return self.frame.lines()

    def buffer(self, number: int = 0) -> list[str]:
        """Return the lines of a buffer; 0 is the current one."""
        return self.api("buf_get_lines", number, 0, -1, False)

    def messages(self) -> list[str]:
        """Return the lines of :messages."""
        return self.command("messages").splitlines()

    def mode(self) -> dict[str, Any]:
        """Return `mode` and `blocking`, also while the editor waits for a key."""
        return self.api("get_mode")

    def highlights(self, text: str) -> tuple[str, ...]:
        """Return the highlight groups of the first cell of `text` on the screen, lowest first."""
        frame = self.frame
        row, column = frame.find(text)
        return self.grid.names(frame.rows[row][column])

    def attributes(self, text: str) -> dict[str, Any]:
        """Return what the first cell of `text` looks like."""
        frame = self.frame
        row, column = frame.find(text)
        return self.grid.attributes(frame.rows[row][column])

    def picture(self) -> list[str]:
        """Return the screen's text, then its highlights as letters with a legend."""
        frame = self.frame
        letters: dict[tuple[str, ...], str] = {(): "."}
        drawn = []
        for row in frame.rows:
            names = [self.grid.names(cell) for cell in row]
            for name in names:
                letters.setdefault(name, chr(ord("a") + len(letters) - 1))
            drawn.append("".join(letters[name] for name in names))
        legend = [f"{letter} {' + '.join(name)}" for name, letter in letters.items() if name]
        return [*frame.lines(), "", *drawn, "", *legend]

    # -- waiting --------------------------------------------------------------------------------

    def wait_screen(self, wanted: str | Callable[[Frame], T], seconds: float = PATIENCE_S) -> Frame:
        """Return the first frame, from now on, with the text in it (or of which `wanted` is true).

        Raises: AssertionError with the last screen.
        """
        holds = (lambda frame: wanted in frame.text()) if isinstance(wanted, str) else wanted
        deadline = time.monotonic() + seconds
        with self.grid.changed:
            while not holds(frame := self.grid.frame):
                left = deadline - time.monotonic()
                ended = self.process.poll() is not None
                if left <= 0 or ended:
                    why = "the editor ended" if ended else f"not on screen within {seconds} s"
                    raise AssertionError(f"{wanted!r}: {why}\n{self._framed()}")
                self.grid.changed.wait(left)
        return frame

    def wait_until(
        self, condition: Callable[[], T], seconds: float = PATIENCE_S, what: str = "condition"
    ) -> T:
        """Return the first true value of `condition`; a failure shows the screen."""
        return wait_until(condition, seconds, lambda: f"{what}\n{self._framed()}")

    # -- ending ---------------------------------------------------------------------------------

    def quit(self, seconds: float = PATIENCE_S) -> float:
        """Type `:qa!`, as a person would; return the seconds until the process has ended."""
        started = time.monotonic()
        with contextlib.suppress(NvimGone):  # it may end before it has answered
            self.type("<C-\\><C-N>:qa!<CR>")
        self.process.wait(seconds)
        return time.monotonic() - started

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send the editor a signal and wait for its end."""
        self.process.send_signal(number)
        self.process.wait(PATIENCE_S)

    def family(self) -> dict[int, str]:
        """Return the living processes that the editor started, and itself: pid to command line."""
        return _marked(self.mark)

    def close(self) -> None:
        """Quit, by force if need be, and end every process it left behind."""
        if self.process.poll() is None:
            with contextlib.suppress(NvimGone):
                # Also leaves a prompt or insert mode first; a request would wait there.
                self.channel.notify("nvim_input", "<C-\\><C-N>")
                self.channel.notify("nvim_command", "qall!")
            try:
                self.process.wait(3)
            except subprocess.TimeoutExpired:
                self.kill()
        for pid in self.family():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.wait_until(lambda: not self.family(), what="the end of what the editor started")
        self.channel.close()

    # -- inside ---------------------------------------------------------------------------------

    def _notified(self, method: str, args: list[Any]) -> None:
        if method == "redraw":
            self.grid.redraw(args)

    def _environment(self, changes: Mapping[str, str | None]) -> dict[str, str]:
        # Of the terminal and the editor that may run the tests, nothing is to reach this one.
        outer = ("NVIM", "VIM", "VIMRUNTIME", "MYVIMRC", "TMUX", "COLORTERM", "PYTHONPATH")
        kept = {name: value for name, value in os.environ.items() if name not in outer}
        fixed = {"LC_ALL": "C.UTF-8", "TERM": "xterm-256color", "SHELL": "/bin/sh"}
        full = {**kept, **fixed, MARK: self.mark, **changes}
        return {name: value for name, value in full.items() if value is not None}

    def _framed(self) -> str:
        edge = "-" * 20
        return "\n".join([f"{edge} screen {edge}", *self.screen(), edge * 2])


_LUANIL = "{ luanil = { object = true, array = true } }"


def _marked(mark: str) -> dict[int, str]:
    """Find processes by a mark in their environment (Linux: /proc; elsewhere: ps)."""
    wanted = f"{MARK}={mark}"
    if not Path("/proc/self/environ").exists():
        listed = subprocess.run(
            ["ps", "axeww", "-o", "pid=,command="], capture_output=True, text=True, check=True
        )
        rows = (line.strip().partition(" ") for line in listed.stdout.splitlines())
        return {int(pid): line for pid, _, line in rows if wanted in line.split()}
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if wanted.encode() in (folder / "environ").read_bytes().split(b"\0"):
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                found[int(folder.name)] = line.decode(errors="replace").strip()
    return found
