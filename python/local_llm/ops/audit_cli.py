"""`local-llm audit ...`: checking, showing and exporting the audit log.

What is printed passes `escaped`: names in records come from elsewhere, and an altered line may hold
anything.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local_llm.errors import AuditFailed
from local_llm.guard.audit_chain import Head, head_of, parsed
from local_llm.guard.audit_record import escaped
from local_llm.guard.audit_verify import Line, Verdict, verify
from local_llm.ops.audit_export import COLUMNS, cells, is_within, moment_of, shown, table_line
from local_llm.ops.audit_file import KEY, AuditFile
from local_llm.ops.audit_place import read_key, told
from local_llm.ops.audit_sinks import FOLDER, sent_head
from local_llm.ops.audit_tail import lines_of
from local_llm.ops.places import state_folder

_SENT = ("syslog", "stdout")
_MOST_FAULTS = 20
_HELP = "read doc/local_llm.txt, or :help local-llm-audit, on what to do about it"


def register(groups: Any) -> None:
    """Add the `audit` group to the program's sub-commands."""
    parser = groups.add_parser("audit", help="check, show and export the audit log")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_verify(commands)
    _add_show(commands)
    _add_export(commands)
    head = _command(commands, "head", "print number and MAC of the last record, to note elsewhere")
    head.add_argument("--sink", choices=("file", *_SENT), default="file", help="whose chain (file)")
    head.set_defaults(run=_head)


def _command(commands: Any, name: str, text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=text)
    command.add_argument(
        "--folder", type=Path, help="where the log lies (below $XDG_STATE_HOME, local-llm/audit)"
    )
    return command


def _add_verify(commands: Any) -> None:
    command = _command(
        commands, "verify", "check the chain; fails and names the first broken record"
    )
    command.add_argument(
        "--head",
        type=_noted,
        action="append",
        default=[],
        metavar="SEQ:MAC",
        help="what `head` printed once; shows whether records at the end were removed",
    )
    command.add_argument(
        "--sent", choices=_SENT, help="check what was sent there, gathered in FILE"
    )
    command.add_argument("file", nargs="*", type=Path, metavar="FILE", help="with --sent, in order")
    command.set_defaults(run=_verify)


def _add_show(commands: Any) -> None:
    command = _command(commands, "show", "print the latest records, one a line")
    command.add_argument("--last", type=_natural, default=20, metavar="N", help="so many (20)")
    command.add_argument("--event", default="", help="only these, such as model.call")
    command.set_defaults(run=_show)


def _add_export(commands: Any) -> None:
    command = _command(commands, "export", "print records as JSON lines or CSV")
    command.add_argument(
        "--format", choices=("jsonl", "csv"), default="jsonl", help="of lines (jsonl)"
    )
    command.add_argument(
        "--since", type=_begin, metavar="TIME", help="2026-01-31, or with T12:00 (UTC)"
    )
    command.add_argument(
        "--until", type=_end, metavar="TIME", help="up to then; a day counts whole"
    )
    command.set_defaults(run=_export)


def _noted(text: str) -> Head:
    head = head_of(text)
    if head is None:
        raise argparse.ArgumentTypeError("has to be SEQ:MAC, as `local-llm audit head` prints it")
    return head


def _natural(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 1 << 31:
        raise argparse.ArgumentTypeError("has to be a whole number above 0")
    return int(text)


def _begin(text: str) -> str:
    return _time(text, end=False)


def _end(text: str) -> str:
    return _time(text, end=True)


def _time(text: str, *, end: bool) -> str:
    try:
        return moment_of(text, end=end)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            "has to be a date or a time, such as 2026-01-31 or 2026-01-31T12:00:00Z"
        ) from None


def _verify(options: argparse.Namespace) -> None:
    if options.sent:
        verdict = _verified(options)
    elif options.file:
        raise AuditFailed("a FILE is checked only with --sent", hint="say where it was sent")
    else:
        verdict = _log(options).verify(options.head)
    _report(verdict, options)


def _verified(options: argparse.Namespace) -> Verdict:
    """Check lines that were gathered elsewhere; what stands before a record is the gatherer's."""
    if not options.file:
        raise AuditFailed("there is no FILE to check", hint="name what holds the lines, in order")
    key_path = _folder(options) / KEY
    with told("read", key_path):
        key = read_key(key_path)
    lines = itertools.chain.from_iterable(map(_gathered, options.file))
    return verify(lines, key, sink=options.sent, heads=options.head, whole=False)


def _gathered(path: Path) -> Iterator[Line]:
    with told("read", path), path.open("rb") as file:
        for line in lines_of(path.name, file):
            at = line.data.find(b"{")
            if at >= 0:
                yield Line(line.data[at:], line.file, line.number)


def _report(verdict: Verdict, options: argparse.Namespace) -> None:
    """Print what was found. Raises: AuditFailed, where something is wrong."""
    if verdict.records:
        _say(f"{verdict.records} records, seq {verdict.begins} to {verdict.head.seq}")
        _say(f"head {verdict.head}")
    if verdict.begins > 1:
        _say(f"begins at seq {verdict.begins}: earlier records are not here any more")
    for head in options.head:
        if head.seq < verdict.begins:
            _say(f"the head of seq {head.seq} cannot be compared: its record is gone")
    if verdict.unfinished:
        _say(f"a last record of {verdict.unfinished} bytes is not finished; it was never complete")
    for fault in verdict.faults[:_MOST_FAULTS]:
        _say(fault.sentence())
    if len(verdict.faults) > _MOST_FAULTS:
        _say(f"and {len(verdict.faults) - _MOST_FAULTS} more")
    if not verdict.is_sound:
        first = verdict.faults[0]
        message = f"the audit log is broken, first at {first.sentence()}"
        raise AuditFailed(message, where=str(_folder(options)), hint=_HELP)
    _say("sound" if verdict.records else "nothing was recorded yet")


def _show(options: argparse.Namespace) -> None:
    found: deque[dict[str, Any]] = deque(maxlen=options.last)
    for fields in _records(options):
        if not options.event or fields.get("event") == options.event:
            found.append(fields)
    for fields in found:
        _say(shown(fields))


def _export(options: argparse.Namespace) -> None:
    table = options.format == "csv"
    if table:
        sys.stdout.write(table_line(COLUMNS))
    for line in _log(options).lines():
        fields = parsed(line.data)
        if fields is None or not is_within(fields, options.since or "", options.until or ""):
            continue
        if table:
            sys.stdout.write(table_line(cells(fields)))
        else:
            _say(escaped(line.data.decode("utf-8", "backslashreplace")))


def _head(options: argparse.Namespace) -> None:
    folder = _folder(options)
    head = AuditFile(folder).head() if options.sink == "file" else sent_head(folder, options.sink)
    if head is None:
        raise AuditFailed("nothing was recorded yet", where=str(folder), hint="set guard.audit")
    _say(str(head))


def _records(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    for line in _log(options).lines():
        fields = parsed(line.data)
        if fields is not None:
            yield fields


def _log(options: argparse.Namespace) -> AuditFile:
    return AuditFile(_folder(options))


def _folder(options: argparse.Namespace) -> Path:
    folder: Path | None = options.folder
    return folder if folder is not None else state_folder(os.environ) / FOLDER


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
