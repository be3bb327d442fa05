"""Writing at the end of the audit log while its lock is held: repairs, new files, old ones removed.

What the key vouches for decides where the chain goes on: the head that was kept beside the log, or
the last record in it, whichever is further. A writer that was killed between the two leaves a
record that the head does not know yet; somebody who takes records away leaves a head that is ahead,
and then the numbers go on from there, so that `verify` shows the gap.
"""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from local_llm import __version__
from local_llm.guard.audit_chain import RETENTION, Head, linked
from local_llm.guard.audit_record import Content, Outcome, Record, Target, stamp
from local_llm.ops.audit_place import CURRENT, open_private, read_head, write_head
from local_llm.ops.audit_tail import (
    closed_files,
    closed_name,
    first_line,
    last_line,
    last_link,
    moment,
    number,
    number_of,
    whole_bytes,
)

REPAIRED = "audit.repaired"
_DAY_S = 86_400.0
_MB = 1024 * 1024
_FILES = 10  # so many make up the time that records are kept
_APPEND = os.O_RDWR | os.O_APPEND | os.O_CREAT


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """When a file is closed, and when closed ones are removed.

    file_bytes, total_bytes: Of one file and of all. keep_s: A file goes when its last record is
    older; one is closed after a tenth of that time, so that none holds records for much longer.
    """

    file_bytes: int = 10 * _MB
    total_bytes: int = 500 * _MB
    keep_s: float = 90 * _DAY_S


class Writer:
    """The end of the log.

    Args:
        folder: The log's.
        key: Its key.
        head_file: Descriptor of its head file, locked.
        start: What the first record follows.
        fsync: Whether each record is on the disk before `put` returns.

    """

    def __init__(
        self, folder: Path, key: bytes, head_file: int, start: Head, *, fsync: bool
    ) -> None:
        self._folder = folder
        self._key = key
        self._head_file = head_file
        self._fsync = fsync
        self._noted = read_head(head_file) or start
        link = last_link(folder, key)
        self._found = Head(link.seq, link.mac) if link is not None else start
        self._head = max(self._noted, self._found, key=lambda head: head.seq)
        self._handle = self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._handle)

    def put(self, record: Record) -> None:
        """Write a record in one call, whole or not at all. Raises: OSError."""
        line, head = linked(record, self._head, self._key)
        size = os.fstat(self._handle).st_size
        if os.write(self._handle, line) < len(line):  # the disk is full, or a limit is reached
            os.ftruncate(self._handle, size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if self._fsync:
            _flush(self._handle)
        self._head = head
        write_head(self._head_file, head)

    def repair(self, now: float) -> None:
        """Deal with a last line that has no end: a writer was killed, and the record is lost.

        Where records are missing that were complete once, the file is kept as it is.
        """
        end, size = whole_bytes(self._handle), os.fstat(self._handle).st_size
        if end == size:
            return
        if self._noted.seq > self._found.seq:
            self._close_file()
            return
        os.ftruncate(self._handle, end)
        reason = "a record that was not finished was cut off"
        self._note(now, REPAIRED, "failed", reason, content=Content(bytes=size - end))

    def tidy(self, limits: Limits, now: float) -> None:
        """Close the file where it is full or old, and remove what was kept for long enough."""
        if not self._is_due(limits, now):
            return
        self._close_file()
        closed = closed_files(self._folder)
        expired = _expired(closed, limits, now)
        if expired:
            left = [path for path in closed if path not in expired]
            seq = number_of(left[0]) if left else self._head.seq + 1
            target = Target(type="audit_log", seq=seq)
            reason = f"files before seq {seq} were kept for long enough"
            self._note(now, RETENTION, "ok", reason, target=target)
        for path in expired:  # only now: a log that says so may begin late, another may not
            path.unlink()
        self._flush_folder()

    def _is_due(self, limits: Limits, now: float) -> bool:
        size = os.fstat(self._handle).st_size
        if size >= limits.file_bytes:
            return True
        begun = moment(first_line(self._handle)) if size else ""
        return begun != "" and begun < stamp(now - limits.keep_s / _FILES)

    def _close_file(self) -> None:
        """Give the file the number of its first record, and begin a new one."""
        seq = number(first_line(self._handle)) or self._head.seq
        target = self._folder / closed_name(seq)
        if target.exists():
            raise FileExistsError(errno.EEXIST, f"{target.name} is there already; move it away")
        (self._folder / CURRENT).rename(target)
        handle, self._handle = self._handle, self._open()
        os.close(handle)
        self._flush_folder()

    def _note(
        self,
        now: float,
        event: str,
        outcome: Outcome,
        reason: str,
        *,
        target: Target | None = None,
        content: Content | None = None,
    ) -> None:
        """Write a record about the log itself."""
        self.put(
            Record(
                ts=stamp(now),
                event=event,
                outcome=outcome,
                reason=reason,
                target=target,
                content=content,
                software_version=__version__,
            )
        )

    def _open(self) -> int:
        return open_private(self._folder / CURRENT, _APPEND)

    def _flush_folder(self) -> None:
        """Make new, renamed and removed names last, too."""
        if not self._fsync:
            return
        handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _expired(closed: list[Path], limits: Limits, now: float) -> list[Path]:
    """Return the oldest files that are too old, or too much together with the later ones."""
    oldest = stamp(now - limits.keep_s)
    sizes = [path.stat().st_size for path in closed]
    expired: list[Path] = []
    for at, path in enumerate(closed):
        if sum(sizes[at:]) <= limits.total_bytes and not _is_before(path, oldest):
            break
        expired.append(path)
    return expired


def _is_before(path: Path, oldest: str) -> bool:
    """Tell whether the last record is older; one that does not say when it was made is not."""
    with path.open("rb") as file:
        return "" < moment(last_line(file.fileno())) < oldest


def _flush(handle: int) -> None:
    """Write to the disk itself; macOS does that by a call of its own only."""
    full = getattr(fcntl, "F_FULLFSYNC", None)
    if full is None:
        os.fsync(handle)
    else:
        fcntl.fcntl(handle, full)
