"""Which versions of the tools are on this machine, each asked for once.

A program is known by its path, time of change and size. A day later it is asked again: what rustup
or pyenv put on PATH starts another program, and stays the same when that one changes.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from local_llm import log
from local_llm.features.port import Ran, Tools
from local_llm.features.wtf import rule_files
from local_llm.features.wtf.flights import Flights
from local_llm.features.wtf.rule_store import RuleStore
from local_llm.rules import versions
from local_llm.rules.versions import Chain, Written

LIMIT_S = 1.0
KEPT_S = 86_400.0
_WRITTEN_LIMIT_BYTES = 64 * 1024


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """A program that is there; `version` is "" where it tells none, None where it was not asked."""

    name: str
    path: str
    stamp: str
    version: str | None

    @property
    def shown(self) -> str:
        """Its name and version, for people; "" without a version."""
        return f"{versions.shown(self.name)} {self.version}" if self.version else ""

    @property
    def state(self) -> str:
        """What changes when the program does: its version, or else its file."""
        return self.version or f"{self.path} {self.stamp}"


class Toolchain:
    """Runs programs in a folder of ours and knows their versions.

    Args:
        tools: The programs of this machine.
        store: Where versions are kept.
        folder: Programs run in there; it holds nothing that could configure one.
        clock: Seconds since 1970.

    """

    def __init__(
        self, tools: Tools, store: RuleStore, folder: Path, clock: Callable[[], float]
    ) -> None:
        self._tools = tools
        self._store = store
        self._folder = folder
        self._clock = clock
        self._flights = Flights[Program | None]()

    def known(self, name: str, root: str) -> Program | None:
        """Return a program and what is known of it, None where there is none; runs nothing."""
        path = self._tools.find(name, root)
        stamp = rule_files.stamp_of(path) if path else None
        if not path or stamp is None:
            return None
        kept = self._store.get(_key(path, stamp))
        version = kept.text if kept and self._clock() - kept.at < KEPT_S else None
        if version is None and not versions.question(name):
            version = ""
        return Program(name=name, path=path, stamp=stamp, version=version)

    async def learn(self, name: str, root: str) -> Program | None:
        """Return a program with its version, which is asked for if need be."""
        program = self.known(name, root)
        if program is None or program.version is not None:
            return program
        return await self._flights.join(program.path, lambda: self._ask(program))

    async def run(self, program: Program, arguments: Sequence[str]) -> Ran | None:
        """Run a program in a folder of ours, with the usual limit of time."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as exc:
            log.warning("no folder to run tools in: %s", exc.strerror)
            return None
        argv = (program.path, *arguments)
        return await self._tools.run(argv, cwd=str(self._folder), timeout_s=LIMIT_S)

    async def versions(self, filetype: str, root: str, path: str) -> tuple[str, ...]:
        """Return names and versions of a filetype's tools; what is not there is left out."""
        chain = versions.CHAINS.get(filetype, Chain())
        written = await asyncio.to_thread(_written, chain.written, root, path)
        asked = [name for name in chain.programs if name not in written]
        programs = await asyncio.gather(*(self.learn(name, root) for name in asked))
        found = {one.name: one.version for one in programs if one and one.version}
        names = dict.fromkeys((*chain.programs, *(one.name for one in chain.written)))
        all_found = written | found
        return tuple(f"{versions.shown(n)} {all_found[n]}" for n in names if n in all_found)

    async def aclose(self) -> None:
        """End what is under way."""
        await self._flights.aclose()

    async def _ask(self, program: Program) -> Program:
        ran = await self.run(program, (versions.question(program.name),))
        if ran is None:  # too slow this time
            return program
        version = versions.version_in(ran.stdout) if ran.status == 0 else ""
        self._store.put(_key(program.path, program.stamp), version)
        return msgspec.structs.replace(program, version=version)


def _key(path: str, stamp: str) -> tuple[str, ...]:
    return ("version", path, stamp)


def _written(rows: Sequence[Written], root: str, path: str) -> dict[str, str]:
    """Return the versions that a project writes down, by name."""
    found: dict[str, str] = {}
    for row in rows:
        for folder in _folders(row, root, path):
            for name in row.paths:
                with suppress(ValueError):
                    text = rule_files.read(os.fspath(folder / name), _WRITTEN_LIMIT_BYTES) or ""
                    if version := row.found(text):
                        found.setdefault(row.name, version)
    return found


def _folders(row: Written, root: str, path: str) -> list[Path]:
    if row.modules:
        return list(rule_files.module_folders(path, root))
    return [Path(root)] if root else []
