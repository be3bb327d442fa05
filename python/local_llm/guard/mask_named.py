"""Values of secret-looking names within a line, and those on the line below."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local_llm.guard import secret_names
from local_llm.guard.mask_formats import NO_GROUPS, compiled
from local_llm.guard.mask_joined import Joined
from local_llm.guard.vault import PLACEHOLDER

_LONGEST_VALUE = 4096  # bytes; longer ones are data
_LIKELY = compiled(secret_names.LIKELY_PATTERN, NO_GROUPS)
_NAMES = compiled(secret_names.PATTERN)
_NEXT = compiled(secret_names.NEXT_PATTERN)


def next_value(line: str) -> tuple[int, int, bool] | None:
    """Return where the value stands on a line that its name is not on, and whether it is quoted."""
    data = line.encode("utf-8", "replace")
    match = _NEXT.search(data)
    if not match:
        return None
    group = _group(match)
    start, end = match.span(group)
    first = len(data[:start].decode("utf-8", "ignore"))
    return (
        first,
        first + len(data[start:end].decode("utf-8", "ignore")),
        group != secret_names.BARE_GROUP,
    )


def _group(match: Any) -> int:
    """Return which group of a pattern holds the value."""
    groups = (*secret_names.QUOTED_GROUPS, secret_names.BARE_GROUP)
    return next(group for group in groups if match.start(group) >= 0)


def named(joined: Joined) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and kind of what such names are given, in bytes."""
    data, at = joined.data, 0
    while likely := _LIKELY.search(data, at):
        begin = likely.start()
        match = _NAMES.match(data, begin)
        group = _group(match)
        start, end = match.span(group)
        if end - start > _LONGEST_VALUE:  # and what it holds is not read once more from each name
            at = end
            continue
        quoted = group != secret_names.BARE_GROUP
        found = _judged(joined, begin, (start, end), quoted=quoted)
        at = max(start, begin + 1) if found is None else max(end, at + 1)
        if found:
            yield found


def _judged(
    joined: Joined, name: int, value: tuple[int, int], *, quoted: bool
) -> tuple[int, int, str] | None:
    row, begin, _ = joined.place(name, value[1])
    _, first, last = joined.place(*value)
    line = joined.lines[row]
    part = secret_names.secret_part(line, begin, (first, last), quoted=quoted)
    if part is None or _is_masked(line, part[0]):
        return None
    kind = secret_names.kind_of(line[begin:])
    return joined.bytes_at(row, part[0]), joined.bytes_at(row, part[1]), kind


def _is_masked(line: str, at: int) -> bool:
    """Tell whether a place lies in what we have put there."""
    return any(match.start() <= at < match.end() for match in PLACEHOLDER.finditer(line))
