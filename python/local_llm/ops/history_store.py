"""Past answers in one SQLite file for all editors of this user: features/history_entry.py.

A connection is opened for each call: that takes a millisecond, belongs to whatever thread it is,
and holds nothing that another editor waits for.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from local_llm.features.history_entry import Entry, Found, Kept
from local_llm.ops.history_file import WAIT_S, exists, opened, transaction

if TYPE_CHECKING:
    import sqlite3

_COLUMNS = (
    "at, first_row, last_row, command, path, root, filetype, model, backend, finish, "
    "title, question"
)
_TEXTS = "title, question, answer, file"
_LATEST = (
    f"SELECT id, {_COLUMNS}, substr(answer, 1, ?) FROM entries "  # noqa: S608 - our own names
    "ORDER BY at DESC, id DESC LIMIT ?"
)
# A word of the title counts for more than one of a long answer.
_BEST = (
    f"SELECT id, {_COLUMNS}, substr(answer, 1, ?) FROM entries "  # noqa: S608
    "JOIN (SELECT rowid, bm25(words, 8.0, 4.0, 1.0, 2.0) AS far FROM words WHERE words MATCH ?) "
    "AS hit ON hit.rowid = id ORDER BY far, at DESC, id DESC LIMIT ?"
)
_WORDS, _WORD_CHARS = 32, 100  # of a search
# One entry must fit the smallest file with its index, however long a model went on.
_LONGEST = {"answer": 150_000, "question": 20_000, "title": 1000, "path": 4096, "root": 4096}
_AFTERWARDS = 0.9  # share of the limit that is left filled, so that dropping is rare


class HistoryFile:
    """Fulfils features.history_entry.HistoryStore.

    Args:
        path: The file; it is made, with its folder, when something is first kept.
        wait_s: How long to wait for other editors.

    """

    def __init__(self, path: Path, wait_s: float = WAIT_S) -> None:
        self.path = path
        self._wait_s = wait_s

    def add(self, entry: Entry, max_bytes: int) -> None:
        """Keep an entry, and drop the oldest ones until the file is within its limit."""
        row = _row(entry)
        names = ", ".join(row)
        marks = ", ".join("?" * len(row))
        with opened(self.path, self._wait_s) as db:
            with transaction(db):
                added = db.execute(
                    f"INSERT INTO entries ({names}) VALUES ({marks})",  # noqa: S608 - our own names
                    tuple(row.values()),
                )
                _index(db, added.lastrowid)
            # Only now: the index writes at the end of a transaction.
            _shrink(db, max_bytes)

    def find(self, words: str, limit: int, answer_chars: int) -> Found:
        """Return what has all the words, best first; without words the latest."""
        if not exists(self.path):
            return Found()
        match = match_of(words)
        if words.strip() and not match:
            return Found()
        with opened(self.path, self._wait_s) as db:
            total = _count(db, match)
            rows = db.execute(_BEST if match else _LATEST, (answer_chars, *_one(match), limit))
            return Found(entries=tuple(map(_kept, rows)), total=total)

    def get(self, number: int) -> Kept | None:
        """Return an entry whole, None where it is gone."""
        if not exists(self.path):
            return None
        with opened(self.path, self._wait_s) as db:
            rows = db.execute(
                f"SELECT id, {_COLUMNS}, answer FROM entries WHERE id = ?",  # noqa: S608
                (number,),
            )
            return next(map(_kept, rows), None)

    def remove(self, number: int) -> bool:
        """Forget an entry, in the index, too; tell whether it was there."""
        if not exists(self.path):
            return False
        with opened(self.path, self._wait_s) as db:
            with transaction(db):
                removed = _drop(db, "id = ?", number)
            _tidy(db)
        return removed > 0

    def clear(self) -> int:
        """Forget everything; return how many entries that were."""
        if not exists(self.path):
            return 0
        with opened(self.path, self._wait_s) as db:
            with transaction(db):
                count = db.execute("DELETE FROM entries").rowcount
                db.execute("INSERT INTO words (words) VALUES ('delete-all')")
            _tidy(db)
        return count


def match_of(words: str) -> str:
    """Return the search in SQLite's syntax: every word, or the beginning of one; "" = none.

    Each word is quoted, so that nothing in it is syntax, and what has no letter or digit, which
    the index does not know, is left out.
    """
    plain = "".join(char if char.isprintable() else " " for char in words)
    wanted = [word for word in plain.split() if any(map(str.isalnum, word))]
    quoted = (word[:_WORD_CHARS].replace('"', '""') for word in wanted[:_WORDS])
    return " ".join(f'"{word}"*' for word in quoted)


def _count(db: sqlite3.Connection, match: str) -> int:
    """Return how many entries match, or how many there are."""
    where = "words WHERE words MATCH ?" if match else "entries"
    row = db.execute(f"SELECT count(*) FROM {where}", _one(match))  # noqa: S608
    return int(row.fetchone()[0])


def _one(match: str) -> tuple[str, ...]:
    return (match,) if match else ()


def _row(entry: Entry) -> dict[str, Any]:
    """Return the columns of an entry, its texts cut to their bounds."""
    row: dict[str, Any] = {"at": entry.when}
    for name in Entry.__struct_fields__:
        value = getattr(entry, name)
        if name != "when":
            row[name] = value[: _LONGEST.get(name, 1000)] if isinstance(value, str) else value
    # What is searched is the name below the root: all files lie in the same folders above it.
    row["file"] = row["path"].removeprefix(f"{entry.root}/" if entry.root else "")
    texts = (value for value in row.values() if isinstance(value, str))
    return {"bytes": sum(len(text.encode()) for text in texts), **row}


def _kept(row: tuple[Any, ...]) -> Kept:
    names = ("number", *_COLUMNS.replace("at,", "when,", 1).split(", "), "answer")
    return Kept(**dict(zip(names, row, strict=True)))


def _index(db: sqlite3.Connection, number: int | None) -> None:
    db.execute(
        f"INSERT INTO words (rowid, {_TEXTS}) SELECT id, {_TEXTS} FROM entries WHERE id = ?",  # noqa: S608
        (number,),
    )


def _drop(db: sqlite3.Connection, which: str, value: int) -> int:
    """Remove rows from the table and its index; return how many."""
    db.execute(
        f"INSERT INTO words (words, rowid, {_TEXTS}) "  # noqa: S608
        f"SELECT 'delete', id, {_TEXTS} FROM entries WHERE {which}",
        (value,),
    )
    return db.execute(f"DELETE FROM entries WHERE {which}", (value,)).rowcount  # noqa: S608


def _shrink(db: sqlite3.Connection, max_bytes: int) -> None:
    """Drop the oldest entries until the file, as it will be, is within its limit."""
    while (size := _file_bytes(db)) > max_bytes:
        last = _oldest(db, 1 - _AFTERWARDS * max_bytes / size)
        if last is None:
            return
        with transaction(db):
            _drop(db, "id <= ?", last)
        _tidy(db)


def _oldest(db: sqlite3.Connection, share: float) -> int | None:
    """Return the last of the oldest entries that make up that share of all text, at least one."""
    left = db.execute("SELECT sum(bytes) FROM entries").fetchone()[0]
    if left is None:
        return None
    left *= share
    number = 0
    rows = db.execute("SELECT id, bytes FROM entries ORDER BY id")
    while left > 0 or not number:
        number, size = rows.fetchone()
        left -= size
    return number


def _tidy(db: sqlite3.Connection) -> None:
    """Take what was dropped out of the index and the file; until then both still hold it."""
    db.execute("INSERT INTO words (words) VALUES ('optimize')")
    db.executescript("PRAGMA incremental_vacuum")  # `execute` would free a single page


def _file_bytes(db: sqlite3.Connection) -> int:
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    return int(pages * db.execute("PRAGMA page_size").fetchone()[0])
