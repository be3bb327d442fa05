"""Rights that a test lays down, because it is run by root, whom no mode of a file stops."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator

NOBODY = 65534


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """Lay down the rights of root for a while; without them, nothing is done."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def without_override() -> list[str]:
    """Return what to put before a command, so that a file's mode stops it, also as root.

    Empty where root cannot lay that right down, and for all others, who never had it.
    """
    setpriv = shutil.which("setpriv")
    if os.geteuid() != 0 or setpriv is None:
        return []
    dropped = [setpriv, "--bounding-set", "-dac_override,-dac_read_search", "--"]
    tried = subprocess.run([*dropped, "true"], capture_output=True, check=False)
    return [] if tried.returncode else dropped
