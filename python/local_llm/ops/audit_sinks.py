"""Where records go by the options: files, the system's log, or a service's standard output.

What is sent away has a chain of its own, whose end is kept here. It is noted after a record was
sent: a writer that is killed between the two makes the next one use the number again, and the
record is there twice rather than lost.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from local_llm.errors import AuditFailed
from local_llm.guard.audit_chain import Head, genesis, linked
from local_llm.guard.audit_record import Record
from local_llm.ops.audit_file import KEY, AuditFile
from local_llm.ops.audit_place import (
    WAIT_S,
    key_for,
    locked,
    private_folder,
    read_head,
    told,
    write_head,
)
from local_llm.ops.audit_writer import Limits
from local_llm.settings import Guard

FOLDER = "audit"  # below the state folder
SYSLOG = "/var/run/syslog" if sys.platform == "darwin" else "/dev/log"
# RFC 3164: facility 10 (authpriv, which only administrators read), severity 5 (notice).
_PRIORITY: Final = 10 * 8 + 5
_SEND_S = 2.0
_MB = 1024 * 1024
_DAY_S = 86_400.0


class AuditStream:
    """Sends records away; a record's text is never among it, as such logs cut long lines.

    Args:
        folder: Where key and head are kept; made, 0700, when something is first sent.
        name: "syslog" or "stdout": the chain's.
        send: Takes a line with its newline. Raises: OSError, AuditFailed.
        wait_s: How long to wait for other writers.
        key_path: Where the key lies; None = in the folder.

    """

    def __init__(
        self,
        folder: Path,
        name: str,
        send: Callable[[bytes], None],
        *,
        wait_s: float = WAIT_S,
        key_path: Path | None = None,
    ) -> None:
        self.folder = folder
        self._name = name
        self._send = send
        self._wait_s = wait_s
        self._key_path = key_path or folder / KEY

    def append(self, record: Record) -> None:
        """Send a record. Raises: AuditFailed, and it counts as not sent."""
        private_folder(self.folder)
        path = head_path(self.folder, self._name)
        with told("written", path), locked(path, self._wait_s) as handle:
            key = key_for(self.folder, self._key_path)
            before = read_head(handle) or genesis(key, self._name)
            line, head = linked(msgspec.structs.replace(record, text=None), before, key)
            self._send(line)
            write_head(handle, head)


def sink_for(guard: Guard, state: Path, stdout: int | None = None) -> AuditFile | AuditStream:
    """Return what writes records by these options; nothing is opened before the first one.

    Args:
        guard: The options.
        state: The XDG state folder of ours (`ops.places.state_folder`).
        stdout: Descriptor of a service's standard output; None where it belongs to others, as the
            editor's does.

    """
    folder = state / FOLDER
    if guard.audit_sink == "syslog":
        return AuditStream(folder, "syslog", to_syslog)
    if guard.audit_sink == "stdout":
        return AuditStream(folder, "stdout", to_descriptor(stdout))
    return AuditFile(folder, limits_of(guard), fsync=guard.audit_fsync, text=guard.audit_text)


def limits_of(guard: Guard) -> Limits:
    """Return the limits of the log's files."""
    return Limits(
        file_bytes=guard.audit_max_mb * _MB,
        total_bytes=guard.audit_total_mb * _MB,
        keep_s=guard.audit_keep_days * _DAY_S,
    )


def head_path(folder: Path, name: str) -> Path:
    """Return the file that keeps the end of a chain."""
    return folder / f"{name}.head"


def sent_head(folder: Path, name: str) -> Head | None:
    """Return the end of what was sent; None where nothing was. Raises: AuditFailed."""
    path = head_path(folder, name)
    if not path.exists():
        return None
    with told("read", path), locked(path, WAIT_S) as handle:
        return read_head(handle)


def to_syslog(line: bytes) -> None:
    """Send one datagram to the system's log. Raises: OSError."""
    message = f"<{_PRIORITY}>local-llm[{os.getpid()}]: ".encode() + line.rstrip(b"\n")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.settimeout(_SEND_S)
        log.connect(SYSLOG)
        log.send(message)


def to_descriptor(handle: int | None) -> Callable[[bytes], None]:
    """Return a function that writes lines there."""

    def send(line: bytes) -> None:
        if handle is None:
            raise AuditFailed(
                "the audit log cannot be written: standard output belongs to the editor",
                where="guard.audit_sink",
                hint='set it to "file" or "syslog"',
            )
        while line:  # a pipe may take a part
            line = line[os.write(handle, line) :]

    return send
