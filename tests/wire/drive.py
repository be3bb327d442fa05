"""Drive a dialect's plans, requests and decoders with a plain httpx client."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from local_llm.backends.base import Backend, Decoder, Event, Plan, Reply, Request


class Driver:
    """One client of one server; `key` travels as the dialect wants it."""

    def __init__(self, client: httpx.Client, backend: Backend | None = None, key: str = "") -> None:
        self.client = client
        self.headers = dict(backend.auth(key)) if backend is not None and key else {}

    def run(self, plan: Plan[Any]) -> Any:
        """Return what a plan returns."""
        try:
            requests = next(plan)
            while True:
                requests = plan.send([self._reply(request) for request in requests])
        except StopIteration as end:
            return end.value

    def answer(self, backend: Backend, request: Request, decoder: Decoder) -> list[Event]:
        """Return the events of a generation. Raises BackendError."""
        with self._stream(request) as answer:
            if answer.status_code != httpx.codes.OK:
                answer.read()
                raise backend.error(as_reply(answer))
            events = [event for data in answer.iter_raw() for event in decoder.feed(data)]
        return events + decoder.finish()

    def _reply(self, request: Request) -> Reply | None:
        try:
            with self._stream(request) as answer:
                answer.read()
                return as_reply(answer)
        except httpx.TransportError:
            return None

    @contextmanager
    def _stream(self, request: Request) -> Iterator[httpx.Response]:
        headers = {**self.headers, "Accept-Encoding": "identity"}
        if request.body:
            headers["Content-Type"] = "application/json"
        with self.client.stream(
            request.method, request.path, content=request.body or None, headers=headers
        ) as answer:
            yield answer


def as_reply(answer: httpx.Response) -> Reply:
    """Return a whole answer as the dialects take it."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Reply(status=answer.status_code, headers=headers, body=answer.content)
