"""`make bench-complete`: what inline completion costs, in time, in messages and in tokens.

    overhead     our share of the time from a key to its ghost text, beside a floor of bare Lua
    typing       what is sent and drawn while somebody types what is suggested
    closing      how soon a superfluous request is ended
    superseding  what the next request then costs on a real llama.cpp server
    tokens       what that server evaluates over a recorded trace of keys

Absolute times depend on the machine; the bars stand below each table. All of it takes 18
minutes on 2 cores, nearly all of that the trace; `--quick` takes two and writes nothing.

    python tests/bench/complete.py [--quick] [--only PART ...] [--together N] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent.parent / "python")]

import complete_cancel as cancel  # noqa: E402 - the path is set above
import complete_overhead as overhead  # noqa: E402
import complete_tokens as tokens  # noqa: E402
import complete_typing as typing  # noqa: E402

from isolation import private_folders  # noqa: E402
from local_llm.ops.random_model import write_random_model  # noqa: E402
from neovims import neovims  # noqa: E402

CORES = os.cpu_count() or 1
Rows = list[dict[str, Any]]


class Given(NamedTuple):
    """What every part gets. nvims: programs by name; together: cases at the same time."""

    nvims: dict[str, str]
    model: Path
    folder: Path
    quick: bool
    together: int

    @property
    def newest(self) -> str:
        """Where the editor's version does not matter."""
        return list(self.nvims.values())[-1]


def main() -> int:
    """Run the parts, print tables and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    # A case keeps two cores busy: one writes the answers, one runs editor, host and this.
    parser.add_argument("--together", type=int, default=max(1, CORES // 2))
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    file = asked.json or (None if asked.quick else HERE / "complete.json")
    kept = json.loads(file.read_text("utf-8")) if file and file.exists() else {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.update(private_folders(folder / "home", folder / "run"))
        model = write_random_model(folder / "random-coder.gguf").path
        given = Given(neovims(), model, folder, asked.quick, asked.together)
        for part in asked.only:
            bars, run = PARTS[part]
            rows = run(given)
            show(part, rows, bars)
            kept[part] = {"cores": CORES, "bars": bars, "rows": rows}
            if file:  # after each part: the last one takes long
                file.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    return 0


def _overhead(given: Given) -> Rows:
    keys = 60 if given.quick else 200
    measured = (
        overhead.measure(name, nvim, given.model, given.folder, keys)
        for name, nvim in given.nvims.items()
    )
    return [row for rows in measured for row in rows]


def _typing(given: Given) -> Rows:
    keys = 60 if given.quick else 200
    return [
        typing.measure(name, nvim, given.model, given.folder, keys)
        for name, nvim in given.nvims.items()
    ]


def _closing(given: Given) -> Rows:
    keys = 20 if given.quick else 50
    measured = (
        cancel.closing(name, nvim, given.model, given.folder, keys)
        for name, nvim in given.nvims.items()
    )
    return [row for rows in measured for row in rows]


def _superseding(given: Given) -> Rows:
    rounds = 4 if given.quick else 12
    return cancel.superseding(given.newest, given.model, given.folder, rounds)


def _tokens(given: Given) -> Rows:
    keys = 100 if given.quick else tokens.KEYS
    cases = tokens.QUICK if given.quick else tokens.CASES

    def case(number: int) -> dict[str, Any]:
        folder = given.folder / f"tokens-{number}"
        return tokens.measure(given.newest, given.model, folder, cases[number], keys)

    with ThreadPoolExecutor(given.together) as pool:
        return list(pool.map(case, range(len(cases))))


Part = tuple[dict[str, float], Callable[[Given], Rows]]
PARTS: dict[str, Part] = {
    "overhead": (overhead.BARS, _overhead),
    "typing": (typing.BARS, _typing),
    "closing": (cancel.CLOSING_BARS, _closing),
    "superseding": (cancel.SUPERSEDING_BARS, _superseding),
    "tokens": (tokens.BARS, _tokens),
}


def show(part: str, rows: Rows, bars: dict[str, float]) -> None:
    """Print rows as a table, whose columns are those that any row has."""
    names = list(dict.fromkeys(name for row in rows for name in row if name != "what"))
    first = max(len(row["what"]) for row in rows) + 1
    cells = {name: [_cell(row.get(name)) for row in rows] for name in names}
    widths = {name: max(len(name), *map(len, cells[name])) + 2 for name in names}
    print(f"\n{part:{first}}" + "".join(f"{name:>{widths[name]}}" for name in names))
    for at, row in enumerate(rows):
        line = "".join(f"{cells[name][at]:>{widths[name]}}" for name in names)
        print(f"{row['what']:{first}}{line}")
    print("bars: " + ", ".join(f"{name} <= {bar:g}" for name, bar in bars.items()), flush=True)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, list):
        return "/".join(map(str, value))
    return "" if value is None else str(value)


if __name__ == "__main__":
    sys.exit(main())
