"""The private folder that editors, supervisor and servers share, and what lies in it.

control.sock     the supervisor listens here
start.lock       held by the editor that starts a supervisor
supervisor.lock  held by the supervisor as long as it lives; its process id
server-*.sock    one a running server
server-*.key     its API key, mode 0600
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from local_llm.ops.embedded.server import LONGEST_SOCKET_PATH
from local_llm.ops.places import make_private, runtime_folder

CONTROL = "control.sock"
START_LOCK = "start.lock"
SUPERVISOR_LOCK = "supervisor.lock"
_LONGEST_NAME = "server-0123456789abcdef.sock"
_SHORT = Path("/tmp")  # noqa: S108 - short on every system; what we make there is checked


def shared_folder(env: Mapping[str, str]) -> Path:
    """Return the folder, made private; raises InstallError where it cannot be.

    A unix socket's path is limited to a hundred-odd bytes. Where the usual folder lies too deep, a
    private one in /tmp takes its place, named after it so that all agree.
    """
    folder = runtime_folder(env) / "embedded"
    if len(os.fsencode(folder / _LONGEST_NAME)) <= LONGEST_SOCKET_PATH:
        make_private(folder.parent)
        return make_private(folder)
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return make_private(_SHORT / f"local-llm-{os.geteuid()}-{digest}")


def write_key(path: Path) -> None:
    """Write a fresh random key to a new file that only this user can read."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32))


def remove_leftovers(folder: Path) -> None:
    """Remove the sockets and keys of a supervisor that was killed."""
    for path in [*folder.glob("server-*.sock"), *folder.glob("server-*.key"), folder / CONTROL]:
        with contextlib.suppress(OSError):
            path.unlink()


def lock(path: Path) -> int | None:
    """Return the descriptor of the locked file, or None while somebody else holds it.

    The lock goes with the last copy of the descriptor, also by kill -9.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle
