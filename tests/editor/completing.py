"""What the tests that watch completion have in common; their fixtures are in conftest.py."""

from __future__ import annotations

from writer import MODELS

from child import PATIENCE_S
from fakes import Script
from waiting import wait_until

LINE = "x = foo(bar)"
KNOWS = Script(continues=LINE, models=MODELS)
STALLED = Script(stall_after=0, models=MODELS)


def waits_for_request(server):
    """Wait until a request is under way, and so what it is answered with settled."""
    wait_until(lambda: server.most_open, PATIENCE_S, "a request under way")


def completions(server):
    return [request for request in server.requests if request.path == "/completion"]
