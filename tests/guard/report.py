"""How well our masker does on the corpus, beside detect-secrets.

    python tests/guard/report.py [--held-out] [--no-peer]

Misses and false alarms are listed for the part that rules are tuned on; for the part that is held
out only the numbers, unless asked: who has seen its misses cannot measure with it any more.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent / "python")]

from guard.corpus import Sample, build  # noqa: E402 - the path is set above
from guard.kinds_gitlab import CUSTOM_PAT_PREFIX  # noqa: E402
from guard.measure import Finder, Finding, Report, Score, measure  # noqa: E402
from local_llm.guard.mask import Masker  # noqa: E402


def main() -> int:
    """Measure both, print the numbers, and list what our masker did wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held-out", action="store_true", help="list that part's misses too")
    parser.add_argument("--no-peer", action="store_true", help="leave detect-secrets out")
    asked = parser.parse_args()
    samples = build()
    print(_about(samples))
    ours = _measured("local-llm", samples, our_finder())
    peer = None if asked.no_peer else _peer_finder(samples)
    if peer:
        _measured("detect-secrets", samples, peer)
    else:
        print(f"{'detect-secrets':16}not installed, or not asked for\n")
    _list("missed", ours.misses, asked.held_out)
    _list("masked for nothing", ours.false_alarms, asked.held_out)
    return 0


def _about(samples: Sequence[Sample]) -> str:
    secrets = [one.kind for sample in samples for one in sample.secrets]
    looks = [one.kind for sample in samples for one in sample.lookalikes]
    return (
        f"{len(secrets)} secrets of {len(set(secrets))} kinds and {len(looks)} look-alikes of "
        f"{len(set(looks))} kinds in {len(samples)} files\n\n"
        f"{'':16}{'part':10}{'secrets':>8}{'found':>8}{'recall':>9}{'wrong':>8}{'precision':>11}"
    )


def _measured(name: str, samples: Sequence[Sample], find: Finder) -> Report:
    begun = time.perf_counter()
    report = measure(samples, find)
    parts = {"tuned": report.tuned, "held out": report.held_out, "all": report.all}
    print("\n".join(_row(name, part, score) for part, score in parts.items()))
    print(f"{'':16}{time.perf_counter() - begun:.1f} s\n")
    return report


def _row(name: str, part: str, score: Score) -> str:
    return (
        f"{name:16}{part:10}{score.secrets:8}{score.found:8}{score.recall:9.2%}"
        f"{score.wrong:8}{score.precision:11.2%}"
    )


def our_finder() -> Finder:
    """Return what the masker finds; it knows the prefix that the administrator chose."""
    masker = Masker(prefixes=(CUSTOM_PAT_PREFIX,))
    return lambda text: [(one.start, one.end, one.kind) for one in masker.mask(text).spans]


def _peer_finder(samples: Sequence[Sample]) -> Finder | None:
    if find_spec("detect_secrets") is None:
        return None
    from guard.peer import finder

    return finder({sample.text: sample.name for sample in samples})


def _list(title: str, findings: Sequence[Finding], held_out: bool) -> None:
    shown = [one for one in findings if held_out or not one.held_out]
    print(f"{title}: {len(shown)}" + ("" if held_out else " in the tuned part"))
    for kind, count in Counter(one.kind for one in shown).most_common():
        print(f"  {kind}: {count}")
        for one in shown:
            if one.kind == kind:
                print(f"    {one.sample}:{one.line}  {one.shown}")


if __name__ == "__main__":
    sys.exit(main())
