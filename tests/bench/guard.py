"""`make bench-guard`: what masking costs, and what it finds.

    code          1 MB of this project's own code, never seen before
    again         the same once more
    a key         24 kB of it, one character more in the middle each time
    a piece       an answer of that code, masked as it streams, four characters at a time
    hostile       10 MB that are hard on regular expressions, by the MB: linear, or not

Beside it the recall and precision on the corpus of tests/guard (see tests/guard/report.py).

    python tests/bench/guard.py [--quick] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE.parent), str(ROOT / "python")]

from measure import percentile  # noqa: E402 - the path is set above

from guard.corpus import build  # noqa: E402
from guard.measure import Score, measure  # noqa: E402
from guard.report import our_finder  # noqa: E402
from local_llm.guard.mask import Masker  # noqa: E402
from local_llm.guard.mask_stream import StreamMasker  # noqa: E402

BARS = {"code_ms": 100.0, "key_p50_ms": 0.2, "recall": 0.99, "precision": 0.97}
MB = 1_000_000
HOSTILE: dict[str, Callable[[int], str]] = {
    "one letter": lambda size: "a" * size,
    "nested quotes": lambda size: "\"'" * (size // 2),
    "names": lambda size: "token=" * (size // 6),
    "open literals": lambda size: 'x = "a" + ' * (size // 10),
    "key heads": lambda size: "-----BEGIN PRIVATE KEY-----\n" * (size // 28),
    "lines of literals": lambda size: "'abc',\n" * (size // 7),
    "blanks": lambda size: " " * size,
}


def main() -> int:
    """Measure, print and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    file = asked.json or (None if asked.quick else HERE / "guard.json")
    told = {
        "cores": os.cpu_count(),
        "bars": BARS,
        **_code(3 if asked.quick else 9),
        "hostile_s": _hostile(1 if asked.quick else 10),
        "corpus": _corpus(),
    }
    print(json.dumps(told, indent=1))
    if file:
        file.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    return 0


def _text() -> str:
    files = sorted(ROOT.glob("python/**/*.py")) + sorted(ROOT.glob("tests/**/*.py"))
    return "\n".join(path.read_text("utf-8", "replace") for path in files)[:MB]


def _code(times: int) -> dict[str, float]:
    text = _text()
    cold, warm = [], []
    for _ in range(times):
        masker = Masker()
        cold.append(_took_ms(lambda: masker.mask(text)))  # noqa: B023 - called at once
        warm.append(_took_ms(lambda: masker.mask(text)))  # noqa: B023
    keys, pieces = _keys(text[:24_000]), _pieces(text[:24_000])
    return {
        "code_ms": percentile(cold, 50),
        "code_best_ms": min(cold),
        "again_ms": percentile(warm, 50),
        "key_p50_ms": percentile(keys, 50),
        "key_p95_ms": percentile(keys, 95),
        "piece_p50_ms": percentile(pieces, 50),
        "piece_p95_ms": percentile(pieces, 95),
    }


def _keys(text: str) -> list[float]:
    """Type into the middle; the first key is one that reads it all."""
    masker = Masker()
    middle = text.find("\n", len(text) // 2)
    masker.mask(text, "buffer")
    typed, took = "", []
    for key in "    result = self._lines.read(text, of)\n" * 8:
        typed += key
        now = text[:middle] + typed + text[middle:]
        took.append(_took_ms(lambda: masker.mask(now, "buffer")))  # noqa: B023 - called at once
    return took


def _pieces(text: str) -> list[float]:
    stream = StreamMasker(Masker())
    pieces = [text[at : at + 4] for at in range(0, len(text), 4)]
    return [_took_ms(lambda: stream.feed(piece)) for piece in pieces]  # noqa: B023


def _hostile(megabytes: int) -> dict[str, dict[str, float]]:
    """Return the seconds a MB takes, of one and of many: what is linear stays the same."""
    found = {}
    for name, make in HOSTILE.items():
        one, many = make(MB), make(megabytes * MB)
        found[name] = {
            "a_mb_of_1": _took_ms(lambda: Masker().mask(one)) / 1000,  # noqa: B023
            f"a_mb_of_{megabytes}": _took_ms(lambda: Masker().mask(many)) / 1000 / megabytes,  # noqa: B023
        }
    return found


def _corpus() -> dict[str, dict[str, float]]:
    report = measure(build(), our_finder())
    return {"tuned": _figures(report.tuned), "held_out": _figures(report.held_out)}


def _figures(part: Score) -> dict[str, float]:
    return {
        "secrets": part.secrets,
        "found": part.found,
        "recall": part.recall,
        "precision": part.precision,
    }


def _took_ms(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    sys.exit(main())
