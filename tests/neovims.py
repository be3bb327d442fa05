"""Which Neovims the tests run on: all that `scripts/neovim.py` knows, or what NVIM_MATRIX names."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "neovim.py"


@functools.cache
def neovims() -> dict[str, str]:
    """Return the programs by name (`nvim-0.10`). Raises: UsageError when there is none."""
    wanted = os.environ.get("NVIM_MATRIX", "")
    if "/" in wanted:
        return {f"nvim-{Path(wanted).resolve().parent.parent.name}": wanted}
    asked = subprocess.run(
        [sys.executable, SCRIPT, "--list"], capture_output=True, text=True, check=False
    )
    found = dict(line.split(" ", 1) for line in asked.stdout.splitlines())
    if wanted:
        found = {series: program for series, program in found.items() if series == wanted}
    if not found:
        named = f" {wanted}" if wanted else ""
        raise pytest.UsageError(f"no Neovim{named} for the tests: run `make neovims`")
    return {f"nvim-{series}": program for series, program in found.items()}
