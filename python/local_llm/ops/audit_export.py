"""Records for people and for other programs: lines to read, JSON lines, a table.

What stands in a record may come from somebody else's server: nothing of it reaches a terminal as a
control, and nothing of it a spreadsheet as a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from local_llm.guard.audit_record import escaped, stamp

COLUMNS = (
    "seq",
    "ts",
    "event",
    "outcome",
    "reason",
    "actor.type",
    "actor.gitlab_user_id",
    "actor.username",
    "actor.token_fingerprint",
    "source.command",
    "source.ip",
    "source.instance",
    "source.webhook_id",
    "request_id",
    "project.id",
    "project.path",
    "target.type",
    "target.name",
    "target.iid",
    "target.head_sha",
    "target.note_id",
    "target.seq",
    "model.base_url_host",
    "model.name",
    "model.digest",
    "usage.prompt_tokens",
    "usage.completion_tokens",
    "usage.duration_ms",
    "content.prompt_sha256",
    "content.response_sha256",
    "content.bytes",
    "content.redactions",
    "software_version",
    "mac",
)
_SHOWN = ("actor.username", "actor.type", "source.command", "project.path", "target.name")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_DATE_CHARS = len("2026-01-31")


def shown(fields: Mapping[str, Any]) -> str:
    """Return a record as one line: number, time, event, outcome, then what there is to say."""
    words = [_cell(fields, "seq"), _cell(fields, "ts"), _cell(fields, "event")]
    words.append(_cell(fields, "outcome"))
    said = [_cell(fields, name) for name in _SHOWN]
    said += [_model(fields), _usage(fields), _cell(fields, "reason")]
    return "  ".join(escaped(word) for word in (*words, *said) if word)


def table_line(cells: tuple[str, ...]) -> str:
    """Return a line of CSV (RFC 4180)."""
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def cells(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a record as the cells under COLUMNS; never the text."""
    return tuple(_harmless(escaped(_cell(fields, name))) for name in COLUMNS)


def is_within(fields: Mapping[str, Any], since: str, until: str) -> bool:
    """Tell whether a record is of that time; "" = without a bound."""
    ts = _cell(fields, "ts")
    return since <= ts and (not until or ts < until)


def moment_of(text: str, *, end: bool = False) -> str:
    """Return a date or a time, UTC unless it says otherwise, as records have it.

    Args:
        text: Such as "2026-01-31" or "2026-01-31T12:00:00+01:00".
        end: Whether a date stands for the end of its day.

    Raises: ValueError.

    """
    if len(text) == _DATE_CHARS:
        day = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
        return stamp((day + timedelta(days=int(end))).timestamp())
    moment = datetime.fromisoformat(text)
    return stamp((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _model(fields: Mapping[str, Any]) -> str:
    name, host = _cell(fields, "model.name"), _cell(fields, "model.base_url_host")
    return f"{name} at {host}" if name and host else name or host


def _usage(fields: Mapping[str, Any]) -> str:
    return ", ".join(_amounts(fields))


def _amounts(fields: Mapping[str, Any]) -> Iterator[str]:
    units = {
        "usage.prompt_tokens": "tokens in",
        "usage.completion_tokens": "tokens out",
        "usage.duration_ms": "ms",
        "content.bytes": "bytes",
    }
    for name, unit in units.items():
        if amount := _cell(fields, name):
            yield f"{amount} {unit}"
    if masked := _cell(fields, "content.redactions"):
        yield f"masked: {masked}"


def _cell(fields: Mapping[str, Any], name: str) -> str:
    """Return a field by its dotted name as text; "" where it is absent."""
    value: Any = fields
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if isinstance(value, Mapping):
        return " ".join(f"{kind}={count}" for kind, count in sorted(value.items()))
    return "" if value is None else str(value)


def _harmless(text: str) -> str:
    """Keep a spreadsheet from reading text as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
