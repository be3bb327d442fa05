"""What each tool prints, read into diagnostics. All of it is pure.

`pieces` takes an output apart into outputs of one diagnostic each; `read` reads such a piece, given
the lines of every file that it names. Paths in both have their placeholders (see `cases`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from wtf.cases import Diagnostic
from wtf.parse_compilers import read_gcc, read_rustc, rustc_pieces
from wtf.parse_lsp import lsp_pieces, read_lsp
from wtf.spans import (
    ERROR,
    HINT,
    INFO,
    WARNING,
    Lines,
    by_utf16,
    json_list,
    json_stream,
    pretty,
    relative,
    span,
    text_lines,
)


@dataclass(frozen=True)
class Parser:
    """How the output of one tool is read; `ending` is that of the file it is kept in."""

    pieces: Callable[[str], Iterable[str]]
    read: Callable[[str, Lines], Diagnostic]
    ending: str = "json"


def read_ruff(piece: str, lines: Lines) -> Diagnostic:
    (one,) = json.loads(piece)
    start, end = one["location"], one["end_location"]
    return Diagnostic(
        **span(
            lines(relative(one["filename"])),
            (start["row"], start["column"]),
            (end["row"], end["column"]),
        ),
        # Its language server takes all for warnings but what does not run.
        severity=ERROR if one["code"] in {"F821", "F823", "invalid-syntax"} else WARNING,
        message=one["message"],
        source="Ruff",
        code=one["code"],
        href=one["url"] or "",
    )


def read_mypy(piece: str, lines: Lines) -> Diagnostic:
    one = json.loads(piece)
    hint = f"\n{one['hint']}" if one["hint"] else ""
    return Diagnostic(
        **span(
            lines(one["file"]),
            (one["line"], one["column"] + 1),
            (one["end_line"], one["end_column"] + 1),
        ),
        severity=ERROR if one["severity"] == "error" else INFO,
        message=one["message"] + hint,
        source="mypy",
        code=one["code"],
    )


def shellcheck_pieces(raw: str) -> Iterator[str]:
    for one in json.loads(raw)["comments"]:
        yield pretty({"comments": [one]})


def read_shellcheck(piece: str, lines: Lines) -> Diagnostic:
    (one,) = json.loads(piece)["comments"]
    levels = {"error": ERROR, "warning": WARNING, "info": INFO, "style": HINT}
    start, end = (one["line"], one["column"]), (one["endLine"], one["endColumn"])
    return Diagnostic(
        **span(lines(one["file"]), start, end),
        severity=levels[one["level"]],
        message=one["message"],
        source="shellcheck",
        code=f"SC{one['code']}",
    )


def eslint_pieces(raw: str) -> Iterator[str]:
    """Take `--format json-with-metadata` apart, with what it says about the one rule."""
    told = json.loads(raw)
    rules = told["metadata"]["rulesMeta"]
    for result in told["results"]:
        for message in result["messages"]:
            about = {name: rules[name] for name in (message["ruleId"],) if name in rules}
            kept = {"filePath": result["filePath"], "messages": [message]}
            yield pretty({"results": [kept], "metadata": {"rulesMeta": about}})


def read_eslint(piece: str, lines: Lines) -> Diagnostic:
    told = json.loads(piece)
    (result,) = told["results"]
    (one,) = result["messages"]
    start = (one["line"], one["column"])
    end = (one.get("endLine") or one["line"], one.get("endColumn") or one["column"])
    rule = told["metadata"]["rulesMeta"].get(one["ruleId"], {})
    return Diagnostic(
        **span(lines(relative(result["filePath"])), start, end, by_utf16),
        severity=ERROR if one["severity"] == 2 else WARNING,
        message=one["message"],
        source="eslint",
        code=one["ruleId"] or "",
        href=rule.get("docs", {}).get("url", ""),
    )


LUACHECK = re.compile(r"(?P<path>[^:]+):(\d+):(\d+)-(\d+): \((?P<kind>[EW])(?P<code>\d+)\) (.+)\n")


def read_luacheck(piece: str, lines: Lines) -> Diagnostic:
    found = LUACHECK.fullmatch(piece)
    assert found, piece
    line, first, last = (int(found[group]) for group in (2, 3, 4))
    return Diagnostic(
        **span(lines(found["path"]), (line, first), (line, last + 1)),
        severity=ERROR if found["kind"] == "E" else WARNING,
        message=found[7],
        source="luacheck",
        code=found["code"],
    )


YAMLLINT = re.compile(r"(?P<path>[^:]+):(\d+):(\d+): \[(?P<level>\w+)\] (.+?)(?: \(([\w-]+)\))?\n")


def read_yamllint(piece: str, lines: Lines) -> Diagnostic:
    found = YAMLLINT.fullmatch(piece)
    assert found, piece
    place = (int(found[2]), int(found[3]))
    return Diagnostic(
        **span(lines(found["path"]), place, place),
        severity=ERROR if found["level"] == "error" else WARNING,
        message=found[5],
        source="yamllint",
        code=found[6] or "",
    )


PARSERS = {
    "ruff": Parser(json_list, read_ruff),
    "mypy": Parser(json_stream, read_mypy),
    "pyright": Parser(lsp_pieces, read_lsp),
    "gcc": Parser(json_list, read_gcc),
    "clangd": Parser(lsp_pieces, read_lsp),
    "rustc": Parser(rustc_pieces, read_rustc),
    "shellcheck": Parser(shellcheck_pieces, read_shellcheck),
    "eslint": Parser(eslint_pieces, read_eslint),
    "typescript": Parser(lsp_pieces, read_lsp),
    "luacheck": Parser(text_lines, read_luacheck, "txt"),
    "yamllint": Parser(text_lines, read_yamllint, "txt"),
}
