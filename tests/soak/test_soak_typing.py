"""A long session of somebody who types, takes suggestions and moves about at random, with a server
that fails at random. At the end completion works, no request is open, and nothing has grown.

SOAK_SECONDS says how long, SOAK_SEED repeats a run (the seed is printed by a failure).
"""

from __future__ import annotations

import random
import time
from dataclasses import replace
from pathlib import Path

import pytest

from fakes import FakeLlamaCpp, FakeOllama, Script
from person import Person, wait_closed
from soak.test_soak import MORE_FILES, SECONDS, SEED, memory_kib, open_files

pytestmark = pytest.mark.soak

GROWTH_KIB = 5 << 10  # what the host may gain
WARM_UP = 600  # actions after which caches have their usual size
BETWEEN = 150  # actions from one look at everything to the next

MODEL = "qwen2.5-coder"
ANSWER = Script(
    pieces=(" value", " =", " compute(", "first,", " second", ")\n", "    return", " value", "\n"),
    models=(MODEL,),
    tokens_per_second=300,
)
FAULTS = (
    *(ANSWER,) * 6,
    replace(ANSWER, tokens_per_second=None),
    replace(ANSWER, pieces=("x",) * 400, tokens_per_second=None),
    replace(ANSWER, die_after=2),
    replace(ANSWER, die_after=1, die_by="reset"),
    replace(ANSWER, stall_after=0),
    replace(ANSWER, stall_after=3),
    replace(ANSWER, error_after=2),
    replace(ANSWER, end_marker=False),
    replace(ANSWER, error=(500, "out of memory")),
    replace(ANSWER, raw=b""),
    replace(ANSWER, raw=b'data: {"content":"\xff\xfe"}\n\n'),
    replace(ANSWER, overflow=True),
    replace(ANSWER, long_line_after=2, long_line_bytes=2 << 20),
    replace(ANSWER, drip=True, pieces=(" é🎉", "\n")),
)
WORDS = ("value", "self.", "def f(", "return ", "if x", "for i in", "größe", "# note", "x = ")


class Typist:
    """The random user of one editor; insert mode or not, every action may come at any time."""

    def __init__(self, person: Person, servers: dict[str, FakeLlamaCpp | FakeOllama]) -> None:
        self.person = person
        self.servers = servers
        self.random = random.Random(SEED)
        self.kind = "llamacpp"
        self.done: list[str] = []

    def act(self) -> None:
        """Do one thing at random, on a server that does one thing at random."""
        for server in self.servers.values():
            server.script = self.random.choice(FAULTS).after(server.script)
        often = (self.letters,) * 10 + (self.word,) * 4 + (self.take,) * 4 + (self.erase,) * 2
        seldom = (self.line, self.move, self.other_buffer, self.undo, self.repeat, self.by_hand)
        action = self.random.choice((*often, *seldom, self.switch, self.yank, self.wait))
        self.done.append(action.__name__)
        action()
        self.person.child.lua("return 1")  # what was typed has been taken in

    def keys(self, keys: str) -> None:
        self.person.child.type(keys)

    def letters(self) -> None:
        self.keys("".join(self.random.choices("abcxyz ()", k=self.random.randint(1, 4))))

    def word(self) -> None:
        self.keys(self.random.choice(WORDS).replace("<", "<LT>"))

    def take(self) -> None:
        keys = ["<Tab>", "<S-Tab>"]
        # A key with Alt that nobody has mapped would leave insert mode.
        if self.person.child.lua("return require('local_llm.suggestion').visible()"):
            keys += ["<M-Right>", "<M-]>", "<M-[>", "<C-]>"]
        self.keys(self.random.choice(keys))

    def erase(self) -> None:
        self.keys(self.random.choice(("<BS>", "<BS><BS><BS>", "<C-w>", "<C-u>")))

    def line(self) -> None:
        self.keys("<CR>")

    def move(self) -> None:
        self.keys("<C-\\><C-N>" + self.random.choice(("Go", "ggO", "A", "kA", "jcc", "i", "3jo")))

    def other_buffer(self) -> None:
        self.keys(f"<C-\\><C-N>:buffer {self.random.randint(1, 2)}<CR>i")

    def undo(self) -> None:
        self.keys("<C-\\><C-N>ua")

    def repeat(self) -> None:
        self.keys("<C-\\><C-N>.A")

    def by_hand(self) -> None:
        self.keys("<M-\\>")

    def yank(self) -> None:
        self.keys("<C-\\><C-N>5yyA")

    def switch(self) -> None:
        self.kind = self.random.choice(list(self.servers))
        self.set_up()

    def wait(self) -> None:
        """Look at what is suggested, if something comes at all."""
        self.person.child.lua(_LOOK)

    def set_up(self) -> None:
        self.person.uses(self.servers[self.kind], self.kind, idle_timeout_s=1)

    def settle(self) -> None:
        """Leave insert mode and wait until every socket is closed or idle."""
        self.keys("<C-\\><C-N>:%d _<CR>")
        for server in self.servers.values():
            server.script = replace(ANSWER, tokens_per_second=None).after(server.script)
            wait_closed(server)
            server.requests.clear()

    def is_completed(self) -> None:
        """Check that a suggestion comes and can be taken."""
        self.set_up()
        self.keys("<C-\\><C-N>ggi<M-\\>")
        self.person.child.wait_screen("compute(first, second)")
        self.keys("<Tab>")
        self.person.child.wait_until(lambda: "compute(" in self.person.child.buffer()[0])
        self.keys("<C-\\><C-N>")


# In the editor, so that its loop goes on meanwhile; most servers answer within that time.
_LOOK = """
return vim.wait(300, function()
  return require("local_llm.suggestion").visible()
end, 10)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_a_long_session_of_typing(editor, home, record_property):
    files = [home / "a.py", home / "b.py"]
    for file in files:
        file.parent.mkdir(exist_ok=True)
        file.write_text("import os\n\n\ndef main():\n    pass\n")
    with FakeLlamaCpp(ANSWER) as llamacpp, FakeOllama(ANSWER) as ollama:
        servers = {"llamacpp": llamacpp, "ollama": ollama}
        child = editor(setup={}, args=files, lines=30, columns=100, cwd=home)
        typist = Typist(Person(child, home), servers)
        try:
            type_on(typist, record_property)
        except BaseException as fault:
            fault.add_note(f"SOAK_SEED={SEED}; the last actions: {typist.done[-20:]}")
            raise


def type_on(typist: Typist, record_property) -> None:
    deadline = time.monotonic() + SECONDS
    host, child = 0, typist.person.child
    first: tuple[int, int] | None = None
    typist.set_up()
    typist.is_completed()
    while time.monotonic() < deadline:
        typist.keys("<C-\\><C-N>Go")
        for _ in range(BETWEEN):
            typist.act()
        typist.settle()
        typist.is_completed()
        typist.person.is_well()
        host = child.lua("return require('local_llm.host').pid()")
        if len(typist.done) >= WARM_UP:
            now = memory_kib(host), open_files(host)
            first = first or now
            assert now[0] - first[0] < GROWTH_KIB, f"{first[0]} KiB became {now[0]}"
            assert now[1] - first[1] <= MORE_FILES, f"{first[1]} open files became {now[1]}"
    for server in typist.servers.values():
        assert server.most_open == 1, "more than one request at a time"
    record_property("actions", len(typist.done))
    record_property("grown_kib", memory_kib(host) - first[0] if first else 0)
