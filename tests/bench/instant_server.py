"""A llama.cpp server that answers at once and notes when: `instant_server.py MODEL.gguf KIND`.

Its own process, so that its work does not share an interpreter with what measures. One thread a
connection that waits in recv(): what stands between the last byte of a request and its time in
the log is one wake-up, and between the time of an answer and the wire one send().

KIND: `number`: every answer says its number. `long`: every answer is LONG.
`silent`: nothing is sent. `stall`: the first piece is sent, and no more. (The first answer comes
whole in any case: from it the plugin learns what it must know.)
GET /_fake/log tells what happened; GET /_fake/reset forgets it.
"""

from __future__ import annotations

import itertools
import json
import re
import socket
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fakes import llamacpp_shapes as shapes
from fakes import tokens
from fakes.llamacpp_stream import NativeStream
from fakes.script import Script

NAME, CONTEXT_TOKENS = "instant-coder", 4096
# What is typed through: five lines, over 200 characters, nothing that trimming would take away.
LONG = """\
the first of five lines, said by a server which knows its answer
words of the second line, all of them of the usual kind and size
here comes line number three and nothing in it is said elsewhere
one more, which somebody types through without a look at the end
and a last one that is never reached, as the keys do not last so"""
_CHUNK = b"%x\r\n%b\r\n"
_STREAM = (
    b"HTTP/1.1 200 OK\r\nServer: llama.cpp\r\nAccess-Control-Allow-Origin: \r\n"
    b"Keep-Alive: timeout=5, max=100\r\nX-Accel-Buffering: no\r\n"
    b"Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
)
_LETTERS = re.compile(r'root ::= "((?:[^"\\]|\\.)*)"')


@dataclass
class Asked:
    """One request for a completion; times of the monotonic clock, 0 = not yet.

    open_before: Requests under way when this one came.
    """

    number: int
    read_ns: int
    open_before: int
    tokens: int
    answered_ns: int = 0
    closed_ns: int = 0


