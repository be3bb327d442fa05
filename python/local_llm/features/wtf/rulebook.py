"""The tool's own text about a diagnostic's rule: asked for once, then known.

Who asks may start a program, which gets 1 s. A tool that is missing, slow or does not know the rule
is no error: the link is left, or nothing.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from local_llm.features.port import Tools
from local_llm.features.wtf import rule_files
from local_llm.features.wtf.flights import Flights
from local_llm.features.wtf.rule_store import Kept, Key, RuleStore
from local_llm.features.wtf.toolchain import Program, Toolchain
from local_llm.guard.defuse import clean
from local_llm.rules.base import Excerpt, Plan, Read, RuleAsk, RuleText, Run, Way, Words
from local_llm.rules.extract import extract
from local_llm.rules.plan import plan
from local_llm.rules.table import rows
from local_llm.settings import Rule

__all__ = ["RuleAsk", "RuleText", "Rulebook"]

_HEADING = re.compile(r"# ([^\n]{1,120})(?:\n|$)")


class Rulebook:
    """Finds rule texts and versions.

    Args:
        tools: The programs of this machine.
        folder: For what is kept, and the neutral folder that programs run in.
        own: Returns the option `wtf.rules` for a project's root.
        clock: Seconds since 1970.

    """

    def __init__(
        self,
        tools: Tools,
        folder: Path,
        own: Callable[[str], Mapping[str, Rule]] = lambda _root: {},
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._tools = tools
        self._folder = folder
        self._own = own
        self._store = RuleStore(folder / "kept", clock)
        self._toolchain = Toolchain(tools, self._store, folder / "empty", clock)
        self._flights = Flights[RuleText | None]()

    async def find(self, ask: RuleAsk) -> RuleText | None:
        """Return the text, or the link alone (`text` is ""), or None. Raises what `own` raises.

        Being cancelled stops the waiting, not the work: the next question finds its result.
        """
        todo = self._plan(ask)
        if todo is None:
            return None
        key = (todo, ask.path, ask.root)
        return await self._flights.join(key, lambda: self._find(todo, ask))

    async def versions(self, filetype: str, root: str, path: str = "") -> tuple[str, ...]:
        """Return the tools that matter to a filetype: ("python 3.11.7", "ruff 0.14.2").

        `path`: Of the file; from there to the root, packages say their versions.
        """
        return await self._toolchain.versions(filetype, root, path)

    async def aclose(self) -> None:
        """End what is under way, programs and all."""
        await self._flights.aclose()
        await self._toolchain.aclose()

    def _plan(self, ask: RuleAsk) -> Plan | None:
        return plan(ask, rows(self._own(ask.root)))

    async def _find(self, todo: Plan, ask: RuleAsk) -> RuleText | None:
        for way in todo.ways:
            kept, source = await self._try(way, todo, ask)
            if kept and source and kept.text:
                return _text(todo, kept, source)
        return _link(todo)

    async def _try(self, way: Way, todo: Plan, ask: RuleAsk) -> tuple[Kept | None, Source | None]:
        """Return what a way leads to, "" where its tool knows no such rule."""
        if isinstance(way, Run):
            await self._toolchain.learn(way.argv[0], ask.root)
        source = self._source(way, todo, ask)
        if source is None:
            return None, None
        kept = self._store.get(source.key)
        if kept is None:
            found = await self._excerpt(way, todo.words, source)
            kept = self._store.put(source.key, found.text, found.link) if found else None
        return kept, source

    def _source(self, way: Way, todo: Plan, ask: RuleAsk) -> Source | None:
        """Return whom to ask; None where nobody is there."""
        words = [text for pair in todo.words for text in pair]
        if isinstance(way, Run):
            program = self._toolchain.known(way.argv[0], ask.root)
            if program is None:
                return None
            key = ("run", program.state, *way.argv, way.extract, *words)
            said = " ".join((Path(way.argv[0]).name, *way.argv[1:]))
            return Source(key=key, said=said, version=program.shown, program=program)
        program = self._toolchain.known(way.program, ask.root) if way.program else None
        place = program.path if program else None
        found = rule_files.locate(way, path=ask.path, root=ask.root, program=place)
        if found is None:
            return None
        key = ("read", found.path, found.stamp, way.extract, *words)
        version = rule_files.package_version(found.path) if way.base == "modules" else ""
        return Source(key=key, said=found.shown, version=version, file=found.path)

    async def _excerpt(self, way: Way, words: Words, source: Source) -> Excerpt | None:
        """Ask; None where the answer may be another next time."""
        if isinstance(way, Read):
            return await asyncio.to_thread(_read, way, words, source.file)
        if source.program is None:
            return None
        ran = await self._toolchain.run(source.program, way.argv[1:])
        if ran is None:
            return None
        if ran.status or (way.refused and ran.stdout.lstrip().startswith(way.refused)):
            return Excerpt()
        return extract(way.extract, ran.stdout, words)


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asked: what their text is kept under, and what people are told.

    A program's text is kept by its version, a file's by the file's time of change and size.
    """

    key: Key
    said: str
    version: str
    program: Program | None = None
    file: str = ""


def _read(way: Read, words: Words, file: str) -> Excerpt:
    text = rule_files.read(file, way.limit_bytes)
    return extract(way.extract, text, words) if text else Excerpt()


def _text(todo: Plan, kept: Kept, source: Source) -> RuleText:
    heading = _HEADING.match(kept.text)
    origin = f"{source.said} ({source.version})" if source.version else source.said
    return RuleText(
        title=clean(heading.group(1) if heading else todo.title),
        text=kept.text,
        origin=clean(origin),
        link=kept.link or todo.link,
    )


def _link(todo: Plan) -> RuleText | None:
    return RuleText(title=clean(todo.title), link=todo.link) if todo.link else None
