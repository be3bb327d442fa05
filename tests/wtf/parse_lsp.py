"""Read what a language server publishes about a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from wtf.cases import Diagnostic, Related
from wtf.spans import Lines, Span, by_utf16, pretty, relative, span


def lsp_pieces(raw: str) -> Iterator[str]:
    """Take the `textDocument/publishDiagnostics` of a language server apart."""
    told = json.loads(raw)
    for one in told["diagnostics"]:
        yield pretty({"uri": told["uri"], "diagnostics": [one]})


def read_lsp(piece: str, lines: Lines) -> Diagnostic:
    told = json.loads(piece)
    (one,) = told["diagnostics"]
    return Diagnostic(
        **_lsp_span(lines(relative(told["uri"])), one["range"]),
        severity=one["severity"],
        message=one["message"],
        source=one["source"],
        code=one["code"],
        href=one.get("codeDescription", {}).get("href", ""),
        related=tuple(_lsp_related(note, lines) for note in one.get("relatedInformation", ())),
    )


def _lsp_related(note: dict[str, Any], lines: Lines) -> Related:
    path = relative(note["location"]["uri"])
    span = _lsp_span(lines(path), note["location"]["range"])
    return Related(path=path, message=note["message"], **span)


def _lsp_span(lines: list[str], told: dict[str, Any]) -> Span:
    start, end = told["start"], told["end"]
    return span(
        lines,
        (start["line"] + 1, start["character"] + 1),
        (end["line"] + 1, end["character"] + 1),
        by_utf16,
    )
