"""`make bench-wtf`, second part: which facts of the corpus a first question already has.

Every case is asked about in an editor of its own, right after its language server has started:
nothing is known of tools, rules or symbols yet. What is missing then comes too late for 150 ms; the
second question has it, as tests/wtf/test_prompts.py shows.

    python tests/bench/wtf_facts.py [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent / "python")]

from isolation import private_folders  # noqa: E402 - the path is set above
from neovims import neovims  # noqa: E402
from wtf import runs  # noqa: E402
from wtf.cases import Case, Fact, load_cases  # noqa: E402
from wtf.prompted import Prompted  # noqa: E402


def main() -> int:
    """Ask about every case, print what is missing and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, default=HERE / "wtf_facts.json")
    asked = parser.parse_args()
    name, nvim = list(neovims().items())[-1]
    cases = [case for case in load_cases() if not runs.missing(case.tool)]
    missing = {case.name: _missing(case, nvim) for case in cases}
    told = {
        "nvim": name,
        "cases": len(cases),
        "facts": sum(len(case.facts) for case in cases),
        "missing": sum(map(len, missing.values())),
        "by_kind": dict(Counter(fact.kind for facts in missing.values() for fact in facts)),
        "misses": {
            case: [f"{fact.kind}: {fact.text}" for fact in facts]
            for case, facts in missing.items()
            if facts
        },
    }
    print(json.dumps(told, indent=1, ensure_ascii=False))
    asked.json.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return 0


def _missing(case: Case, nvim: str) -> list[Fact]:
    """Return the facts that are not in the prompt of the first question."""
    with tempfile.TemporaryDirectory(prefix="ll-") as name:
        home = Path(name)
        editor = Prompted(nvim, home, private_folders(home, home / "r"))
        try:
            prompt, _ = editor.first(case)
        finally:
            editor.close()
    return [fact for fact in case.facts if not fact.is_in(prompt)]


if __name__ == "__main__":
    sys.exit(main())
