"""An editor that only remembers what it was told: for the use-cases, without Neovim."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from local_llm.errors import InstallError
from local_llm.features.app import App
from local_llm.features.port import Ran
from local_llm.ops.audit_sinks import sink_for
from local_llm.ops.history_store import HistoryFile

DEADLINE_S = 10.0


class Drawn:
    """An append that was drawn at once (or never, where there is nowhere to)."""

    def __init__(self, at_s: float | None) -> None:
        self._at_s = at_s

    async def result(self) -> float | None:
        return self._at_s


class FakeEditor:
    """Fulfils features.port.Editor; `gone` makes its windows vanish."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int, dict[str, Any]]] = []
        self.text: dict[int, str] = {}
        self.appends: list[str] = []
        self.gone = False
        self._changed = asyncio.Event()

    def append(self, ask_id: int, text: str) -> Drawn:
        if not self.gone:
            self.text[ask_id] = self.text.get(ask_id, "") + text
            self.appends.append(text)
            self._changed.set()
        return Drawn(None if self.gone else time.monotonic())

    def tell(self, event: str, ask_id: int, data: dict[str, Any]) -> None:
        self.told.append((event, ask_id, data))
        self._changed.set()

    def all(self, event: str, ask_id: int | None = None) -> list[dict[str, Any]]:
        """Return the messages of one name, of one request or all."""
        return [
            data
            for name, told_id, data in self.told
            if name == event and (ask_id is None or told_id == ask_id)
        ]

    def states(self, ask_id: int) -> list[str]:
        """Return the states in order, without repetition."""
        return [name for name, _ in groupby(data["state"] for data in self.all("state", ask_id))]

    async def wait(self, event: str, ask_id: int) -> dict[str, Any]:
        """Return the first message of that name; fails with all that was told."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DEADLINE_S):
                while not self.all(event, ask_id):
                    self._changed.clear()
                    await self._changed.wait()
        found = self.all(event, ask_id)
        assert found, f"no {event} for {ask_id}: {self.told}"
        return found[0]

    async def wait_text(self, ask_id: int, wanted: str) -> None:
        """Wait until the answer has `wanted` in it."""
        async with asyncio.timeout(DEADLINE_S):
            while wanted not in self.text.get(ask_id, ""):
                self._changed.clear()
                await self._changed.wait()


class NoEmbedded:
    """No embedded backend."""

    def possible(self, settings: Any) -> bool:
        return False

    def describe(self, settings: Any) -> str:
        raise InstallError("there is none")

    async def start(self, settings: Any, server: Any) -> tuple[str, str]:
        raise AssertionError("not asked for")

    async def aclose(self) -> None:
        return


class KnownTools:
    """Fulfils Tools: programs and what they print, by argument list; those in `slow` never end."""

    def __init__(self) -> None:
        self.printed: dict[tuple[str, ...], str] = {}
        self.slow: set[tuple[str, ...]] = set()
        self.folder = Path(os.environ["XDG_CACHE_HOME"]) / "programs"

    def find(self, name: str, root: str) -> str | None:
        if not any(argv[0] == name for argv in (*self.printed, *self.slow)):
            return None
        self.folder.mkdir(parents=True, exist_ok=True)
        program = self.folder / name
        if not program.exists():  # a new time would be a new version
            program.touch()
        return str(program)

    async def run(self, argv: Sequence[str], *, cwd: str, timeout_s: float) -> Ran | None:
        asked = (Path(argv[0]).name, *argv[1:])
        if asked in self.slow:
            await asyncio.Event().wait()
        text = self.printed.get(asked)
        return None if text is None else Ran(status=0, stdout=text)


class Desk:
    """An app with a fake editor: `ask` sends a message, `editor` remembers the answers."""

    def __init__(self, **setup: Any) -> None:
        self.editor = FakeEditor()
        self.tools = KnownTools()
        env = dict(os.environ)
        folders = {
            name: Path(env[f"XDG_{name.upper()}_HOME"]) / "local-llm" for name in ("cache", "state")
        }
        trusted = lambda _path, _content: False  # noqa: E731
        past = HistoryFile(folders["state"] / "history.sqlite3")
        audit = lambda guard: sink_for(guard, folders["state"])  # noqa: E731
        self.app = App(
            self.editor,
            env,
            NoEmbedded(),
            trusted,
            self.tools,
            past=past,
            audit=audit,
            **folders,
        )
        self.configure(**setup)
        self._last = 0

    def configure(self, **setup: Any) -> None:
        self.app.receive({"name": "configure", "setup": setup, "cwd": "", "root_dir": ""})

    def ask(self, name: str, **fields: Any) -> int:
        self._last += 1
        self.app.receive({"name": name, "id": self._last, **fields})
        return self._last

    def explain(self, text: str = "a = 1\n", *, again: bool = False, **fields: Any) -> int:
        lines = text.split("\n")
        snapshot = {"buf": 1, "tick": 2, "first_row": 0, "last_row": len(lines) - 1}
        return self.ask("explain", snapshot={**snapshot, "lines": lines, **fields}, again=again)

    async def explained(self, text: str = "a = 1\n", **fields: Any) -> tuple[int, dict[str, Any]]:
        ask_id = self.explain(text, **fields)
        return ask_id, await self.editor.wait("done", ask_id)

    async def failed(self, text: str = "a = 1\n", **fields: Any) -> dict[str, Any]:
        return await self.editor.wait("fail", self.explain(text, **fields))


@contextlib.asynccontextmanager
async def desk(**setup: Any) -> AsyncIterator[Desk]:
    """Open a desk and close its app afterwards."""
    made = Desk(**setup)
    try:
        yield made
    finally:
        await made.app.aclose()
