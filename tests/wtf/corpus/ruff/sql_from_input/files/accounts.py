"""Looking up accounts in the SQLite file of the shop."""

import sqlite3
from contextlib import closing
from pathlib import Path

LIMIT = 50


class Accounts:
    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)

    def count(self) -> int:
        with closing(self._connection.execute("SELECT count(*) FROM accounts")) as rows:
            return rows.fetchone()[0]

    def search(self, name: str, city: str = "Zürich") -> list[tuple[int, str]]:
        """Find accounts by the start of their name."""
        print("in", city, "für", name)
        query = f"SELECT id, name FROM accounts WHERE city = '{city}' AND name LIKE '{name}%'"
        with closing(self._connection.execute(query)) as rows:
            return rows.fetchmany(LIMIT)
