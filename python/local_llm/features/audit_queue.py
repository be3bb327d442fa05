"""Writing audit records beside the loop, one after another, in the order they were noted.

One thread of its own writes: an executor with a single thread runs what it is given in that order,
and a slow disk or another writer's lock holds up nobody but it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol

from local_llm import log
from local_llm.errors import AuditFailed, LocalLlmError
from local_llm.features.faults import bug
from local_llm.guard.audit_record import Record

MOST_WAITING = 1000  # records; a disk that hangs must not fill the memory
PAUSE_S = 1.0
LOST = "audit.lost"


class AuditSink(Protocol):
    """Writes records: ops/audit_file.py, ops/audit_sinks.py. May wait: called in a thread."""

    def append(self, record: Record) -> None:
        """Write a record. Raises: AuditFailed, and it is not written."""
        ...


class Audit(Protocol):
    """Takes records; AuditQueue writes them."""

    def note(self, record: Record) -> Awaitable[None]:
        """Take a record, at once and without raising.

        Returns: What may be awaited: it is written then. Raises there: AuditFailed, if strict.
        """
        ...


class _Done:
    """An awaitable that is done; needs no loop."""

    def __await__(self) -> Generator[None, None, None]:
        yield from ()


DONE = _Done()


class AuditQueue:
    """Fulfils Audit on one loop.

    Args:
        sink: Returns where records go by the options in force; asked for each record, on the loop.
        failed: Told the first failure of a session.
        strict: Whether awaiting a record that is not written raises.
        clock: Seconds, monotonic.

    """

    def __init__(
        self,
        sink: Callable[[], AuditSink],
        failed: Callable[[LocalLlmError], None],
        *,
        strict: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sink = sink
        self._failed = failed
        self._strict = strict
        self._thread = ThreadPoolExecutor(1, "audit")  # the thread starts with the first record
        self._pending: set[asyncio.Future[None]] = set()
        self._lost = 0  # records since one was written
        self._complained = False
        self._clock = clock
        self._fault: Exception | None = None  # the last one; only the thread looks at it
        self._again = 0.0  # when it is tried again

    def note(self, record: Record) -> Awaitable[None]:
        """Take a record; see Audit. After a failure the log is told first how many are lost."""
        if len(self._pending) >= MOST_WAITING:
            return self._settled(1, AuditFailed("audit records come faster than they are written"))
        if self._lost:
            lost, self._lost = self._lost, 0
            self._put(_gap(lost, record), lost)
        return self._put(record, 1)

    async def aclose(self) -> None:
        """Wait until all is written."""
        if self._pending:
            await asyncio.wait(tuple(self._pending))
        self._thread.shutdown(wait=False)

    def _put(self, record: Record, worth: int) -> asyncio.Future[None]:
        """Have a record written; `worth`: how many are lost with it."""
        loop = asyncio.get_running_loop()
        try:
            sink = self._sink()
            writing = loop.run_in_executor(self._thread, self._write, sink, record)
        except RuntimeError:  # at its end Python runs no thread any more; the earlier are written
            return self._put_here(record, worth)
        except Exception as exc:  # noqa: BLE001 - a note never raises
            return self._settled(worth, exc)
        noted: asyncio.Future[None] = loop.create_future()
        self._pending.add(writing)
        writing.add_done_callback(partial(self._written, noted, worth))
        return noted

    def _write(self, sink: AuditSink, record: Record) -> None:
        """Write, in the thread.

        After a failure nothing is tried for a moment: a try may wait for a lock for seconds, and
        the end of the program waits for all that was noted.
        """
        if self._fault is not None and self._clock() < self._again:
            raise self._fault.with_traceback(None)
        try:
            sink.append(record)
        except Exception as exc:
            self._fault, self._again = exc, self._clock() + PAUSE_S
            raise
        self._fault = None

    def _put_here(self, record: Record, worth: int) -> asyncio.Future[None]:
        try:
            self._write(self._sink(), record)
        except Exception as exc:  # noqa: BLE001 - told like a failure in the thread
            return self._settled(worth, exc)
        return self._settled(0, None)

    def _settled(self, worth: int, fault: Exception | None) -> asyncio.Future[None]:
        noted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._settle(noted, worth, fault)
        return noted

    def _written(
        self, noted: asyncio.Future[None], worth: int, writing: asyncio.Future[None]
    ) -> None:
        self._pending.discard(writing)
        self._settle(noted, worth, writing.exception())

    def _settle(self, noted: asyncio.Future[None], worth: int, fault: BaseException | None) -> None:
        """Tell whoever awaits it, unless that was cancelled: then it is written all the same."""
        known = None if fault is None else _known(fault)
        if known is not None:
            self._lost += worth
            self._complain(known)
        if noted.done():
            return
        if known is not None and self._strict:
            noted.set_exception(known)
            noted.exception()  # nobody has to await it
        else:
            noted.set_result(None)

    def _complain(self, fault: AuditFailed) -> None:
        """Say it once: each record would say it again."""
        if not self._complained:
            self._complained = True
            log.warning("the audit log is not complete: %s", fault.code)
            self._failed(fault)


def _known(fault: BaseException) -> AuditFailed:
    if isinstance(fault, AuditFailed):
        return fault
    told = bug(fault)  # type: ignore[arg-type]
    return AuditFailed(str(told), hint=told.hint)


def _gap(count: int, record: Record) -> Record:
    return Record(
        ts=record.ts,
        event=LOST,
        outcome="failed",
        reason=f"{count} records before this one could not be written",
        software_version=record.software_version,
    )
