"""A machine with compilers and linters of the test's own, for tests of rule texts."""

from __future__ import annotations

from local_llm.features.wtf.rulebook import Rulebook
from local_llm.ops.tools import LocalTools

PAGE = "# unused-import (F401)\n\nImports that nobody uses."


class Place:
    """A machine with programs of the test's own, which write down each time that they run."""

    def __init__(self, folder):
        self.folder = folder
        self.now = 1000.0
        self.own = {}

    def book(self):
        env = {"PATH": f"{self.folder}/bin:/usr/bin:/bin"}
        return Rulebook(
            LocalTools(env), self.folder / "cache", lambda _root: self.own, lambda: self.now
        )

    def program(self, name, text, version="1.2.3"):
        path = self.folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        log = self.folder / f"{name}.log"
        path.write_text(
            f'#!/bin/sh\necho "$PWD|$*" >> {log}\n'
            f'case "$1" in --version) echo "{name} {version}"; exit 0;; esac\n{text}\n'
        )
        path.chmod(0o755)

    def runs(self, name):
        return [line.partition("|")[2] for line in self.read(f"{name}.log").splitlines()]

    def read(self, name):
        path = self.folder / name
        return path.read_text() if path.exists() else ""

    def ruff(self, text=PAGE, version="1.2.3"):
        self.program("ruff", f"cat <<'EOF'\n{text}\nEOF", version)

    def put(self, path, text):
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text)
        return self.folder / path
