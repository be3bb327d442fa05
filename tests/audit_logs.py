"""Audit logs to look at and to spoil: records, lines and folders of them."""

from __future__ import annotations

import msgspec

from local_llm.guard.audit_chain import genesis, linked
from local_llm.guard.audit_record import Actor, Record, stamp
from local_llm.guard.audit_verify import Line
from local_llm.ops.audit_file import AuditFile

KEY = bytes(range(32))
T0 = 1_767_225_600.0  # 2026-01-01T00:00:00Z


def record(name="x", *, event="model.call", at=T0, **more):
    actor = Actor(type="user", username=name)
    return Record(ts=stamp(at), event=event, outcome="ok", actor=actor, **more)


def chain(records, key=KEY, sink="file"):
    """Return the lines of records, newlines included, and the head."""
    head, lines = genesis(key, sink), []
    for one in records:
        line, head = linked(one, head, key)
        lines.append(line)
    return lines, head


def as_lines(datas, file="audit.jsonl"):
    """Return bytes as the verifier wants them."""
    return [
        Line(data.removesuffix(b"\n"), file, number, data.endswith(b"\n"))
        for number, data in enumerate(datas, 1)
    ]


def fields(line):
    return msgspec.json.decode(line)


def log_in(folder, **options):
    """Return the log in a folder, at the time of its records unless told otherwise."""
    return AuditFile(folder, **{"now": lambda: T0, **options})


def written(folder, count, **options):
    """Return a log with so many records."""
    log = log_in(folder, **options)
    for number in range(1, count + 1):
        log.append(record(f"r{number}"))
    return log


def stored(folder):
    """Return the fields of all that is in a log, the oldest first."""
    return [fields(line.data) for line in log_in(folder).lines()]


def names(folder):
    """Return who stands in the records, without those about the log itself."""
    return [one["actor"]["username"] for one in stored(folder) if "actor" in one]
