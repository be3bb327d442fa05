"""The audit log in files of this user: written by many editors and services, one at a time.

A record is one `write` at the end of a file, under a lock that all writers share, after a look at
what the last writer left. So a writer that is killed loses at most the record it was writing: what
it left of a line is cut off by the next one, which says so in the log.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from local_llm.errors import AuditFailed
from local_llm.guard.audit_chain import Head, fingerprint, genesis
from local_llm.guard.audit_record import Record
from local_llm.guard.audit_verify import Line, Verdict, verify
from local_llm.ops.audit_place import (
    WAIT_S,
    key_for,
    locked,
    private_folder,
    read_head,
    read_key,
    told,
)
from local_llm.ops.audit_tail import all_files, lines_of
from local_llm.ops.audit_writer import Limits, Writer

HEAD = "file.head"
KEY = "audit.key"


class AuditFile:
    """The log in a folder.

    Args:
        folder: Made, 0700, when something is first written.
        limits: When files are closed and removed.
        fsync: Whether a record is on the disk when `append` returns.
        text: Whether a record's text is kept; else it is left out, whoever put it there.
        now: Seconds since 1970.
        wait_s: How long to wait for other writers.
        key_path: Where the key lies; None = in the folder.

    Every method raises AuditFailed where disk, lock or key do not let it. It may wait: call it in a
    thread.

    """

    def __init__(
        self,
        folder: Path,
        limits: Limits | None = None,
        *,
        fsync: bool = False,
        text: bool = False,
        now: Callable[[], float] = time.time,
        wait_s: float = WAIT_S,
        key_path: Path | None = None,
    ) -> None:
        self.folder = folder
        self._limits = limits or Limits()
        self._fsync = fsync
        self._text = text
        self._now = now
        self._wait_s = wait_s
        self._key_path = key_path or folder / KEY

    def append(self, record: Record) -> None:
        """Write a record; where this raises it is not in the log."""
        kept = record if self._text else msgspec.structs.replace(record, text=None)
        with self._writer() as writer:
            writer.repair(self._now())
            writer.tidy(self._limits, self._now())
            writer.put(kept)

    def head(self) -> Head | None:
        """Return the end of the chain; None where nothing was written yet."""
        with told("read", self.folder), self._held() as handle:
            return read_head(handle) if handle is not None else None

    def fingerprint(self, token: str) -> str:
        """Return what stands for a token in `Actor.token_fingerprint`."""
        private_folder(self.folder)
        with told("read", self._key_path):
            return fingerprint(key_for(self.folder, self._key_path), token)

    def verify(self, heads: Iterable[Head] = ()) -> Verdict:
        """Check the whole log, against the head kept beside it and others that were noted."""
        with told("read", self.folder), contextlib.ExitStack() as stack:
            lines, own = self._snapshot(stack)
            given = (*heads, own) if own is not None else tuple(heads)
            return verify(lines, self._known_key(), heads=given)

    def lines(self) -> Iterator[Line]:
        """Yield every line, the oldest first, as it is; the last may be unfinished."""
        with told("read", self.folder), contextlib.ExitStack() as stack:
            lines, _head = self._snapshot(stack)
            yield from lines

    @contextlib.contextmanager
    def _writer(self) -> Iterator[Writer]:
        private_folder(self.folder)
        with told("written", self.folder), locked(self.folder / HEAD, self._wait_s) as head:
            key = key_for(self.folder, self._key_path)
            with Writer(self.folder, key, head, genesis(key, "file"), fsync=self._fsync) as writer:
                yield writer

    @contextlib.contextmanager
    def _held(self) -> Iterator[int | None]:
        """Keep writers away for a moment; None where there is no log to keep them from."""
        if not (self.folder / HEAD).exists():
            yield None
            return
        with locked(self.folder / HEAD, self._wait_s) as handle:
            yield handle

    def _snapshot(self, stack: contextlib.ExitStack) -> tuple[Iterator[Line], Head | None]:
        """Return the lines as they are now, whatever is written or removed while they are read."""
        with self._held() as handle:
            opened = [
                (path.name, stack.enter_context(path.open("rb"))) for path in all_files(self.folder)
            ]
            sized = [(name, file, os.fstat(file.fileno()).st_size) for name, file in opened]
            head = read_head(handle) if handle is not None else None
        return (line for name, file, size in sized for line in lines_of(name, file, size)), head

    def _known_key(self) -> bytes:
        try:
            return read_key(self._key_path)
        except OSError as exc:
            if exc.errno != errno.ENOENT:
                raise
            raise AuditFailed(
                "there is no audit log here, or it has lost its key",
                where=str(self._key_path),
                hint="set guard.audit to begin one; a lost key has to come from a backup",
            ) from exc
