"""The file of past answers: made, opened, recognised as ours; its faults as HistoryError.

SQLite with its rollback journal and a patient wait for the lock: several editors may write, a disk
that lets nobody write can still be read, and no second file stays beside it.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from local_llm.errors import HistoryError
from local_llm.installation import how_to_add

if TYPE_CHECKING:
    import sqlite3

WAIT_S = 5.0  # a writer holds the lock for milliseconds, while it drops old entries for a second
_OURS = 0x4C4C4D48  # application_id: "LLMH"
_VERSION = 1
_TABLES = """
CREATE TABLE entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    bytes INTEGER NOT NULL,
    at INTEGER NOT NULL,
    first_row INTEGER NOT NULL,
    last_row INTEGER NOT NULL,
    command TEXT NOT NULL,
    path TEXT NOT NULL,
    root TEXT NOT NULL,
    filetype TEXT NOT NULL,
    model TEXT NOT NULL,
    backend TEXT NOT NULL,
    finish TEXT NOT NULL,
    title TEXT NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    file TEXT NOT NULL
);
CREATE VIRTUAL TABLE words USING fts5(
    title, question, answer, file,
    content = 'entries', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
"""
_MOVE_IT = "move that file away; a new one is made"
# By SQLite's own names of its errors, each with those that begin so. Its texts may quote ours.
_FAULTS = {
    "SQLITE_NOTADB": ("the file of past answers is damaged, or another program's", _MOVE_IT),
    "SQLITE_CORRUPT": ("the file of past answers is damaged", _MOVE_IT),
    "SQLITE_FULL": ("the disk is full", "make room, or set history.max_mb or history.enabled"),
    "SQLITE_READONLY": ("the file of past answers cannot be written", "see who may use it"),
    "SQLITE_CANTOPEN": ("the file of past answers cannot be opened", "see who may use it"),
    "SQLITE_PERM": ("the file of past answers cannot be opened", "see who may use it"),
    "SQLITE_BUSY": ("another editor holds the file of past answers", "try again in a moment"),
    "SQLITE_LOCKED": ("another editor holds the file of past answers", "try again in a moment"),
    "SQLITE_IOERR": ("the disk fails to read or write past answers", "see whether it is full"),
}


def exists(path: Path) -> bool:
    """Tell whether there is such a file; looking makes none. Raises: HistoryError."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except OSError as exc:
        raise _closed(exc, path) from exc
    return True


@contextmanager
def opened(path: Path, wait_s: float = WAIT_S) -> Iterator[sqlite3.Connection]:
    """Open the file, made (0600, its folder 0700) and given its tables where need be.

    Raises: HistoryError, for faults of the file here and for those of SQLite inside the block.
    """
    # Not at the top: it takes 6 ms, and the first key of a session would wait for them.
    import sqlite3  # noqa: PLC0415

    try:
        _make_private(path)
        uri = f"{path.absolute().as_uri()}?mode=rw"
        with contextlib.closing(
            sqlite3.connect(uri, uri=True, timeout=wait_s, isolation_level=None)
        ) as db:
            _recognise(db, path)
            yield db
    except sqlite3.Error as exc:
        raise _described(exc, path) from None
    except OSError as exc:
        raise _closed(exc, path) from exc


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Make changes whole or not at all; waits for other editors."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _make_private(path: Path) -> None:
    """Make folder and file for this user alone. Raises: OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _narrow(path.parent, 0o700)
    # SQLite gives the journal the mode of the file, but would make the file for all to read.
    if not exists(path):
        with contextlib.suppress(FileExistsError):  # another editor was quicker
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    if path.is_file():
        _narrow(path, 0o600)


def _narrow(path: Path, mode: int) -> None:
    """Take away what others may do, where that is ours to decide."""
    found = stat.S_IMODE(path.stat().st_mode)
    if found & ~mode:
        with contextlib.suppress(OSError):
            path.chmod(found & mode)


def _recognise(db: sqlite3.Connection, path: Path) -> None:
    """Give an empty file its tables. Raises: HistoryError where it is not ours."""
    db.execute("PRAGMA secure_delete = ON")
    owner, version = _stamp(db)
    if (owner, version) == (0, 0) and not _has_tables(db):
        db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        with transaction(db):
            if _stamp(db) == (0, 0):  # no other editor was quicker
                for statement in filter(str.strip, _TABLES.split(";")):
                    db.execute(statement)
                db.execute(f"PRAGMA application_id = {_OURS}")
                db.execute(f"PRAGMA user_version = {_VERSION}")
        owner, version = _stamp(db)
    if owner != _OURS:
        raise HistoryError("that file is another program's", where=str(path), hint=_MOVE_IT)
    if version > _VERSION:
        raise HistoryError(
            "the past answers are those of a newer local-llm", where=str(path), hint="update it"
        )


def _stamp(db: sqlite3.Connection) -> tuple[int, int]:
    owner = db.execute("PRAGMA application_id").fetchone()[0]
    return owner, db.execute("PRAGMA user_version").fetchone()[0]


def _has_tables(db: sqlite3.Connection) -> bool:
    return bool(db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def _closed(exc: OSError, path: Path) -> HistoryError:
    message = f"the file of past answers cannot be opened: {exc.strerror}"
    return HistoryError(message, where=str(path), hint="see who may use it")


def _described(exc: sqlite3.Error, path: Path) -> HistoryError:
    """Return the fault in our words; SQLite's own could quote an answer."""
    name = getattr(exc, "sqlite_errorname", "") or type(exc).__name__
    if "no such module: fts5" in str(exc):
        message = "this Python's SQLite has no full-text search (FTS5)"
        return HistoryError(message, where=str(path), hint=f"{how_to_add()}, or set `python`")
    for begin, (message, hint) in _FAULTS.items():
        if name.startswith(begin):
            return HistoryError(message, where=str(path), hint=hint)
    return HistoryError(f"the past answers fail: {name}", where=str(path), hint=_MOVE_IT)
