"""Small measures for the benchmarks."""

from __future__ import annotations

from pathlib import Path


def percentile(values: list[float], share: int) -> float:
    """Return the value that `share` percent do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)]


def milliseconds(ns: int) -> float:
    """Convert nanoseconds."""
    return ns / 1e6


def cpu_ns(pid: int) -> int:
    """Return the CPU time of all threads of a process so far (Linux: schedstat, in ns)."""
    total = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        total += int((thread / "schedstat").read_text("ascii").split()[0])
    return total
