"""Someone at the editor: asks for an explanation, reads the screen, and looks whether all is well.

    person.uses(server)
    person.asks()
    person.reads("Hello, world.")
    person.is_well()

The editor is one for many tests, so that each of them also shows that the ones before left it in
order; a test that fails gets the next one a new editor.
"""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from child import PATIENCE_S, Child
from fakes import FakeServer
from nvim_grid import Frame
from waiting import wait_until

SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_EDGES = re.compile(r"[│╭╮╰╯─~\s]+")
_fresh = itertools.count(1)

_FORGET = """
vim.cmd("silent! tabonly! | 1wincmd w | silent! only!")
vim.cmd.enew({ bang = true })
local fresh = vim.api.nvim_get_current_buf()
vim.api.nvim_buf_set_lines(fresh, 0, -1, false, {})
for _, buf in ipairs(vim.api.nvim_list_bufs()) do
  if buf ~= fresh then vim.api.nvim_buf_delete(buf, { force = true }) end
end
vim.cmd.messages("clear")
_G.events = {}
"""
_WATCH = """
_G.events = {}
vim.api.nvim_create_autocmd("User", {
  pattern = "LocalLlmRequest*",
  callback = function(ev)
    table.insert(_G.events, { name = ev.match, data = ev.data })
  end,
})
"""


def seen(frame: Frame) -> str:
    """Return the text on the screen as one line: no borders, no wraps."""
    return _EDGES.sub(" ", frame.text())


class Person:
    """Drives one editor.

    Args:
        child: The editor.
        home: Its HOME, as `isolation.private_folders` made it.

    """

    def __init__(self, child: Child, home: Path) -> None:
        self.child = child
        self.home = home
        child.lua(_WATCH)

    # -- before ---------------------------------------------------------------------------------

    def starts_over(self) -> None:
        """Close everything and forget every message."""
        self.child.type("<C-\\><C-N>")
        self.waits_for_python()
        self.child.lua(_FORGET)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.write_text("")

    def uses(self, server: FakeServer | str, kind: str = "llamacpp", **backend: Any) -> None:
        """Set the backend, and with it every option, anew."""
        url = server if isinstance(server, str) else server.url
        self.sets_up(backend={"kind": kind, "url": url, **backend})

    def sets_up(self, **options: Any) -> None:
        """Call `setup` with these options and our interpreter."""
        setup = {"python": sys.executable, **options}
        self.child.lua("require('local_llm').setup(...)", setup)

    def has(self, *lines: str) -> None:
        """Fill the buffer of the first window; no two tests ask about the same text."""
        text = lines or (f"def number_{next(_fresh)}():", "    return 1")
        self.child.lua("vim.api.nvim_buf_set_lines(vim.fn.winbufnr(1), 0, -1, false, ...)", text)

    def waits_for_python(self) -> None:
        """Wait until Python has seen to all it was told so far, and we have heard what it said."""
        self.child.lua(_ROUND_TRIP)
        self.child.wait_until(lambda: self.child.lua("return _G.heard"), what="Python")

    # -- asking ---------------------------------------------------------------------------------

    def asks(self, keys: str = ":%LocalExplain<CR>", lines: Sequence[str] = ()) -> None:
        """Write some code and ask about all of it."""
        self.has(*lines)
        self.child.type(keys)

    # -- looking --------------------------------------------------------------------------------

    @property
    def log(self) -> Path:
        """The log file."""
        return self.home / "state" / "nvim" / "local-llm.log"

    def logged(self) -> str:
        """Return the log, "" before its first line."""
        return self.log.read_text() if self.log.exists() else ""

    def reads(self, text: str, seconds: float = PATIENCE_S) -> str:
        """Wait until `text` is on the screen, however it is wrapped; return all that is there."""
        return seen(self.child.wait_screen(lambda frame: text in seen(frame), seconds))

    def sees(self) -> str:
        """Return what is on the screen now, as one line."""
        return seen(self.child.frame)

    def sees_address(self, server: FakeServer) -> bool:
        """Tell whether the server's address is on the screen; it may be wrapped anywhere."""
        return server.url in self.sees().replace(" ", "")

    def waits_for_the_end(self, seconds: float = PATIENCE_S) -> None:
        """Wait until nothing is under way and the screen says so."""
        self.child.wait_until(lambda: self.status() == "", seconds, "the end of the request")
        self.child.wait_screen(lambda frame: not set(SPINNER) & set(frame.text()), seconds)

    def status(self) -> str:
        """Return what a statusline would show."""
        return str(self.child.lua("return require('local_llm').status()"))

    def events(self) -> list[dict[str, Any]]:
        """Return the User events so far: name and data."""
        return list(self.child.lua("return _G.events"))

    def told(self) -> list[str]:
        """Return what the plugin said: failures in the answer's window and in :messages."""
        shown = [line for line in self.answer() if line.startswith("✗")]
        return shown + [line for line in self.child.messages() if "local-llm:" in line]

    def answer(self) -> list[str]:
        """Return the lines of the answer's buffer, [] where there is none."""
        return list(self.child.lua(_ANSWER))

    # -- afterwards -----------------------------------------------------------------------------

    def is_told_once(self, message: str, hint: str) -> None:
        """Check that one message with its hint is on the screen, and that it is the only one."""
        self.reads(message)
        self.waits_for_the_end()
        assert message in self.sees()
        assert hint in self.sees(), self.sees()
        assert len(self.told()) == 1, self.told()

    def is_well(self) -> None:
        """Check that nothing runs, nothing blocks and no traceback is anywhere."""
        self.waits_for_the_end()
        assert self.child.mode()["blocking"] is False
        log = self.logged()
        said = "\n".join([*self.child.screen(), *self.child.messages(), log])
        assert not re.search(r"Traceback|Error executing|stack traceback|E\d+:", said), said
        assert "fault" not in log, log

    def gets_an_answer(self, server: FakeServer, kind: str = "llamacpp", **backend: Any) -> None:
        """Check that the next command works."""
        self.uses(server, kind, **backend)
        self.child.lua("vim.cmd('silent! 1wincmd w | silent! only! | enew!')")
        self.asks()
        self.reads("Hello, world.")
        self.is_well()


_ROUND_TRIP = """
local host = require("local_llm.host")
_G.heard = not host.running()
if not _G.heard then
  host.ask({ name = "stats" }, function() _G.heard = true end)
end
"""
_ANSWER = """
local open = package.loaded["local_llm.answer"]
local answer = open and open.current()
if not answer then return {} end
return vim.api.nvim_buf_get_lines(answer.text.buf, 0, -1, false)
"""


def wait_closed(server: FakeServer, seconds: float = PATIENCE_S) -> None:
    """Wait until no request is open at `server`."""

    def closed() -> bool:
        return all(r.finished or r.disconnected_s is not None for r in server.requests)

    wait_until(closed, seconds, lambda: f"open requests: {server.as_json()}")
