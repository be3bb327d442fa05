"""Become an installed `llama-server`, which is watched from outside.

That program knows nothing of us: it does not say when it is ready, and it would outlive a killed
supervisor. So a watcher is forked first. It asks the server until the model is loaded, says so, and
then waits for the end of standard input, at which it kills the server, and itself: the two are a
process group of their own, with what a wrapper may have put between them. It ends with the server,
whichever way that goes: the server alone holds the other end of a pipe.
"""

from __future__ import annotations

import os
import select
import signal
import socket
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import NoReturn

from local_llm.ops.embedded.program import Job, command, known_options, server_env

_POLL_S = 0.05
_ASK_S = 5.0  # for one answer about its health; far more than it needs
_STDIN, _STDOUT, _STDERR = range(3)


def free_port(address: str) -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        port: int = probe.getsockname()[1]
        return port


def become(job: Job, say: Callable[..., None]) -> NoReturn:
    """Turn this process into the server, with a watcher beside it.

    `say` prints a message for whoever started us: `url`, or `error` when the server ends before.
    Raises: OSError where the program cannot be run.
    """
    words = command(job, known_options(job.program))
    if os.getpgrp() != os.getpid():
        os.setpgid(0, 0)
    alive, held = os.pipe()
    if os.fork() == 0:
        os.close(held)
        try:
            _watch(job, alive, say)
        finally:
            os._exit(0)
    os.set_inheritable(held, True)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, _STDIN)
    os.dup2(_STDERR, _STDOUT)  # the log, where there is one
    os.execve(job.program, words, server_env(os.environ))  # noqa: S606 - see known_options


def _watch(job: Job, alive: int, say: Callable[..., None]) -> None:
    loaded = False
    while True:
        ready, _, _ = select.select([_STDIN, alive], [], [], None if loaded else _POLL_S)
        if alive in ready:
            break
        if _STDIN in ready and not os.read(_STDIN, 4096):
            _end(job)
        if not loaded and _answers(job):
            loaded = True
            say(url=job.url)
    if not loaded:
        say(error=f"{job.program} could not load the model")


def _end(job: Job) -> None:
    """Kill everyone without waiting for requests under way; does not return."""
    if job.port == 0:
        Path(job.listen).unlink(missing_ok=True)
    os.killpg(0, signal.SIGKILL)


def _answers(job: Job) -> bool:
    """Tell whether the model is loaded; before that the server answers 503, or not at all."""
    http = _Local(job)
    try:
        http.request("GET", "/health")
        return http.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        http.close()


class _Local(HTTPConnection):
    """A connection to the unix socket, or to the port."""

    def __init__(self, job: Job) -> None:
        super().__init__("127.0.0.1", job.port, timeout=_ASK_S)
        self._job = job

    def connect(self) -> None:
        if self._job.port:
            super().connect()
            return
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(_ASK_S)
        self.sock.connect(self._job.listen)
