"""What a fake saw: every request, what became of it, and waiting for either."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from fakes.wire import Recorded


class RequestLog:
    """The requests of a server, in order of arrival. Written by its thread, read by tests'."""

    def __init__(self) -> None:
        self.requests: list[Recorded] = []
        self._changed = threading.Condition()

    def paths(self) -> list[str]:
        """Return `METHOD path` of every request, in order."""
        return [f"{request.method} {request.path}" for request in self.requests]

    def evaluated(self, since: int = 0) -> int:
        """Return how many prompt tokens were read, from request number `since` on."""
        return sum(request.evaluated or 0 for request in self.requests[since:])

    def bodies(self, path: str) -> list[Any]:
        """Return the JSON bodies sent to a path, in order."""
        return [request.json for request in self.requests if request.path == path]

    def wait_request(self, path: str = "", count: int = 1, seconds: float = 5.0) -> Recorded:
        """Block until `count` requests (to `path`) have arrived and return the last of them."""
        return self._wait(
            lambda: [r for r in self.requests if path in ("", r.path)][count - 1 : count],
            f"{count} requests to {path or 'any path'}",
            seconds,
        )

    def wait_sent(self, pieces: int, seconds: float = 5.0) -> Recorded:
        """Block until a request has been sent so many pieces and return it."""
        return self._wait(
            lambda: [r for r in self.requests if len(r.sent_ns) >= pieces],
            f"{pieces} pieces sent",
            seconds,
        )

    def wait_disconnect(self, seconds: float = 5.0) -> float:
        """Block until a client has closed the socket before its answer was complete.

        Returns the `time.monotonic()` of the latest such moment. Raises AssertionError.
        """
        gone = self._wait(
            lambda: [r for r in self.requests if r.disconnected_s is not None],
            "a disconnect",
            seconds,
        )
        return gone.disconnected_s or 0.0

    def _wait(self, found: Callable[[], list[Recorded]], what: str, seconds: float) -> Recorded:
        with self._changed:
            if not self._changed.wait_for(lambda: bool(found()), seconds):
                seen = [(r.method, r.path, len(r.sent_ns), r.finished) for r in self.requests]
                raise AssertionError(f"{what}: not in {seconds} s; pieces, finished: {seen}")
            return found()[-1]

    def notify(self) -> None:
        """Wake the tests that wait."""
        with self._changed:
            self._changed.notify_all()

    def as_json(self) -> list[dict[str, Any]]:
        """Return the log as GET /_fake/log sends it."""
        return [
            {
                "method": request.method,
                "path": request.path,
                "sent_ns": request.sent_ns,
                "finished": request.finished,
                "disconnected_s": request.disconnected_s,
                "at_s": request.at_s,
                "prompt_tokens": request.prompt_tokens,
                "evaluated": request.evaluated,
            }
            for request in self.requests
        ]
