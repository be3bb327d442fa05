"""Reading the files of an audit log: their order, their first and last records, all lines."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

from local_llm.guard.audit_chain import Link, parsed, read
from local_llm.guard.audit_verify import Line
from local_llm.ops.audit_place import CURRENT

_CLOSED = re.compile(r"audit-[0-9]{18}\.jsonl")
_STEP_BYTES = 64 * 1024
_LONGEST_BYTES = 64 * 1024 * 1024  # of a line; none of ours is longer, and memory has an end


def closed_files(folder: Path) -> list[Path]:
    """Return the files that are not written any more, the oldest first."""
    return sorted(path for path in folder.glob("audit-*.jsonl") if _CLOSED.fullmatch(path.name))


def all_files(folder: Path) -> list[Path]:
    """Return all files of the log, the oldest first."""
    current = folder / CURRENT
    return [*closed_files(folder), *([current] if current.exists() else [])]


def closed_name(seq: int) -> str:
    """Return the name of a file whose first record has this number; names sort by it."""
    return f"audit-{seq:018d}.jsonl"


def number_of(path: Path) -> int:
    """Return the number in a closed file's name."""
    return int(path.stem.removeprefix("audit-"))


def whole_bytes(handle: int) -> int:
    """Return the length of a file up to the end of its last whole line."""
    end = os.fstat(handle).st_size
    while end > 0:
        start = max(0, end - _STEP_BYTES)
        at = os.pread(handle, end - start, start).rfind(b"\n")
        if at >= 0:
            return start + at + 1
        end = start
    return 0


def last_line(handle: int) -> bytes:
    """Return the last whole line, without its newline; b"" where there is none."""
    end = whole_bytes(handle) - 1
    found, start = b"", end
    while start > 0:
        step = min(_STEP_BYTES, start)
        start -= step
        found = os.pread(handle, step, start) + found
        at = found.rfind(b"\n")
        if at >= 0:
            return found[at + 1 :]
    return found


def first_line(handle: int) -> bytes:
    """Return the first whole line, without its newline; b"" where there is none."""
    found = b""
    while step := os.pread(handle, _STEP_BYTES, len(found)):
        head, newline, _rest = (found + step).partition(b"\n")
        if newline:
            return head
        found += step
    return b""


def last_link(folder: Path, key: bytes) -> Link | None:
    """Return the log's last record, as far as it is genuine; None where there is none."""
    for path in _newest_first(folder):
        with path.open("rb", buffering=0) as file:
            line = last_line(file.fileno())
        if line:
            link = read(line, key)
            return link if link is not None and link.genuine else None
    return None


def moment(line: bytes) -> str:
    """Return when a record was made, in the log's own form; "" where the line does not say."""
    ts = (parsed(line) or {}).get("ts")
    return ts if isinstance(ts, str) else ""


def number(line: bytes) -> int:
    """Return the record's number; 0 where the line does not say."""
    seq = (parsed(line) or {}).get("seq")
    return seq if type(seq) is int else 0


def lines_of(name: str, file: io.BufferedReader, size: int | None = None) -> Iterator[Line]:
    """Yield the lines of an open file, up to `size` bytes; what is longer than any comes in parts.

    What others add meanwhile lies after `size`.
    """
    left = size if size is not None else os.fstat(file.fileno()).st_size
    count = 0
    while left > 0 and (data := file.readline(min(left, _LONGEST_BYTES))):
        left -= len(data)
        count += 1
        yield Line(data.removesuffix(b"\n"), name, count, data.endswith(b"\n"))


def _newest_first(folder: Path) -> Iterator[Path]:
    """Yield the files; the others are not looked for where the current one is enough."""
    current = folder / CURRENT
    if current.exists():
        yield current
    yield from reversed(closed_files(folder))
