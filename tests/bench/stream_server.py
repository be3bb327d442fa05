"""A fake llama.cpp server whose answer is numbered Markdown: `stream_server.py RATE TOKENS`.

Every token carries its number (`w00042`), so that a reader can tell when each was shown. Code
blocks, lists and headings keep the highlighter at work.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fakes import DIALECTS, Script

_LINE = 9  # tokens
_SHAPES = (
    ("## ", "", "\n\n"),
    ("", "", "\n"),
    ("- **", "**", "\n"),
    ("```lua\nlocal ", " = 1", "\n"),
    ("return ", "()", "\n```\n"),
    ("", "", "\n\n"),
)


def pieces(count: int) -> list[str]:
    """Return `count` tokens."""
    return [_piece(number) for number in range(count)]


def _piece(number: int) -> str:
    line, place = divmod(number, _LINE)
    start, mark, end = _SHAPES[line % len(_SHAPES)]
    before = start if place == 0 else " "
    return f"{before}w{number:05d}{mark if place == 0 else ''}{end if place == _LINE - 1 else ''}"


def main() -> None:
    """Serve until standard input closes."""
    rate, tokens = float(sys.argv[1]), int(sys.argv[2])
    script = Script(
        pieces=pieces(tokens),
        tokens_per_second=rate,
        context_tokens=1 << 20,
        first_byte_delay_s=1.0,  # the watcher gets into place
    )
    with DIALECTS["llamacpp"](script) as server:
        print(server.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
