"""Write doc/explain.svg: a real Neovim with an explanation in it, given by a prepared server.

The screen is the editor's own, cell by cell, with its colours. The server is one of the tests'
fakes, which says what stands in `screenshot_answer.md`, so that the picture is the same each time.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import svg_screen

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "doc" / "explain.svg"
ANSWER = ROOT / "scripts" / "screenshot_answer.md"
SAMPLE = "scripts/demo_sample.lua"
COLUMNS, LINES = 120, 24
# What a user's own configuration would set.
LOOKS = "set number nowrap fillchars=eob:\\ ,vert:│ laststatus=0 noruler noshowcmd cmdheight=0"
# Measured by the clock, these would differ from run to run.
STEADY = """
local text = require("local_llm.answer_text")
local stats = text.stats
text.stats = function(measured)
  return stats(vim.tbl_extend("force", measured, {
    answer_tokens = 187, tokens_per_second = 48.3, first_token_ms = 212, prompt_tokens = 431,
  }))
end
"""


def take(nvim: str) -> str:
    """Return the picture as SVG."""
    sys.path.append(str(ROOT / "tests"))
    from child import Child  # noqa: PLC0415 - found after the path is set
    from fakes import FakeLlamaCpp, Script  # noqa: PLC0415 - likewise
    from fakes.serve import pieces  # noqa: PLC0415 - likewise
    from isolation import private_folders  # noqa: PLC0415 - likewise

    script = Script(pieces=pieces(ANSWER, 0), models=("qwen2.5-coder-7b",))
    with tempfile.TemporaryDirectory(prefix="ll-") as folder, FakeLlamaCpp(script) as server:
        env = private_folders(Path(folder) / "home", Path(folder) / "run")
        child = Child(
            nvim,
            setup={"backend": {"url": server.url}, "explain": {"window": "vsplit"}},
            args=[SAMPLE, "-c", LOOKS, "-c", "call search('Bucket:take')"],
            env=env,
            cwd=ROOT,
            columns=COLUMNS,
            lines=LINES,
        )
        try:
            return _picture(child)
        finally:
            child.close()


def _picture(child: Any) -> str:
    child.lua(STEADY)
    child.type(":LocalExplain<CR>")
    child.wait_screen("tokens/s")
    child.type("gg")
    frame = child.wait_screen(lambda frame: frame.cursor[0] == 1)
    return svg_screen.draw(frame.rows, child.grid.attributes, frame.cursor)


def main() -> int:
    script = Path(__file__).with_name("neovim.py")
    asked = subprocess.run(
        [sys.executable, script, "--any"], stdout=subprocess.PIPE, text=True, check=True
    )
    TARGET.write_text(take(asked.stdout.strip().partition(" ")[2]), encoding="utf-8")
    print(f"wrote {TARGET.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
