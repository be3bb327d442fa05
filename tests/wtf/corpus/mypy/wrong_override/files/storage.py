from __future__ import annotations

from pathlib import Path

from base import Store


class FileStore(Store):
    """Keeps every value in a file of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, key: int) -> bytes:
        return (self.folder / str(key)).read_bytes()

    def write(self, key: str, value: bytes) -> None:
        (self.folder / key).write_bytes(value)