class Server:
    """Accepts, answers, and keeps the log."""

    def __init__(self, model: str, kind: str) -> None:
        self._model, self._kind = model, kind
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._open: dict[socket.socket, Asked] = {}
        self._log: list[Asked] = []

    def serve(self, listener: socket.socket) -> None:
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        buffer = bytearray()
        with connection, suppress(OSError):
            while request := read_request(connection, buffer):
                if request.path == "/completion":
                    self._complete(connection, request.body, request.read_ns)
                else:
                    self._tell(connection, request)

    def _complete(self, connection: socket.socket, body: bytes, read_ns: int) -> None:
        asked = self._enter(connection, read_ns)
        ask = json.loads(body)
        prompt = ask["prompt"]
        asked.tokens = len(prompt) if isinstance(prompt, list) else tokens.count(prompt)
        pieces, end = self._frames(asked, ask)
        if self._kind in ("silent", "stall") and asked.number > 1:
            if self._kind == "stall":
                asked.answered_ns = time.monotonic_ns()
                connection.sendall(_STREAM + _CHUNK % (len(pieces), pieces))
            connection.recv(1)
            asked.closed_ns = time.monotonic_ns()
            self._leave(connection)
            connection.shutdown(socket.SHUT_RDWR)
        else:
            data = _STREAM + b"".join(_CHUNK % (len(part), part) for part in (pieces, end, b""))
            self._leave(connection)
            asked.answered_ns = time.monotonic_ns()
            connection.sendall(data)

    def _enter(self, connection: socket.socket, read_ns: int) -> Asked:
        """Note a request, and how many others nobody has closed."""
        with self._lock:
            others = sum(not _is_closed(other) for other in self._open)
            asked = Asked(next(self._numbers), read_ns, others, 0)
            self._open[connection] = asked
            self._log.append(asked)
        return asked

    def _leave(self, connection: socket.socket) -> None:
        with self._lock:
            del self._open[connection]

    def _frames(self, asked: Asked, ask: dict[str, Any]) -> tuple[bytes, bytes]:
        """Return the events of an answer, which begins as the request's grammar says."""
        letters = _LETTERS.match(ask.get("grammar") or "")
        begun = json.loads(f'"{letters[1]}"') if letters else ""
        text = LONG if self._kind == "long" else f"{asked.number:05d} of the answers"
        script = Script(pieces=[begun + text], models=[NAME])
        answer = NativeStream(ask, script, "x" * 4 * asked.tokens, asked.tokens, old_errors=False)
        frames = answer.frames()
        return b"".join(frames.pieces), b"".join(frames.end)

    def _tell(self, connection: socket.socket, request: Request) -> None:
        """Answer a question about the server itself."""
        path = request.path.partition("?")[0]
        status, value = b"200 OK", self._about(request.method, path, request.body)
        if value is None:
            status, value = b"404 Not Found", {"error": {"message": "File Not Found"}}
        data = json.dumps(value).encode()
        head = b"HTTP/1.1 %b\r\nServer: llama.cpp\r\nContent-Type: application/json\r\n"
        connection.sendall(head % status + b"Content-Length: %d\r\n\r\n%b" % (len(data), data))

    def _about(self, method: str, path: str, body: bytes) -> Any:
        match method, path:
            case "GET", "/health":
                value: Any = {"status": "ok"}
            case "GET", "/props":
                props = shapes.props(NAME, CONTEXT_TOKENS, shapes.BUILD)
                value = {**props, "total_slots": 2, "model_path": self._model}
            case "GET", "/models" | "/v1/models":
                value = shapes.models(NAME, CONTEXT_TOKENS, CONTEXT_TOKENS)
            case "POST", "/tokenize":
                value = _tokenized(json.loads(body))
            case "GET", "/_fake/log" | "/_fake/reset":
                with self._lock:
                    value = [asdict(asked) for asked in self._log]
                    if path.endswith("reset"):
                        self._log.clear()
            case _:
                value = None
        return value


def _tokenized(asked: dict[str, Any]) -> dict[str, Any]:
    ids = tokens.encode(asked["content"], parse_special=bool(asked.get("parse_special", True)))
    pieces = [{"id": token, "piece": tokens.piece(token).decode(errors="replace")} for token in ids]
    return {"tokens": pieces if asked.get("with_pieces") else ids}


class Request(NamedTuple):
    """A request as it came. read_ns: when its last byte was there (monotonic)."""

    method: str
    path: str
    body: bytes
    raw: bytes
    read_ns: int


def read_request(connection: socket.socket, buffer: bytearray) -> Request | None:
    """Return the next request, None at the end; `buffer` holds what was read beyond it."""
    read_ns = time.monotonic_ns()
    while (cut := buffer.find(b"\r\n\r\n")) < 0:
        if not (data := connection.recv(1 << 18)):
            return None
        read_ns = time.monotonic_ns()
        buffer += data
    head = bytes(buffer[:cut]).decode("latin-1")
    length = re.search(r"(?i)\r\ncontent-length: *(\d+)", head)
    end = cut + 4 + (int(length[1]) if length else 0)
    while len(buffer) < end:
        if not (data := connection.recv(1 << 18)):
            return None
        read_ns = time.monotonic_ns()
        buffer += data
    method, path, _ = head.split(" ", 2)
    raw = bytes(buffer[:end])
    del buffer[:end]
    return Request(method, path, raw[cut + 4 :], raw, read_ns)


def _is_closed(connection: socket.socket) -> bool:
    """Tell whether the client has closed a connection, though its thread has not woken yet."""
    try:
        return not connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True


def main() -> None:
    """Serve until standard input closes."""
    model, kind = sys.argv[1:]
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    threading.Thread(target=Server(model, kind).serve, args=(listener,), daemon=True).start()
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
