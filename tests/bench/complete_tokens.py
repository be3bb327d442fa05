"""What the real server has to evaluate while somebody types: trace.json, a key every 150 ms.

The server counts for itself (/metrics), so that warming, speculating and requests that were given
up are in the total (but what it had evaluated of a prompt whose request ended before the first
token, which it counts nowhere; the model here is quick enough for that to be rare). The proxy
tells what single requests cost, and which key got one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from instant import INDENT, continues, editor, rest, tell_ghost
from measure import milliseconds, percentile
from real_llama import KEY_ENV, Real
from typing_trace import recorded, source

from child import Child

BARS = {
    "tokens_a_key_between": 2.0,
    "tokens_a_key with 2 jumps": 8.0,
    "1 - share_asked": 0.1,
}
KEYS = 400
CONTEXT_TOKENS = 4096
KEY_S = 0.15
_ANSWER_S = 0.6  # after the last key, for its answer
_PAUSE_S = 3.0  # then nobody types: what is read and asked ahead
_OTHER_FILES, _YANKED = 3, 30
# Where the jumps lead, as parts of the file; the first is where typing begins.
_PLACES = (0.5, 0.9, 0.1, 0.7, 0.3, 0.8, 0.2, 0.6, 0.4)


class Case(NamedTuple):
    """One run. lines: of the file. extra: Whether other files were visited and yanked from."""

    lines: int
    jumps: int
    extra: bool

    def __str__(self) -> str:
        files = "with other files" if self.extra else "alone"
        return f"{self.lines} lines, {self.jumps} jumps, {files}"


CASES = [
    Case(lines, jumps, extra) for lines in (2000, 50) for jumps in (0, 2, 8) for extra in (0, 1)
]
QUICK = [Case(2000, 2, True), Case(50, 0, False)]


@dataclass
class Pressed:
    """One key.

    before: Prompt tokens that the server had evaluated by then.
    kind: What keeps it from asking, if anything.
    """

    at_ns: int
    before: int
    kind: Literal["plain", "backspace", "continues"]
    asked: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Typed:
    """What was typed. jumps: the index of the key behind each, the tokens evaluated before it."""

    keys: list[Pressed] = field(default_factory=list)
    jumps: list[tuple[int, int]] = field(default_factory=list)


def measure(nvim: str, model: Path, folder: Path, case: Case, keys: int) -> dict[str, Any]:
    """Type the trace into a file and return the row.

    Args:
        folder: Of this case alone.

    """
    project = folder / "project"
    (project / ".git").mkdir(parents=True)
    for number in range(1 + _OTHER_FILES):
        lines = case.lines if number == 0 else 200
        (project / f"file_{number}.py").write_text(source(lines, number), "utf-8")
    with Real(model, folder, CONTEXT_TOKENS) as server:
        last = _OTHER_FILES if case.extra else 0
        first = project / f"file_{last}.py"
        child = editor(nvim, first, server.url, {}, KEY_ENV, hlstate=True, cwd=project)
        try:
            tell_ghost(child)
            for number in range(last - 1, -1, -1):
                child.command(f"10,{10 + _YANKED}yank | write | edit file_{number}.py")
            child.command(INDENT)
            return {"what": str(case), **_row(server, child, case, keys)}
        finally:
            child.close()


def _row(server: Real, child: Child, case: Case, keys: int) -> dict[str, Any]:
    typed = _play(server, child, case, recorded()[0][:keys])
    rest(_ANSWER_S)
    total, log = server.prompt_tokens(), server.log()
    rest(_PAUSE_S)
    later = server.prompt_tokens() - total
    _assign(typed, log)
    jumps = [_after_jump(typed, total, *jump) for jump in typed.jumps]
    return {**_shares(typed), **_tokens(typed, log, total, jumps), "tokens_in_the_pause": later}


def _play(server: Real, child: Child, case: Case, keys: Sequence[str]) -> Typed:
    """Press the keys, jump in between; everything on one beat, once the server is found."""
    typed, beat = Typed(), _beat()
    jumps = {len(keys) * at // (case.jumps + 1): _PLACES[at] for at in range(case.jumps + 1)}
    for number, key in enumerate(keys):
        if number in jumps:
            typed.jumps.append((number, server.prompt_tokens()))
            # A blank line of the file, so that nothing is indented.
            line = max(10, round(jumps[number] * case.lines / 10) * 10)
            for pressed in ("<Esc>", f":{line}<CR>", "o"):
                child.channel.notify("nvim_input", pressed)
                beat()
            if number == 0:
                server.wait("ended_ns", 1)
                beat = _beat()
        kind = "backspace" if key == "<BS>" else "continues" if continues(child, key) else "plain"
        typed.keys.append(Pressed(time.monotonic_ns(), server.prompt_tokens(), kind))
        child.channel.notify("nvim_input", key)
        beat()
    return typed


def _beat() -> Callable[[], None]:
    """Return what waits until the next of the moments that lie KEY_S apart."""
    due = time.monotonic()

    def wait() -> None:
        nonlocal due
        due += KEY_S
        rest(max(0.0, due - time.monotonic()))

    return wait


def _assign(typed: Typed, log: list[dict[str, Any]]) -> None:
    """Give each key the requests between it and the next key."""
    bounds = [*(key.at_ns for key in typed.keys[1:]), 1 << 63]
    for key, end in zip(typed.keys, bounds, strict=True):
        key.asked = [row for row in log if key.at_ns <= row["read_ns"] < end]


def _after_jump(typed: Typed, total: int, key: int, before: int) -> int:
    """Return what was evaluated from a jump to the second key behind it."""
    behind = typed.keys[key + 1].before if key + 1 < len(typed.keys) else total
    return behind - before


def _shares(typed: Typed) -> dict[str, Any]:
    plain = [key for key in typed.keys if key.kind == "plain"]
    asked = [key.asked[0] for key in plain if key.asked]
    began = [row for row in asked if row["first_ns"]]
    return {
        "keys": len(typed.keys),
        "plain": len(plain),
        "backspaces": sum(key.kind == "backspace" for key in typed.keys),
        "continuing": sum(key.kind == "continues" for key in typed.keys),
        "share_asked": len(asked) / len(plain),
        "share_answered": len(began) / len(plain),
        "share_to_the_end": sum(bool(row["ended_ns"]) for row in asked) / len(plain),
        "first_token_p50_ms": percentile(
            [milliseconds(row["first_ns"] - row["read_ns"]) for row in began], 50
        ),
    }


def _tokens(
    typed: Typed, log: list[dict[str, Any]], total: int, jumps: list[int]
) -> dict[str, Any]:
    windows = [row["prompt_n"] + row["cache_n"] for row in log if row["prompt_n"] is not None]
    warmed = [row["prompt_n"] or 0 for row in log if row["wanted"] == 1]
    return {
        "requests": len(log),
        "tokens": total,
        "tokens_a_key": total / len(typed.keys),
        "tokens_a_request": total / max(1, len(log)),
        "tokens_a_key_between": (total - sum(jumps)) / len(typed.keys),
        "after_jumps": jumps,
        "window": max(windows, default=0),
        "warmed": len(warmed),
        "warmed_tokens": sum(warmed),
    }
