"""`make bench-explain`: from a byte on the socket to text on the screen, and what it costs.

For each Neovim and each speed a fake llama.cpp server (its own process) streams Markdown whose
words are numbered. The editor has a UI attached and highlights; a word counts as shown at the
first flush that has it, or a later one, on the screen. One run types into another window
meanwhile; the CPU time is that of a second run at rest. A bare httpx loop reads the same stream
in the same run, so that the figures can be read as ratios; absolute times depend on the machine.

    python tests/bench/explain.py [--seconds 8] [--rates 200 2000] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any, Self

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from measure import milliseconds, percentile  # noqa: E402
from watched import Run, watch  # noqa: E402

from isolation import private_folders  # noqa: E402 - the path is set above
from neovims import neovims  # noqa: E402

BARS = {
    "shown p95": 16.0,
    "echo p95": 8.0,
    "last text": 20.0,
    "cpu a token at 2000": 0.3,
    "cpu a token at 200": 0.8,
}


def main() -> int:
    """Run every combination, print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rates", type=int, nargs="+", default=[200, 2000])
    parser.add_argument("--json", type=Path, default=HERE / "explain.json")
    given = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(private_folders(Path(folder) / "home", Path(folder) / "run"))
        for rate in given.rates:
            rows.append(bare(rate, given.seconds))
            for name, nvim in neovims().items():
                rows.append(plugin(name, nvim, rate, given.seconds))
    given.json.write_text(json.dumps({"bars": BARS, "rows": rows}, indent=1) + "\n", "utf-8")
    show(rows)
    return 0


class Server:
    """The streaming server in its own process."""

    def __init__(self, rate: int, seconds: float) -> None:
        self.tokens = int(rate * seconds)
        self._process = subprocess.Popen(
            [sys.executable, HERE / "stream_server.py", str(rate), str(self.tokens)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()

    def sent_ns(self) -> list[int]:
        """Return when each token's bytes were written (monotonic)."""
        with urllib.request.urlopen(f"{self.url}/_fake/log") as reply:
            log = json.load(reply)
        return next(row["sent_ns"] for row in log if len(row["sent_ns"]) >= self.tokens)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


def bare(rate: int, seconds: float) -> dict[str, Any]:
    """Read the same stream with nothing but httpx."""
    with Server(rate, seconds) as server:
        done = subprocess.run(
            [sys.executable, HERE / "bare_client.py", server.url, str(server.tokens)],
            check=True,
            capture_output=True,
            text=True,
        )
        report = json.loads(done.stdout)
        waits = _waits(server.sent_ns(), report["seen_ns"])
    return {
        "what": "bare httpx loop",
        "rate": rate,
        "tokens": server.tokens,
        "shown_p50_ms": percentile(waits, 50),
        "shown_p95_ms": percentile(waits, 95),
        "cpu_ms_a_token": report["cpu_ns"] / server.tokens / 1e6,
    }


def plugin(name: str, nvim: str, rate: int, seconds: float) -> dict[str, Any]:
    """Read the stream with `:LocalExplain`: once while typing, once at rest for the CPU time."""
    typed, sent = _run(nvim, rate, seconds, typing=True)
    quiet, _ = _run(nvim, rate, seconds, typing=False)
    waits, tokens = _waits(sent, typed.seen_ns), len(sent)
    return {
        "what": f"explain, Neovim {name}",
        "rate": rate,
        "tokens": tokens,
        "shown_p50_ms": percentile(waits, 50),
        "shown_p95_ms": percentile(waits, 95),
        "echo_p50_ms": percentile(typed.echo_ms, 50),
        "echo_p95_ms": percentile(typed.echo_ms, 95),
        "keys": len(typed.echo_ms),
        "last_text_ms": milliseconds(typed.seen_ns[-1] - sent[-1]),
        "cpu_ms_a_token": quiet.cpu_ns / tokens / 1e6,
        "cpu_editor_ms_a_token": quiet.editor_ns / tokens / 1e6,
        "cpu_host_ms_a_token": quiet.host_ns / tokens / 1e6,
    }


def _run(nvim: str, rate: int, seconds: float, *, typing: bool) -> tuple[Run, list[int]]:
    with Server(rate, seconds) as server:
        run = watch(nvim, server.url, server.tokens, seconds, typing=typing)
        return run, server.sent_ns()


def _waits(sent: list[int], seen: list[int]) -> list[float]:
    return [milliseconds(max(0, shown - at)) for at, shown in zip(sent, seen, strict=False)]


def show(rows: list[dict[str, Any]]) -> None:
    """Print the rows as a table."""
    columns = ("shown_p50_ms", "shown_p95_ms", "echo_p95_ms", "last_text_ms", "cpu_ms_a_token")
    print(f"{'':24}{'rate':>6}" + "".join(f"{name:>16}" for name in columns))
    for row in rows:
        cells = (f"{row[name]:16.3f}" if name in row else f"{'':16}" for name in columns)
        print(f"{row['what']:24}{row['rate']:>6}" + "".join(cells))
    print("bars: " + ", ".join(f"{name} <= {bar} ms" for name, bar in BARS.items()))


if __name__ == "__main__":
    sys.exit(main())
