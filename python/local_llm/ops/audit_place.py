"""Files that only this user reads, a lock with a head in it, and the log's key.

    audit.key             32 random bytes, made once
    file.head             number and MAC of the last record; its lock is the log's
    audit.jsonl           the file that is written
    audit-SEQ.jsonl       earlier ones, by the number of their first record

`syslog.head` and `stdout.head` belong to the chains of what is sent there. A head file is never
replaced: whoever holds its lock is the only writer, in all editors and services.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local_llm.errors import AuditFailed, InstallError
from local_llm.guard.audit_chain import Head, head_of
from local_llm.kept import lock
from local_llm.ops.places import make_private

CURRENT = "audit.jsonl"
KEY_BYTES = 32
WAIT_S = 5.0  # a writer holds the lock for a millisecond, unless its disk is slow
_POLL_S = 0.002
_OTHERS = 0o077
_ROOMLESS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


@contextmanager
def told(doing: str, where: Path) -> Iterator[None]:
    """Turn faults of the disk into AuditFailed: `the audit log cannot be <doing>: ...`."""
    try:
        yield
    except OSError as exc:
        message = f"the audit log cannot be {doing}: {exc.strerror or type(exc).__name__}"
        raise AuditFailed(message, where=str(where), hint=_hint(exc)) from exc


def private_folder(folder: Path) -> None:
    """Make the folder, 0700. Raises: AuditFailed, where others can enter it or it is a link."""
    try:
        make_private(folder)
    except InstallError as exc:
        hint = f"chmod 700 {exc.where}, or remove it if it is not yours"
        raise AuditFailed(f"the audit log: {exc}", where=exc.where, hint=hint) from exc


def open_private(path: Path, flags: int) -> int:
    """Open a regular file of ours; others lose what rights they had. Raises: OSError."""
    handle = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        _narrow(handle)
    except BaseException:
        os.close(handle)
        raise
    return handle


@contextmanager
def locked(path: Path, wait_s: float) -> Iterator[int]:
    """Hold the lock of a head file, made if need be; yields its descriptor.

    The lock goes with the descriptor, also by kill -9. Raises: OSError, AuditFailed where somebody
    else holds it for longer than `wait_s`.
    """
    handle = open_private(path, os.O_RDWR | os.O_CREAT)
    try:
        _wait_for(handle, path, wait_s)
        yield handle
    finally:
        os.close(handle)


def read_head(handle: int) -> Head | None:
    """Return the head; None where there is none, or it makes no sense."""
    return head_of(os.pread(handle, 128, 0).decode("ascii", "replace"))


def write_head(handle: int, head: Head) -> None:
    """Replace the head in one write of the same length, which no kill cuts in two."""
    os.pwrite(handle, f"{head.seq:018d}:{head.mac}\n".encode(), 0)


def read_key(path: Path) -> bytes:
    """Return the key. Raises: FileNotFoundError, OSError; AuditFailed where others can read it."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        foreign = os.geteuid() not in (0, found.st_uid) and found.st_uid != 0
        if stat.S_IMODE(found.st_mode) & _OTHERS or foreign:
            raise AuditFailed(
                "the key of the audit log can be read or changed by others",
                where=str(path),
                hint="see who has read it; chmod 600, or move key and log away to begin anew",
            )
        key = file.read(KEY_BYTES + 1)
    if len(key) != KEY_BYTES:
        raise AuditFailed(
            f"the key of the audit log is damaged: it has to be {KEY_BYTES} bytes",
            where=str(path),
            hint="restore it from a backup, or move key and log away to begin anew",
        )
    return key


def key_for(folder: Path, path: Path) -> bytes:
    """Return the key, made where there is none and no log either.

    Raises: OSError; AuditFailed where a log has lost its key.
    """
    with contextlib.suppress(FileNotFoundError):
        return read_key(path)
    if not _has_log(folder):
        _make_key(path)
    try:
        return read_key(path)  # somebody else may have been quicker
    except FileNotFoundError:
        raise AuditFailed(
            "the audit log has lost its key",
            where=str(path),
            hint="restore it from a backup, or move the log away to begin anew",
        ) from None


def _narrow(handle: int) -> None:
    """Take away what others may do. Raises: OSError."""
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "not a regular file")
    if stat.S_IMODE(mode) & _OTHERS:
        os.fchmod(handle, stat.S_IMODE(mode) & ~_OTHERS)


def _make_key(path: Path) -> None:
    """Put a whole key there at once, unless somebody else was quicker."""
    part = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(handle)
        with contextlib.suppress(FileExistsError):
            os.link(part, path)
    finally:
        part.unlink(missing_ok=True)


def _has_log(folder: Path) -> bool:
    found = (*folder.glob("*.jsonl"), *folder.glob("*.head"))
    return any(path.is_file() and path.stat().st_size for path in found)


def _wait_for(handle: int, path: Path, wait_s: float) -> None:
    try:
        lock(handle, wait_s, _POLL_S)
    except BlockingIOError:
        raise AuditFailed(
            f"another program holds the audit log for more than {wait_s:g} s",
            where=str(path),
            hint="see what it waits for: `fuser` names it",
        ) from None


def _hint(exc: OSError) -> str:
    if exc.errno in _ROOMLESS:
        return "make room, or lower guard.audit_total_mb"
    return "see who may use it" if exc.errno in _FORBIDDEN else ""
