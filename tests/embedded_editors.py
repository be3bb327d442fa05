"""Processes that stand for editors with the embedded backend, and a look at what they share."""

from __future__ import annotations

import json
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx

from local_llm.ops.embedded.folder import CONTROL, SUPERVISOR_LOCK, shared_folder
from waiting import wait_until

ROOT = Path(__file__).parent.parent
PROGRAM = ROOT / "tests" / "embedded_editor.py"
LIMIT_S = 20.0


class Editor:
    """A process that holds a connection to the supervisor, or tries to."""

    def __init__(self, model: Path, idle_s: float = 0.2, context_tokens: int = 512) -> None:
        self._process = subprocess.Popen(
            [sys.executable, PROGRAM, str(model), str(idle_s), str(context_tokens)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT / "python")},
        )

    def answer(self) -> dict[str, Any]:
        """Return what the supervisor told it: `url` and `key_file`, or `fault`."""
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())

    def ask_again(self) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self.answer()

    def kill(self) -> None:
        """End it as kill -9 does."""
        self._process.kill()
        self._process.communicate()


@contextmanager
def editors(count: int, model: Path, **options: Any) -> Iterator[list[Editor]]:
    """Start several at the same moment; they are killed when the block ends."""
    with ExitStack() as stack:
        started = [Editor(model, **options) for _ in range(count)]
        for editor in started:
            stack.callback(editor.kill)
        yield started


def folder() -> Path:
    return shared_folder(os.environ)


def supervisor_pid() -> int:
    return int((folder() / SUPERVISOR_LOCK).read_text())


def server_pid(url: str) -> int:
    """Return the process that listens on a unix socket."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(url.removeprefix("unix:"))
        if sys.platform == "darwin":
            return struct.unpack("i", client.getsockopt(0, 2, 4))[0]  # LOCAL_PEERPID
        return struct.unpack("iII", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]


def runs(pid: int) -> bool:
    """Tell whether the process lives; one that is dead and only waits to be reaped does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return not Path("/proc/self/stat").exists()


def wait_gone(*pids: int) -> None:
    wait_until(lambda: not any(map(runs, pids)), LIMIT_S, f"the end of {pids}")


def wait_nothing_left() -> None:
    """Wait until no supervisor listens and no socket and no key is left."""
    wait_until(lambda: not leftovers(), LIMIT_S, lambda: f"still there: {leftovers()}")


def leftovers() -> list[str]:
    names = [path.name for path in folder().iterdir()]
    return [name for name in names if name == CONTROL or name.startswith("server-")]


def browser(url: str, key: str = "") -> httpx.Client:
    """Return a client for the server; with a key or without."""
    uds = url.removeprefix("unix:") if url.startswith("unix:") else None
    return httpx.Client(
        transport=httpx.HTTPTransport(uds=uds),
        base_url="http://localhost" if uds else url,
        headers={"Authorization": f"Bearer {key}"} if key else {},
        trust_env=False,
        timeout=LIMIT_S,
    )


def generates(answer: dict[str, Any]) -> bool:
    """Tell whether the server that the editor was given completes a prompt."""
    with browser(answer["url"], Path(answer["key_file"]).read_text()) as client:
        reply = client.post("/completion", json={"prompt": "def", "n_predict": 4})
    return reply.status_code == 200 and reply.json()["tokens_predicted"] == 4
