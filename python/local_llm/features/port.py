"""What the use-cases ask of an editor, and what an editor tells them.

Positions are 0-based; columns are bytes. Everything that arrives from the editor was captured the
moment the command ran (a snapshot), so type-ahead changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

import msgspec

from local_llm.prompts.evidence import Head
from local_llm.settings import Server, Settings


class Related(msgspec.Struct, frozen=True, kw_only=True):
    """A place that a diagnostic points at, with the lines there.

    path: Absolute. row: That is pointed at. first_row: Of `lines`, which may be empty.
    """

    path: str
    row: int
    message: str = ""
    first_row: int = 0
    lines: tuple[str, ...] = ()


class Diagnostic(msgspec.Struct, frozen=True, kw_only=True):
    """One diagnostic inside the range, in the editor's own words.

    href: Where its rule is documented, by the language server.
    """

    row: int
    severity: Literal["error", "warning", "information", "hint"]
    message: str
    source: str = ""
    code: str = ""
    col: int = 0
    href: str = ""
    related: tuple[Related, ...] = ()

    def __repr__(self) -> str:
        return f"Diagnostic({self.source!r}, {self.code!r}, row {self.row})"


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The place a command was run at, and its text.

    buf, tick: Buffer number and changedtick at the command.
    path: Absolute path, "" for a buffer without a file. root: Project root, "" if none.
    first_row, last_row: The lines meant, inclusive. lines: their text, cut to the selected
        columns where `kind` is "char" or "block"; lone surrogates stand for bytes that are not
        UTF-8.
    scope: How the range was found: "selection", "range", "treesitter", "lsp", "indent", "braces",
        "paragraph".
    omitted_lines: Lines at the end of the range that were not captured (buffer too large).
    enclosing: From the outermost to the innermost.
    """

    buf: int
    tick: int
    path: str = ""
    root: str = ""
    filetype: str = ""
    kind: Literal["line", "char", "block"] = "line"
    scope: str = "range"
    first_row: int
    last_row: int
    first_col: int = 0
    lines: tuple[str, ...]
    omitted_lines: int = 0
    enclosing: tuple[Head, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    binary: bool = False

    def __repr__(self) -> str:
        return f"Snapshot({self.first_row}-{self.last_row}, {len(self.lines)} lines)"


class Stats(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown when an answer is done; None where nobody knows.

    `exact` tells whether prompt_tokens was counted or estimated; `cached` marks an answer that
    came from our own cache without asking the model.
    """

    model: str = ""
    backend: str = ""
    prompt_tokens: int | None = None
    reused_tokens: int | None = None
    answer_tokens: int | None = None
    first_token_ms: float | None = None
    tokens_per_second: float | None = None
    total_ms: float | None = None
    finish: str = "stop"
    exact: bool = False
    cached: bool = False
    stopped: bool = False


class Drawing(Protocol):
    """An append that is under way in the editor."""

    async def result(self) -> float | None:
        """Return when it was drawn (seconds, monotonic), None when its window is gone."""
        ...


class Editor(Protocol):
    """The editor as the use-cases see it. `ask_id` names the request."""

    def append(self, ask_id: int, text: str) -> Drawing:
        """Append answer text. Never blocks, never raises."""
        ...

    def tell(self, event: str, ask_id: int, data: dict[str, Any]) -> None:
        """Send a one-way message: "state", "thinking", "meta", "done", "fail", "event" ...

        Their fields stand in `lua/local_llm/port.lua`. Never blocks, never raises.
        """
        ...


class EmbeddedServer(Protocol):
    """Starts llama.cpp on this machine, for `backend.kind = "embedded"`."""

    def possible(self, settings: Settings) -> bool:
        """Tell whether llama.cpp and a model are at hand; quick, starts nothing."""
        ...

    def describe(self, settings: Settings) -> str:
        """Return which llama.cpp would run, and where it came from; quick, starts nothing.

        Raises: InstallError where there is none.
        """
        ...

    async def start(self, settings: Settings, server: Server) -> tuple[str, str]:
        """Return the URL of the running server and the path of its key file.

        Raises: InstallError, ModelStoreError, BackendUnreachable when it does not start.
        """
        ...

    async def aclose(self) -> None:
        """Let go of it; it ends by itself when nobody holds it."""
        ...


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """A program that came to its end: its exit status and what it printed (not its errors)."""

    status: int
    stdout: str

    def __repr__(self) -> str:
        return f"Ran({self.status}, {len(self.stdout)} characters)"


class Tools(Protocol):
    """The programs of this machine: compilers, linters and what else explains a diagnostic."""

    def find(self, name: str, root: str) -> str | None:
        """Return the absolute path of a program, None where there is none.

        A project does not choose what runs: nothing below `root` is found unless it is on PATH.
        """
        ...

    async def run(self, argv: Sequence[str], *, cwd: str, timeout_s: float) -> Ran | None:
        """Run a program without a shell and without input; `argv[0]` is absolute.

        Returns: None where it could not be started, did not end in time or printed too much; then
            it and all that it started are gone.
        """
        ...
