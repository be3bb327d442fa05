"""Start the supervisor: `python -m local_llm.ops.embedded.daemon --folder DIR --log FILE`.

It listens first and goes to the background then, so that exit status 0 means that the supervisor
answers. The fork comes before any thread or event loop. Whoever ran this has no child to reap.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys
import time
from pathlib import Path

from local_llm.ops.embedded.folder import CONTROL, SUPERVISOR_LOCK, lock, remove_leftovers
from local_llm.ops.embedded.supervisor import Supervisor

_PREDECESSOR_S = 10.0  # one that is ending stops its servers first
_LOG_LIMIT_BYTES = 1 << 20


def main() -> None:
    """Take the lock, listen, and serve in the background."""
    options = _parser().parse_args()
    os.umask(0o077)
    held = _take_lock(options.folder / SUPERVISOR_LOCK)
    remove_leftovers(options.folder)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(options.folder / CONTROL))
    listener.listen()
    if os.fork():
        os._exit(0)
    os.setsid()
    os.truncate(held, 0)
    os.write(held, str(os.getpid()).encode())  # for a person who wonders
    _let_go_of_terminal(options.log)
    asyncio.run(Supervisor(options.folder, options.log, options.idle_s).run(listener))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="local_llm.ops.embedded.daemon", description=__doc__)
    parser.add_argument("--folder", required=True, type=Path, help="private folder of the sockets")
    parser.add_argument("--log", required=True, type=Path, help="file for errors")
    parser.add_argument("--idle-s", type=float, default=300.0, help="seconds to stay when unused")
    return parser


def _take_lock(path: Path) -> int:
    """Wait for a supervisor that is ending; the lock is held as long as this process lives."""
    deadline = time.monotonic() + _PREDECESSOR_S
    while (held := lock(path)) is None:
        if time.monotonic() > deadline:
            sys.exit("another supervisor holds the lock and does not answer")
        time.sleep(0.02)
    return held


def _let_go_of_terminal(log: Path) -> None:
    """Point the standard streams at nothing and the log, and leave the working folder."""
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _LOG_LIMIT_BYTES:
        log.write_bytes(b"")
    nothing = os.open(os.devnull, os.O_RDWR)
    errors = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for source, target in ((nothing, 0), (nothing, 1), (errors, 2)):
        os.dup2(source, target)
    os.chdir("/")


if __name__ == "__main__":
    main()
