"""Let systemd read the units that the modules render."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path


def analyzer() -> str | None:
    """Return systemd's program, None where there is none."""
    return shutil.which("systemd-analyze")


def faults(program: str, units: dict[str, str], folder: Path) -> Iterator[str]:
    """Write the units, by their files' names, to `folder`; yield what systemd finds wrong."""
    for name, text in units.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name in units:
        done = subprocess.run(
            [program, "verify", "--man=no", folder / name],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            yield f"unit {name}: {done.stderr.strip()}"
        else:
            yield from complaints(done.stderr, folder / name)


def complaints(said: str, unit: Path) -> Iterator[str]:
    """Yield the lines about `unit` in what systemd said; it succeeds with a value it cannot read.

    A key it does not know is no fault: it may be younger than this systemd.
    """
    for line in said.splitlines():
        if line.startswith(f"{unit}:") and "Unknown key" not in line:
            yield f"unit {unit.name}: {line}"
