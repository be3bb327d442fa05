"""Explain a line in an editor, with a made-up model server: `explain.py NVIM`.

Run by the checks of the flake in each way the plugin gets into an editor. The answer comes through
all that the Python side imports: the plugin, its interpreter and its packages fit together. Needs
the tests of this repository on PYTHONPATH. Exits 1 with what the editor said.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from fakes import FakeLlamaCpp, Script

PATIENCE_S = 90
CODE = "local values = {}\n\nfunction values.first() return values[1] end\n"
ANSWER = ("It ", "returns ", "the first.")
LUA = Path(__file__).with_name("explain.lua")


def explain(nvim: str, url: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the editor with a home of its own below `folder`, on the server at `url`."""
    sample = folder / "sample.lua"
    sample.write_text(CODE, encoding="utf-8")
    ours = {
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
        "EXPECTED_ANSWER": "".join(ANSWER),
        "LOCAL_LLM_BACKEND__URL": url,
    }
    return subprocess.run(
        [nvim, "--headless", "-n", "-i", "NONE", sample, "-c", f"luafile {LUA}"],
        env={**os.environ, **ours},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def main() -> int:
    """Return the exit status."""
    (nvim,) = sys.argv[1:]
    script = Script(pieces=ANSWER)
    with tempfile.TemporaryDirectory() as folder, FakeLlamaCpp(script) as server:
        done = explain(nvim, server.url, Path(folder))
    print(done.stdout + done.stderr or f"{nvim}: explained")
    return 1 if done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
