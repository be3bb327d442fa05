"""Stands between the plugin and a model server and notes every completion: `... URL`.

Its own process. Bytes pass unchanged, both ways, and so does the end of a connection: a client
that closes finds the server's side closed in the same moment. Each connection of a client has one
to the server.
GET /_fake/log tells what was asked, and GET /_fake/reset forgets it.
"""

from __future__ import annotations

import json
import re
import select
import socket
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from instant_server import read_request

_GENERATING = ("/completion", "/infill", "/v1/chat/completions", "/v1/completions")
_TEXT = re.compile(rb'"content":"[^"]')
_COUNT = {name: re.compile(rb'"%b":(\d+)' % name.encode()) for name in ("cache_n", "prompt_n")}
_END = b'"timings":{'


@dataclass
class Asked:
    """One completion; times of the monotonic clock, 0 = not yet. wanted: `n_predict`.

    cache_n, prompt_n: Prompt tokens that the server had, and those it evaluated; None = the
        client left before the end.
    """

    read_ns: int
    wanted: int
    first_ns: int = 0
    ended_ns: int = 0
    closed_ns: int = 0
    cache_n: int | None = None
    prompt_n: int | None = None


class Proxy:
    """Passes bytes on, a thread a connection."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname, parts.port)
        self._lock = threading.Lock()
        self._log: list[Asked] = []

    def serve(self, listener: socket.socket) -> None:
        while True:
            client, _ = listener.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        buffer = bytearray()
        with client, suppress(OSError), socket.create_connection(self._address) as server:
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while request := read_request(client, buffer):
                path = request.path.partition("?")[0]
                if path.startswith("/_fake/"):
                    self._tell(client, path)
                    continue
                asked = self._note(path, request.body, request.read_ns)
                server.sendall(request.raw)
                if not _pass_on(client, server, asked):
                    return

    def _note(self, path: str, body: bytes, read_ns: int) -> Asked | None:
        if path not in _GENERATING:
            return None
        asked = Asked(read_ns, json.loads(body).get("n_predict", -1))
        with self._lock:
            self._log.append(asked)
        return asked

    def _tell(self, client: socket.socket, path: str) -> None:
        with self._lock:
            if path.endswith("reset"):
                self._log.clear()
            data = json.dumps([asdict(asked) for asked in self._log]).encode()
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(data), data))


def _pass_on(client: socket.socket, server: socket.socket, asked: Asked | None) -> bool:
    """Pass an answer on until the client asks again (True), or either side closes."""
    heard = bytearray()
    while True:
        ready, _, _ = select.select([client, server], [], [])
        if server in ready:
            if not (data := server.recv(1 << 18)):
                return False
            client.sendall(data)
            if asked is not None and not asked.ended_ns:
                heard += data
                _look(asked, heard)
        if client in ready:
            # Only looked at: the request is read where all of them are.
            if not client.recv(1, socket.MSG_PEEK):
                if asked is not None:
                    asked.closed_ns = time.monotonic_ns()
                return False
            return True


def _look(asked: Asked, heard: bytearray) -> None:
    """Note the first text, and the figures at the end."""
    if not asked.first_ns and _TEXT.search(heard):
        asked.first_ns = time.monotonic_ns()
    at = heard.find(_END)
    if at >= 0 and b"}" in heard[at:]:
        asked.ended_ns = time.monotonic_ns()
        for name, pattern in _COUNT.items():
            if found := pattern.search(heard, at):
                setattr(asked, name, int(found[1]))


def main() -> None:
    """Serve until standard input closes."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    threading.Thread(target=Proxy(sys.argv[1]).serve, args=(listener,), daemon=True).start()
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
