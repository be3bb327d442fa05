"""Fill a folder once, in one step, however many runs want it at the same time."""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def made_once(home: Path, holds: str = "") -> Iterator[Path | None]:
    """Give a folder to fill, to become `home`, or None when that is there already.

    Its files hold absolute paths, so one that was moved or copied is made again; so is one that
    was filled for other contents than `holds` names.
    """
    home.parent.mkdir(parents=True, exist_ok=True)
    with home.with_name(f"{home.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_made(home, holds):
            yield None
            return
        folder = home.with_name(f"{home.name}.tmp-{os.getpid()}")
        try:
            yield folder
            (folder / "ready").write_text(_stamp(home, holds), encoding="utf-8")
            shutil.rmtree(home, ignore_errors=True)
            folder.rename(home)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def is_made(home: Path, holds: str = "") -> bool:
    """Tell whether `home` is finished, in its place and filled with what `holds` names."""
    stamp = home / "ready"
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == _stamp(home, holds)


def _stamp(home: Path, holds: str) -> str:
    return f"{home}\n{holds}" if holds else str(home)
