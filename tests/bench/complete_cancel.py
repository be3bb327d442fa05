"""What becomes of a request that the next key makes superfluous.

On the instant server, which then never answers to the end: how long after the key its socket is
closed, and how many requests are open at the same time. On the real server: what the next request
costs, beside one that follows an answer which was read to its end.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from instant import PATIENCE_S, Instant, continues, editor, rest, tell_ghost
from measure import milliseconds, percentile
from real_llama import KEY_ENV, Real
from typing_trace import source

from child import Child
from waiting import wait_until

CLOSING_BARS = {"closed_ms": 5.0, "most_in_flight": 1}
SUPERSEDING_BARS = {"prompt_n after generation": 2}
LINES = 2000
_WORDS = "what is typed while nobody has answered yet "
_RARE = "QZJX"  # what the random model hardly ever goes on with
_REST_S = 0.02
_OPTIONS = {"debounce_ms": 0, "speculate": False, "max_lines": 100}
_WARM_KEYS = 5
_WINDOW_TOKENS = 12_000  # takes long enough to read to be stopped in it
CONTEXT_TOKENS = 16_384


def closing(name: str, nvim: str, model: Path, folder: Path, keys: int) -> list[dict[str, Any]]:
    """Return a row for answers that have not begun, and one for such that have."""
    file = folder / "closing.py"
    file.write_text(source(LINES), "utf-8")
    rows = []
    for kind, what in (("silent", "before its first byte"), ("stall", "in the middle")):
        with Instant(model, kind) as server:
            child = editor(nvim, file, server.url, _OPTIONS)
            try:
                rows.append({"what": f"{what}, {name}", **_closed(child, server, keys)})
            finally:
                child.close()
    return rows


def _closed(child: Child, server: Instant, keys: int) -> dict[str, Any]:
    child.command(f"{LINES // 2}")
    child.type("o")
    wait_until(server.log, PATIENCE_S, "the first request")
    letters, pressed_ns = itertools.cycle(_WORDS), []
    for count in range(1, keys + _WARM_KEYS + 1):
        rest(_REST_S)
        pressed_ns.append(time.monotonic_ns())
        child.channel.notify("nvim_input", next(letters))
        wait_until(lambda count=count: len(server.log()) > count, PATIENCE_S, "a request")
    log = server.log()
    assert len(log) == len(pressed_ns) + 1, f"{len(log)} requests for {len(pressed_ns)} keys"
    pairs = list(zip(log, pressed_ns, log[1:], strict=False))[_WARM_KEYS:]
    waits = [milliseconds(old["closed_ns"] - key_ns) for old, key_ns, _ in pairs]
    return {
        "keys": len(waits),
        "closed_p50_ms": percentile(waits, 50),
        "closed_p95_ms": percentile(waits, 95),
        "closed_max_ms": max(waits),
        "next_p50_ms": percentile([milliseconds(new["read_ns"] - at) for _, at, new in pairs], 50),
        "most_in_flight": 1 + max(asked["open_before"] for asked in log),
    }


def superseding(nvim: str, model: Path, folder: Path, rounds: int) -> list[dict[str, Any]]:
    """Return what requests cost the real server, with and without others superseded before."""
    file = folder / "superseding.py"
    file.write_text(source(LINES), "utf-8")
    with Real(model, folder, context_tokens=CONTEXT_TOKENS) as server:
        options = {**_OPTIONS, "window_tokens": _WINDOW_TOKENS, "extra_files": False}
        child = editor(nvim, file, server.url, options, key_env=KEY_ENV, hlstate=True)
        try:
            tell_ghost(child)
            child.command(f"{LINES // 2}")
            child.type("o")
            server.wait("ended_ns", 1)
            return [
                {
                    "what": "generation, let to its end",
                    **_generating(child, server, rounds, "ended_ns"),
                },
                {
                    "what": "generation, superseded",
                    **_generating(child, server, rounds, "first_ns"),
                },
                *_reading(child, server, rounds),
            ]
        finally:
            child.close()


def _generating(child: Child, server: Real, rounds: int, until: str) -> dict[str, Any]:
    """Press two keys a round: the second when the first has its first token, or its end."""
    letters, second = itertools.cycle(_RARE), []
    for _ in range(rounds):
        asked = len(server.log())
        _letter(child, letters)
        server.wait(until, asked + 1)
        _letter(child, letters)
        server.wait("ended_ns", asked + 2)
        second.append(server.log()[asked + 1])
        rest(_REST_S)
    return _costs(second)


def _letter(child: Child, letters: Iterator[str]) -> None:
    """Press the next letter that is not what is suggested: that one would ask nothing."""
    rest(_REST_S)  # until what has come is on the screen
    child.type(next(letter for letter in letters if not continues(child, letter)))


def _reading(child: Child, server: Real, rounds: int) -> list[dict[str, Any]]:
    """Jump to other parts of the file; press a key when that is read, or in the middle of it."""
    whole = [_jump(child, server, 1 / (rounds + 1) * (at + 1), None) for at in range(rounds)]
    firsts = [first for first, _ in whole]
    takes_s = percentile([row["first_ns"] - row["read_ns"] for row in firsts], 50) / 1e9
    places = [(at + 0.5) / (rounds + 1) for at in range(rounds)]
    halves = [_jump(child, server, place, takes_s / 2) for place in places]
    return [
        {"what": "a jump, nothing typed", **_costs(firsts)},
        {"what": "prefill, let to its end", **_costs([second for _, second in whole])},
        {"what": "prefill, superseded", **_costs([second for _, second in halves])},
    ]


def _jump(
    child: Child, server: Real, place: float, seconds: float | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Go to a part of the file (0 to 1); return the request there, and the one of a key.

    Args:
        seconds: Press the key so long after the first request; None = when that has ended.

    """
    asked = len(server.log())
    child.type("<Esc>")
    child.command(f"{round(place * LINES)}")
    child.type("o")
    server.wait("read_ns", asked + 1)
    if seconds is None:
        server.wait("ended_ns", asked + 1)
    else:
        rest(seconds)
    _letter(child, itertools.cycle(_RARE))
    server.wait("ended_ns", asked + 2)
    first, second, *_ = server.log()[asked:]
    return first, second


def _costs(asked: list[dict[str, Any]]) -> dict[str, Any]:
    first_ms = [milliseconds(row["first_ns"] - row["read_ns"]) for row in asked]
    evaluated = [row["prompt_n"] for row in asked]
    return {
        "rounds": len(asked),
        "first_token_p50_ms": percentile(first_ms, 50),
        "first_token_max_ms": max(first_ms),
        "prompt_n_p50": percentile(evaluated, 50),
        "prompt_n_max": max(evaluated),
        "prompt_tokens_max": max(row["prompt_n"] + row["cache_n"] for row in asked),
    }
