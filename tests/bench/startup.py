"""What the plugin costs an editor that does not use it: `make bench-startup`.

Starts each Neovim many times, in turn with and without the plugin, and prints the time that
`--startuptime` gives the plugin's own file and the difference at the end of the start.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from isolation import private_folders  # noqa: E402 - found after the path is set
from neovims import neovims  # noqa: E402 - likewise

LINE = re.compile(r"^[\d.]+ +[\d.]+ +([\d.]+): sourcing \S*plugin/local_llm\.lua$", re.MULTILINE)
END = re.compile(r"^([\d.]+) .*--- NVIM STARTED ---$", re.MULTILINE)


def start(nvim: str, folder: Path, *, plugin: bool) -> str:
    """Start an editor, end it, and return its log of times."""
    log, init = folder / "times", folder / "init.lua"
    log.unlink(missing_ok=True)
    init.write_text(f"vim.opt.rtp:prepend({str(ROOT)!r})" if plugin else "")
    command = [nvim, "--headless", "-n", "-i", "NONE", "-u", init, "--startuptime", log, "+qa"]
    env = {**os.environ, **private_folders(folder / "home", folder / "run")}
    subprocess.run(command, env=env, capture_output=True, check=True, timeout=30)
    return log.read_text("utf-8")


def found(pattern: re.Pattern[str], log: str) -> float:
    """Return the milliseconds in the last match; the log also has those of a child."""
    return float(pattern.findall(log)[-1])


def main() -> int:
    """Measure and print, in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=30)
    starts = parser.parse_args().starts
    for name, nvim in neovims().items():
        with tempfile.TemporaryDirectory(prefix="ll-") as folder:
            place = Path(folder)
            start(nvim, place, plugin=True)  # fill the file cache
            own, whole, bare = [], [], []
            for _ in range(starts):
                log = start(nvim, place, plugin=True)
                own.append(found(LINE, log))
                whole.append(found(END, log))
                bare.append(found(END, start(nvim, place, plugin=False)))
        more = statistics.median(whole) - statistics.median(bare)
        sys.stdout.write(
            f"{name}: plugin/local_llm.lua {statistics.median(own):.2f} ms (worst {max(own):.2f}), "
            f"whole start {statistics.median(bare):.1f} ms without and {more:+.2f} ms with it\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
