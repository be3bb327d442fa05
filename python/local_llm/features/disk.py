"""The disk, as the guard asks for it."""

from __future__ import annotations

import os
import stat

from local_llm.config import read_bounded
from local_llm.guard.files import Stamp


class Disk:
    """Fulfils guard.files.Files."""

    def resolve(self, path: str) -> str:
        """Follow links. Raises OSError for a loop."""
        return os.path.realpath(path)

    def stamp(self, path: str) -> Stamp | None:
        """Return what lies there, None where nothing does."""
        try:
            found = os.stat(path)  # noqa: PTH116 - half the time of Path's
        except (OSError, ValueError):
            return None
        return Stamp(stat.S_ISDIR(found.st_mode), found.st_size, found.st_mtime_ns, found.st_ino)

    def read(self, path: str) -> str:
        """Return the text of a regular file of at most 256 KiB. Raises OSError."""
        content = read_bounded(path)
        if content is None:
            raise FileNotFoundError(path)
        return content.decode("utf-8", "surrogateescape")
