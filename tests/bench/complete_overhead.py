"""Our own share of the time from a key to its ghost text, beside a floor of 40 lines of Lua.

overhead = from the key to the request's last byte at the server
         + from the answer's first byte to the first frame that shows its text

Two editors are typed into by turns, a key each, so that both meet the same machine: one with the
plugin, one with floor.lua. Each key waits for the suggestion of the one before, then rests.
"""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from instant import HERE, Instant, Labels, editor, rest
from measure import milliseconds, percentile
from typing_trace import source

BARS = {"overhead_p50_ms": 3.0, "overhead_p95_ms": 6.0, "times_the_floor": 2.2}
LINES = 2000
_REST_S = 0.03
_WARM_KEYS = 20
_LONGEST = 60
# Never the beginning of a suggestion: those begin with a digit.
_TYPED = "while some words are typed here and none of them goes on as the suggestion says "


@dataclass
class Typist:
    """Types into one editor and notes when."""

    server: Instant
    child: Any
    labels: Labels
    keys_ns: list[int] = field(default_factory=list)
    shown: int = 0
    column: int = 0

    def key(self, letter: str, *, counts: bool) -> None:
        """Press a key and wait for the suggestion behind it."""
        begun = time.monotonic_ns()
        self.child.channel.notify("nvim_input", letter)
        assert self.labels.wait_beyond(self.shown), f"nothing was suggested behind {letter!r}"
        self.shown = len(self.labels.seen_ns)
        self.column += 1
        if counts:
            self.keys_ns.append(begun)
        rest(_REST_S)
        if self.column >= _LONGEST:  # a longer line would be wrapped
            self.column = 0
            self.key("<CR>", counts=False)

    def times(self) -> list[tuple[float, float]]:
        """Return the ms of each key: to the request, and from the answer to the screen."""
        log, found = iter(self.server.log()), []
        for key_ns in self.keys_ns:
            asked = next(row for row in log if row["read_ns"] > key_ns)
            shown_ns = self.labels.seen_ns[asked["number"]]
            found.append(
                (
                    milliseconds(asked["read_ns"] - key_ns),
                    milliseconds(shown_ns - asked["answered_ns"]),
                )
            )
        return found


def measure(name: str, nvim: str, model: Path, folder: Path, keys: int) -> list[dict[str, Any]]:
    """Return a row for the plugin and one for the floor."""
    file = folder / "overhead.py"
    file.write_text(source(LINES), "utf-8")
    with Instant(model, "number") as ours, Instant(model, "number") as bare:
        options = {"debounce_ms": 0, "speculate": False}
        plugin = _typist(ours, editor(nvim, file, ours.url, options))
        floor = _typist(bare, editor(nvim, file, None, {}))
        try:
            floor.child.lua("dofile(...)", str(HERE / "floor.lua"))
            floor.child.lua("floor(...)", bare.port)
            _type(plugin, floor, keys)
            rows = [_row(f"plugin, {name}", plugin), _row(f"floor, {name}", floor)]
        finally:
            plugin.child.close()
            floor.child.close()
    rows[0]["times_the_floor"] = rows[0]["overhead_p50_ms"] / rows[1]["overhead_p50_ms"]
    return rows


def _typist(server: Instant, child: Any) -> Typist:
    return Typist(server, child, Labels(child))


def _type(plugin: Typist, floor: Typist, keys: int) -> None:
    for typist in (plugin, floor):
        typist.child.command(f"{LINES // 2}")
        typist.child.type("o")
    assert plugin.labels.wait_beyond(0), "nothing was suggested in insert mode"
    plugin.shown = len(plugin.labels.seen_ns)
    letters = itertools.cycle(_TYPED)
    for number in range(_WARM_KEYS + keys):
        letter = next(letters)
        for typist in (plugin, floor):
            typist.key(letter, counts=number >= _WARM_KEYS)


def _row(what: str, typist: Typist) -> dict[str, Any]:
    times = typist.times()
    whole = [sum(pair) for pair in times]
    return {
        "what": what,
        "keys": len(times),
        "to_request_p50_ms": percentile([pair[0] for pair in times], 50),
        "to_request_p95_ms": percentile([pair[0] for pair in times], 95),
        "to_screen_p50_ms": percentile([pair[1] for pair in times], 50),
        "to_screen_p95_ms": percentile([pair[1] for pair in times], 95),
        "overhead_p50_ms": percentile(whole, 50),
        "overhead_p95_ms": percentile(whole, 95),
    }
