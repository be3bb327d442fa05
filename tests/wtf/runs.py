"""Run the tools on the corpus: what they print, with the folders of this machine taken out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from wtf.cases import TOOLS, Case, Diagnostic
from wtf.language_server import LanguageServer
from wtf.parsers import PARSERS

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
import wtf_tools

# The words that each tool is always run with, before the case's own and its file.
COMMANDS = {
    "ruff": ["check", "--no-cache", "--isolated", "--quiet", "--output-format", "json"],
    "mypy": ["--config-file=", "--strict", "--python-version=3.12", "--no-site-packages", "-Ojson"],
    "gcc": ["-O2", "-S", "-o", "/dev/null", "-Wall", "-Wextra", "-fdiagnostics-format=json"],
    "rustc": ["--error-format=json", "--edition=2021", "--crate-type=lib", "--emit=metadata"],
    "shellcheck": ["--norc", "--format=json1"],
    "eslint": ["--format=json-with-metadata"],
    "luacheck": ["--no-cache", "--codes", "--ranges", "--formatter=plain"],
    "yamllint": ["--format=parsable"],
}
# These print what they found where others print what went wrong.
ON_STDERR = {"gcc", "rustc"}
SERVERS = {
    "pyright": ["pyright-langserver", "--stdio"],
    "typescript": ["typescript-language-server", "--stdio"],
    "clangd": ["clangd", "--background-index=false"],
}


def missing(tool: str) -> str:
    """Return why a tool cannot be run here, or nothing."""
    needed = [tool, "typescript-language-server"] if tool == "typescript" else [tool]
    absent = wtf_tools.missing()
    return "; ".join(f"no {name} here: {absent[name]}" for name in needed if name in absent)


def check(tool: str) -> None:
    """Ask a tool for its version. Raises: WrongVersion, NotHere."""
    wtf_tools.check(tool)


def program(tool: str) -> Path:
    """Return where the program of a tool is, if it is here."""
    return wtf_tools.program(tool)


def version(tool: str) -> str:
    """Return the version that a tool is asked for in."""
    return wtf_tools.TOOLS[tool].version


def run(tool: str, cases: Sequence[Case], place: Path) -> dict[str, str]:
    """Run a tool on the files of its cases, copied below `place`; return its outputs by name.

    Raises: what `LanguageServer` does.
    """
    roots = [case.copy_to(place) for case in cases]
    ask = _published if tool in SERVERS else _printed
    outputs = ask(tool, cases, roots)
    return {
        case.name: raw.replace(str(root), "{root}").replace(str(TOOLS), "{tools}")
        for case, root, raw in zip(cases, roots, outputs, strict=True)
    }


def _printed(tool: str, cases: Sequence[Case], roots: Sequence[Path]) -> Iterator[str]:
    for case, root in zip(cases, roots, strict=True):
        # What it writes stands beside the case's folder, and is shared by the tool's cases.
        side = root.with_name(f"{tool}.out")
        extra = {"mypy": [f"--cache-dir={side}"], "rustc": [f"--out-dir={side}"]}.get(tool, [])
        done = subprocess.run(
            [wtf_tools.program(tool), *COMMANDS[tool], *extra, *case.args, case.file],
            cwd=root,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        yield done.stderr if tool in ON_STDERR else done.stdout


def _environment() -> dict[str, str]:
    """Give the environment of a person who reads UTF-8, with our tools first."""
    return {**os.environ, "PATH": f"{wtf_tools.BIN}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}


def _published(tool: str, cases: Sequence[Case], roots: Sequence[Path]) -> Iterator[str]:
    program, *words = SERVERS[tool]
    command = [str(wtf_tools.BIN / program), *words]
    with LanguageServer(command, roots, _options(tool), _environment()) as server:
        for case, root in zip(cases, roots, strict=True):
            told = server.diagnostics(root / case.file, case.filetype, _has(case.diagnostic))
            yield json.dumps(told, ensure_ascii=False)


def _options(tool: str) -> dict[str, Any]:
    if tool == "typescript":
        return {"tsserver": {"path": str(TOOLS / "node/node_modules/typescript/lib/tsserver.js")}}
    if tool == "clangd":
        root = TOOLS / "debian/root"
        compilers = sorted(root.glob("usr/lib/gcc/*/14"))
        return {"fallbackFlags": [f"--sysroot={root}", f"--gcc-install-dir={compilers[0]}"]}
    return {}


def _has(wanted: Diagnostic) -> Callable[[dict[str, Any]], bool]:
    """Servers publish more than once, as they get on: what is wanted may not be in the first."""

    def has(params: dict[str, Any]) -> bool:
        return any(
            one.get("code") == wanted.code and one["range"]["start"]["line"] == wanted.lnum
            for one in params["diagnostics"]
        )

    return has


def texts(files: Path) -> Callable[[str], list[str]]:
    """Give what reads the lines of a case's files, and of the tools' own."""

    def lines(path: str) -> list[str]:
        whole = files / path.replace("{tools}", str(TOOLS))
        return whole.read_text(encoding="utf-8").split("\n")

    return lines


def read(case: Case, raw: str) -> list[tuple[str, Diagnostic]]:
    """Take an output apart into pieces, each with the diagnostic that it says."""
    parser = PARSERS[case.tool]
    lines = texts(case.files)
    return [(piece, parser.read(piece, lines)) for piece in parser.pieces(raw)]
