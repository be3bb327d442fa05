"""Run one fake in a process of its own: `python -m fakes.serve llamacpp --tokens-per-second 2000`.

Prints the base URL, then serves until its standard input closes, so that no server outlives the
benchmark that started it. `GET /_fake/log` returns what was sent and when.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from fakes import DIALECTS, HELLO, Script


def main(argv: list[str] | None = None) -> int:
    """Serve as the arguments tell."""
    parser = argparse.ArgumentParser(prog="fakes.serve", description=__doc__)
    parser.add_argument("dialect", choices=sorted(DIALECTS))
    parser.add_argument("--tokens-per-second", type=float)
    parser.add_argument("--tokens", type=int, default=0, help="pieces to send; 0 = all once")
    parser.add_argument("--text", type=Path, help="file with the answer; words are its pieces")
    parser.add_argument("--first-byte-delay", type=float, default=0.0, help="seconds")
    parser.add_argument("--continues", type=Path, help="file with the middle the model knows")
    parser.add_argument("--slots", type=int, default=1)
    parser.add_argument("--at-once", action="store_true", help="send each answer in one write")
    parser.add_argument("--gguf", type=Path, help="model whose vocabulary it has (llamacpp)")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--uds", default="")
    parser.add_argument("--key", default="")
    given = parser.parse_args(argv)
    script = Script(
        pieces=pieces(given.text, given.tokens),
        tokens_per_second=given.tokens_per_second,
        first_byte_delay_s=given.first_byte_delay,
        key=given.key,
        continues=given.continues.read_text("utf-8") if given.continues else "",
        slots=given.slots,
        at_once=given.at_once,
    )
    more = {"gguf": given.gguf} if given.gguf else {}
    with DIALECTS[given.dialect](script, port=given.port, uds=given.uds, **more) as server:
        print(server.url, flush=True)  # noqa: T201 - the caller reads it
        sys.stdin.read()
    return 0


def pieces(path: Path | None, count: int) -> list[str]:
    """Return the answer's pieces, repeated or cut to `count`; each word keeps its blanks."""
    text = path.read_text("utf-8") if path else ""
    words = split(text) or list(HELLO)
    if not count:
        return words
    return [words[at % len(words)] for at in range(count)]


def split(text: str) -> list[str]:
    """Split text into words, each with the white space before it, as tokenizers do."""
    words: list[str] = []
    for part in text.replace("\n", " \n ").split(" "):
        words.append(part if part == "\n" or not words or words[-1] == "\n" else f" {part}")
    return [word for word in words if word]


if __name__ == "__main__":
    sys.exit(main())
