"""msgpack-RPC to one Neovim over its pipes, with a deadline on every call.

The client library waits for ever and belongs to one thread; a test must neither hang on an editor
that waits for a key nor care which thread asks.
"""

from __future__ import annotations

import contextlib
import itertools
import queue
import threading
from collections.abc import Callable
from typing import Any, BinaryIO

import msgpack

REQUEST, RESPONSE, NOTIFICATION = 0, 1, 2


class NvimError(Exception):
    """Neovim answered with an error."""


class NvimGone(Exception):
    """The process ended before it answered."""


class NvimBusy(Exception):
    """No answer in time: it waits for a key, or hangs."""


class Channel:
    """Calls over a pair of pipes; notifications go to `on_notify` on the reader's thread."""

    def __init__(
        self,
        reader: BinaryIO,
        writer: BinaryIO,
        on_notify: Callable[[str, list[Any]], None],
        on_end: Callable[[], None],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._on_notify = on_notify
        self._on_end = on_end
        self._ids = itertools.count(1)
        self._waiting: dict[int, queue.SimpleQueue[tuple[Any, Any]]] = {}
        self._lock = threading.Lock()
        self._ended = False
        self._thread = threading.Thread(target=self._read, name="nvim-rpc", daemon=True)
        self._thread.start()

    def request(self, method: str, *args: Any, seconds: float = 20.0) -> Any:
        """Call an API function and return its result."""
        answer: queue.SimpleQueue[tuple[Any, Any]] = queue.SimpleQueue()
        with self._lock:
            if self._ended:
                raise NvimGone(method)
            number = next(self._ids)
            self._waiting[number] = answer
        self._send([REQUEST, number, method, args])
        try:
            error, result = answer.get(timeout=seconds)
        except queue.Empty:
            raise NvimBusy(f"{method}: no answer within {seconds} s") from None
        finally:
            self._waiting.pop(number, None)
        if isinstance(error, Exception):
            raise error
        if error is not None:
            raise NvimError(error[1] if isinstance(error, list) else error)
        return result

    def notify(self, method: str, *args: Any) -> None:
        """Call an API function without waiting."""
        self._send([NOTIFICATION, method, args])

    def close(self) -> None:
        """Close our pipes, once the process has ended."""
        self._thread.join(10)
        self._reader.close()
        with contextlib.suppress(BrokenPipeError):  # what was unsent has no reader any more
            self._writer.close()

    def _send(self, message: list[Any]) -> None:
        data = msgpack.packb(message, unicode_errors="surrogateescape")
        try:
            with self._lock:
                self._writer.write(data)
                self._writer.flush()
        except (BrokenPipeError, ValueError) as failure:
            raise NvimGone(str(message[1:3])) from failure

    def _read(self) -> None:
        unpacker = msgpack.Unpacker(
            unicode_errors="surrogateescape",
            strict_map_key=False,
            # Handles of buffers, windows and tab pages come as extensions that hold an integer.
            ext_hook=lambda _, data: msgpack.unpackb(data),
        )
        while data := self._reader.read1(1 << 16):
            unpacker.feed(data)
            for message in unpacker:
                self._take(message)
        with self._lock:
            self._ended = True
            waiting = list(self._waiting.values())
        for answer in waiting:
            answer.put((NvimGone("the editor ended"), None))
        self._on_end()

    def _take(self, message: list[Any]) -> None:
        if message[0] == RESPONSE:
            answer = self._waiting.get(message[1])
            if answer:
                answer.put((message[2], message[3]))
        elif message[0] == NOTIFICATION:
            self._on_notify(message[1], message[2])
        else:  # nobody may ask us anything; an answer keeps the editor from waiting
            self._send([RESPONSE, message[1], "the test answers no requests", None])
