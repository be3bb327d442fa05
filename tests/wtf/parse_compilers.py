"""Read what gcc and rustc print as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from wtf.cases import Diagnostic, Related
from wtf.spans import ERROR, WARNING, Lines, Span, json_stream, pretty, relative, span


def read_gcc(piece: str, lines: Lines) -> Diagnostic:
    (one,) = json.loads(piece)
    notes = [
        Related(path=path, message=note["message"], **place)
        for note in one["children"]
        for path, place in map(_gcc_span, note["locations"][:1])
    ]
    _, place = _gcc_span(one["locations"][0])
    return Diagnostic(
        **place,
        severity=ERROR if "error" in one["kind"] else WARNING,
        message=one["message"],
        source="gcc",
        code=one.get("option", ""),
        href=one.get("option_url", ""),
        related=tuple(notes),
    )


def _gcc_span(place: dict[str, Any]) -> tuple[str, Span]:
    """Give file and span; gcc counts bytes from 1, and names the last one that it means."""
    caret = place["caret"]
    start, last = place.get("start", caret), place.get("finish", caret)
    return relative(caret["file"]), {
        "lnum": start["line"] - 1,
        "col": start["byte-column"] - 1,
        "end_lnum": last["line"] - 1,
        "end_col": last["byte-column"],
    }


def rustc_pieces(raw: str) -> Iterator[str]:
    """Take rustc's objects apart, without the explanation that it adds to every error's code."""
    for piece in json_stream(raw):
        one = json.loads(piece)
        if one["spans"]:
            if one["code"]:
                one["code"]["explanation"] = None
            yield pretty(one)


def read_rustc(piece: str, lines: Lines) -> Diagnostic:
    one = json.loads(piece)
    (primary, *_) = [place for place in one["spans"] if place["is_primary"]]
    places = [(place, place["label"]) for place in one["spans"] if place is not primary]
    places += [(place, note["message"]) for note in one["children"] for place in note["spans"][:1]]
    plain = [f"\n{note['message']}" for note in one["children"] if not note["spans"]]
    label = f"\n{primary['label']}" if primary["label"] else ""
    return Diagnostic(
        **_rustc_span(primary, lines),
        severity=ERROR if one["level"] == "error" else WARNING,
        message=one["message"] + label + "".join(plain),
        source="rustc",
        code=one["code"]["code"] if one["code"] else "",
        related=tuple(
            _rustc_related(place, text, lines)
            for place, text in places
            # The standard library's own source need not be on the machine.
            if text and not place["file_name"].startswith("/")
        ),
    )


def _rustc_span(told: dict[str, Any], lines: Lines) -> Span:
    start = (told["line_start"], told["column_start"])
    return span(lines(told["file_name"]), start, (told["line_end"], told["column_end"]))


def _rustc_related(told: dict[str, Any], message: str, lines: Lines) -> Related:
    return Related(path=told["file_name"], message=message, **_rustc_span(told, lines))
