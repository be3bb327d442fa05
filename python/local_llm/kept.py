"""Small files that several programs of this user write: replaced whole, or written under a lock."""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path


def replace(path: Path, content: bytes) -> None:
    """Put a file in place, whole or not at all, whoever else writes; 0600, its folder 0700.

    Raises: OSError, and the old file is still there.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def lock(handle: int, wait_s: float, poll_s: float = 0.005) -> None:
    """Lock an open file; closing it unlocks. Raises: BlockingIOError, if it is held all the time.

    Args:
        handle: Its descriptor.
        wait_s: How long to try. May wait: call it in a thread.
        poll_s: How long between two tries.

    """
    deadline = time.monotonic() + wait_s
    while True:
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
            time.sleep(poll_s)
