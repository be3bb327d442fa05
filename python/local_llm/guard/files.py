"""What the guard asks of the disk; who calls it brings the disk along."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Stamp(NamedTuple):
    """What lies at a path; another stamp means another content. Size in bytes."""

    is_folder: bool
    size: int
    changed_ns: int
    number: int  # the inode: a file that took another's place


class Files(Protocol):
    """Reads names and small files. Paths are absolute."""

    def resolve(self, path: str) -> str:
        """Follow links, also where nothing lies at the end. Raises OSError, as for a loop."""
        ...

    def stamp(self, path: str) -> Stamp | None:
        """Return what lies there, links followed; None where nothing does, or nobody may look."""
        ...

    def read(self, path: str) -> str:
        """Return a file's text; lone surrogates stand for bytes that are not UTF-8.

        Raises: OSError, also for one that is larger than a list of patterns ever is.
        """
        ...
