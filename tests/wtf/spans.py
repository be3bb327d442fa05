"""What the parsers share: outputs taken apart, and places of a tool as places of Neovim."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, TypedDict

ERROR, WARNING, INFO, HINT = 1, 2, 3, 4
ROOT_URI = "file://{root}/"

# The lines of a file, by its path relative to the case's files or below `{tools}`.
Lines = Callable[[str], list[str]]


class Span(TypedDict):
    """A range as Neovim has it: lines and columns from 0, columns in bytes."""

    lnum: int
    col: int
    end_lnum: int
    end_col: int


def pretty(value: Any) -> str:
    """Write JSON as it is kept in the corpus."""
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def relative(path: str) -> str:
    """Give a path or `file:` address without the root of the case."""
    return path.removeprefix(ROOT_URI).removeprefix("file://").removeprefix("{root}/")


def by_char(line: str, column: int) -> int:
    """Give the byte (from 0) at which character `column` (from 1) of `line` starts."""
    return len(line[: column - 1].encode())


def by_utf16(line: str, column: int) -> int:
    """Give the byte (from 0) of a column that counts UTF-16 units (from 1)."""
    units = line.encode("utf-16-le")[: 2 * (column - 1)]
    return len(units.decode("utf-16-le", "ignore").encode())


def span(
    lines: list[str],
    start: tuple[int, int],
    end: tuple[int, int],
    byte: Callable[[str, int], int] = by_char,
) -> Span:
    """Give the four positions of Neovim for a (line, column) from 1 to one past the end."""
    (top, left), (bottom, right) = start, end
    # A range may end before the line that follows the last.
    texts = [*lines, ""]
    return {
        "lnum": top - 1,
        "col": byte(texts[top - 1], left),
        "end_lnum": bottom - 1,
        "end_col": byte(texts[bottom - 1], right),
    }


def json_list(raw: str) -> Iterator[str]:
    """Take the elements of an array apart, each in one of its own."""
    yield from (pretty([one]) for one in json.loads(raw))


def json_stream(raw: str) -> Iterator[str]:
    """Take objects apart that follow one another, whether on a line each or on many."""
    start = raw.find("{")
    while start >= 0:
        value, end = json.JSONDecoder().raw_decode(raw, start)
        yield pretty(value)
        start = raw.find("{", end)


def text_lines(raw: str) -> Iterator[str]:
    """Take the lines of a text apart."""
    yield from (f"{line}\n" for line in raw.splitlines() if line.strip())
