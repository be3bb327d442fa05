"""One run of `:LocalExplain` under watch: when each word was shown, and every key's echo."""

from __future__ import annotations

import re
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from measure import cpu_ns, milliseconds

from child import Child
from nvim_grid import Frame

_MARK = re.compile(r"w(\d{5})")
_KEY_EVERY_S = 0.05
_TYPED = "abcdefghij"
_LONGEST = 40


@dataclass
class Run:
    """What was seen; times in ns of the monotonic clock."""

    seen_ns: list[int] = field(default_factory=list)
    echo_ms: list[float] = field(default_factory=list)
    editor_ns: int = 0
    host_ns: int = 0

    @property
    def cpu_ns(self) -> int:
        return self.editor_ns + self.host_ns


class Watcher:
    """Notes the first frame of every word, and of the text typed."""

    def __init__(self, tokens: int) -> None:
        self.tokens = tokens
        self.run = Run()
        self.typed = ""
        self.echoed = threading.Event()
        self.echo_ns = 0
        self._rows: tuple[object, ...] = ()

    def frame(self, frame: Frame) -> None:
        before = self._rows if len(self._rows) == len(frame.rows) else (None,) * len(frame.rows)
        for row, old in zip(frame.rows, before, strict=True):
            if row is not old:  # rows that did not change are the same object
                self._row(frame.at_ns, "".join(cell for cell, _ in row))
        self._rows = frame.rows

    def _row(self, at_ns: int, text: str) -> None:
        last = max((int(number) for number in _MARK.findall(text)), default=-1)
        self.run.seen_ns.extend([at_ns] * (last + 1 - len(self.run.seen_ns)))
        if self.typed and f">{self.typed}<" in text:
            self.echo_ns = at_ns
            self.echoed.set()

    @property
    def complete(self) -> bool:
        return len(self.run.seen_ns) >= self.tokens


def watch(nvim: str, url: str, tokens: int, seconds: float, *, typing: bool) -> Run:
    """Explain and return what was seen; `typing`: keys go into the other window meanwhile."""
    setup = {
        "backend": {"kind": "llamacpp", "url": url},
        "explain": {"window": "split", "answer_tokens": 100_000},
    }
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "sample.lua"
        source.write_text("local function f(a)\n  return a + 1\nend\n\n><\n", "utf-8")
        child = Child(nvim, setup=setup, args=[source], lines=40, columns=100, hlstate=False)
        try:
            return _drive(child, Watcher(tokens), seconds, _key if typing else _rest)
        finally:
            child.close()


def _drive(
    child: Child, watcher: Watcher, seconds: float, act: Callable[[Child, Watcher], None]
) -> Run:
    child.grid.watchers.append(watcher.frame)
    child.command("1,3LocalExplain")
    child.wait_until(lambda: child.lua("return require('local_llm.host').pid()"), what="the host")
    host = child.lua("return require('local_llm.host').pid()")
    child.command("wincmd t | call cursor(5, 1)")
    child.type("a")
    child.wait_until(lambda: watcher.run.seen_ns, what="the first word")
    editor_0, host_0 = cpu_ns(child.pid), cpu_ns(host)
    deadline = time.monotonic() + seconds * 3
    while not watcher.complete and time.monotonic() < deadline:
        act(child, watcher)
    run = watcher.run
    run.editor_ns, run.host_ns = cpu_ns(child.pid) - editor_0, cpu_ns(host) - host_0
    assert watcher.complete, f"{len(run.seen_ns)} of {watcher.tokens} words were shown"
    return run


def _rest(_child: Child, _watcher: Watcher) -> None:
    threading.Event().wait(_KEY_EVERY_S)


def _key(child: Child, watcher: Watcher) -> None:
    """Type one letter and wait for its echo; a long line is emptied first."""
    if len(watcher.typed) >= _LONGEST:
        watcher.typed = ""
        child.type("<C-u>>")
    begun = time.monotonic_ns()
    watcher.echoed.clear()
    letter = _TYPED[len(watcher.typed) % len(_TYPED)]
    watcher.typed += letter
    child.channel.notify("nvim_input", letter)
    if watcher.echoed.wait(2.0):
        watcher.run.echo_ms.append(milliseconds(watcher.echo_ns - begun))
    threading.Event().wait(max(0.0, _KEY_EVERY_S - (time.monotonic_ns() - begun) / 1e9))
