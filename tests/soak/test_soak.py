"""A long session of somebody who explains, stops, closes and kills at random, with a server that
fails at random. At the end the editor works, no request is open, and nothing was left or has grown.

SOAK_SECONDS says how long, SOAK_SEED repeats a run (the seed is printed by a failure).
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from child import NvimError
from fakes import FakeLlamaCpp, FakeOllama, FakeServer, Script
from person import Person, wait_closed
from waiting import wait_until

pytestmark = pytest.mark.soak

SECONDS = float(os.environ.get("SOAK_SECONDS", "20"))
SEED = int(os.environ.get("SOAK_SEED", str(random.SystemRandom().randrange(1 << 32))))
# What a host may gain over a soak: caches that are bounded, allocator slack; not an answer each.
GROWTH_KIB = 24 << 10
MORE_FILES = 8
WARM_UP = 30  # actions after which caches and connections have their usual size

WORDS = Script(pieces=("word ", "**bold** ", "`code`\n") * 40, tokens_per_second=400)
FAULTS = (
    WORDS,
    replace(WORDS, tokens_per_second=None),
    replace(WORDS, die_after=7),
    replace(WORDS, die_after=3, die_by="reset"),
    replace(WORDS, stall_after=5),
    replace(WORDS, error_after=4),
    replace(WORDS, end_marker=False, tokens_per_second=None),
    replace(WORDS, error=(500, "out of memory")),
    replace(WORDS, raw=b""),
    replace(WORDS, overflow=True),
    replace(WORDS, long_line_after=2, long_line_bytes=2 << 20),
    replace(WORDS, reasoning=("thinking ",) * 20),
    replace(WORDS, drip=True, pieces=("é🎉",) * 20),
)


class Session:
    """The random user. Every action may find the editor in any state that earlier ones left."""

    def __init__(self, person: Person, servers: dict[str, FakeServer]) -> None:
        self.person = person
        self.servers = servers
        self.random = random.Random(SEED)
        self.kind = "llamacpp"
        self.done: list[str] = []
        person.uses(servers[self.kind], self.kind, idle_timeout_s=1)

    def act(self) -> None:
        """Do one thing at random, on a server that does one thing at random."""
        for server in self.servers.values():
            server.script = self.random.choice(FAULTS).after(server.script)
        actions = (self.explain,) * 6 + (self.stop, self.close, self.ask_on, self.again)
        action = self.random.choice((*actions, self.switch, self.edit, self.kill_host, self.wait))
        self.done.append(action.__name__)
        action()

    def explain(self) -> None:
        self.to_the_code()
        self.person.asks()

    def to_the_code(self) -> None:
        self.person.child.type("<C-\\><C-N>:1wincmd w<CR>")

    def stop(self) -> None:
        self.person.child.type(":LocalStop<CR>")

    def close(self) -> None:
        self.person.child.lua("vim.cmd('silent! 1wincmd w | silent! only!')")

    def ask_on(self) -> None:
        self.to_the_answer("gfWhy?<CR>")

    def again(self) -> None:
        self.to_the_answer("gr")

    def to_the_answer(self, keys: str) -> None:
        if self.person.child.lua(_TO_THE_ANSWER):
            self.person.child.type(keys)

    def switch(self) -> None:
        self.kind = self.random.choice(list(self.servers))
        self.person.uses(self.servers[self.kind], self.kind, idle_timeout_s=1)

    def edit(self) -> None:
        self.to_the_code()
        self.person.child.type("Gomore = 1<Esc>")

    def kill_host(self) -> None:
        if self.random.random() < 0.3 and (host := self.host()):
            os.kill(host, signal.SIGKILL)
            self.person.child.wait_until(lambda: self.host() != host, what="the end of the host")

    def wait(self) -> None:
        self.person.waits_for_the_end()

    def host(self) -> int | None:
        with contextlib.suppress(NvimError):
            return self.person.child.lua("return require('local_llm.host').pid()")
        return None

    def settle(self) -> None:
        """End what is under way and wait until every socket is closed or idle."""
        self.stop()
        self.person.child.type("<C-\\><C-N>")
        self.person.waits_for_the_end()
        for server in self.servers.values():
            wait_closed(server)

    def answer_in_order(self) -> None:
        """Check that the next command works."""
        for server in self.servers.values():
            server.script = Script().after(server.script)
        self.person.child.lua("vim.cmd('silent! 1wincmd w | silent! only! | enew!')")
        self.person.asks()
        self.person.reads("Hello, world.")
        self.person.waits_for_the_end()


_TO_THE_ANSWER = """
local open = package.loaded["local_llm.answer"]
local answer = open and open.current()
local win = answer and vim.fn.bufwinid(answer.text.buf) or -1
return win > 0 and vim.api.nvim_set_current_win(win) == nil
"""


def memory_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1])


def open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_a_long_session(editor, home, record_property):
    with FakeLlamaCpp(WORDS) as llamacpp, FakeOllama(WORDS) as ollama:
        servers = {"llamacpp": llamacpp, "ollama": ollama}
        person = Person(editor(setup={}, lines=30, columns=100), home)
        session = Session(person, servers)
        try:
            soak(session, record_property)
        except BaseException as fault:
            fault.add_note(f"SOAK_SEED={SEED}; the last actions: {session.done[-20:]}")
            raise
        began = time.monotonic()
        person.child.quit()
        wait_until(lambda: not person.child.family(), 20, "the end of what the editor started")
        record_property("quit_s", round(time.monotonic() - began, 3))


def soak(session, record_property):
    deadline = time.monotonic() + SECONDS
    usual: dict[int, tuple[int, int]] = {}  # by host, as some are killed
    since_start = 0
    while time.monotonic() < deadline:
        host = session.host()
        session.act()
        since_start = since_start + 1 if session.host() == host else 0
        if len(session.done) % 20 == 0:
            session.settle()
            session.answer_in_order()
            session.person.is_well()
            for server in session.servers.values():
                server.requests.clear()
            weigh(session.host(), usual, warm=since_start >= WARM_UP)
    session.settle()
    session.answer_in_order()
    session.person.is_well()
    family = session.person.child.family()
    assert len(family) == 2, f"the editor and one host, not: {family}"
    record_property("actions", len(session.done))
    record_property("editor_kib", memory_kib(session.person.child.pid))


def weigh(host, usual, *, warm):
    if not warm:
        return
    memory, files = memory_kib(host), open_files(host)
    first_memory, first_files = usual.setdefault(host, (memory, files))
    assert memory - first_memory < GROWTH_KIB, f"{first_memory} KiB became {memory}"
    assert files - first_files <= MORE_FILES, f"{first_files} open files became {files}"
