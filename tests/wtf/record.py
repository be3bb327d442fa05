"""Record the corpus anew: `python tests/wtf/record.py [TOOL ...]`, after `make wtf-tools`.

Writes each case's raw output and, in its `case.json`, the version and the diagnostic. The facts
stay: they are written by hand. A new case needs its files and a `case.json` whose `version` is ""
and whose `diagnostic` has the `code` and the `lnum` to look for, and anything in its other fields.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from wtf import runs
from wtf.cases import Case, Diagnostic, load_cases
from wtf.parsers import PARSERS


def wanted(case: Case, raw: str) -> tuple[str, Diagnostic]:
    """Find the diagnostic of a case in the tool's output. Raises: LookupError."""
    found = runs.read(case, raw)
    place = (case.diagnostic.code, case.diagnostic.lnum)
    for piece, diagnostic in found:
        if (diagnostic.code, diagnostic.lnum) == place:
            return piece, diagnostic
    others = [(one.lnum, one.code, one.message) for _, one in found]
    raise LookupError(f"{case.name}: no {place} among {others} in {raw[:500]}")


def write(case: Case, raw: str) -> None:
    """Write what a tool said about a case into its folder. Raises: LookupError."""
    piece, diagnostic = wanted(case, raw)
    for old in case.folder.glob("raw.*"):
        old.unlink()
    ending = PARSERS[case.tool].ending
    (case.folder / f"raw.{ending}").write_text(piece, encoding="utf-8")
    path = case.folder / "case.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    told |= {"version": runs.version(case.tool), "diagnostic": asdict(diagnostic)}
    text = json.dumps(told, indent=2, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")


def main() -> int:
    """Record the tools that are named, or all; return 1 when something was not recorded."""
    failed = 0
    for tool in sys.argv[1:] or sorted(PARSERS):
        cases = [case for case in load_cases() if case.tool == tool]
        if reason := runs.missing(tool):
            print(f"{tool}: {reason}", file=sys.stderr)
            failed = 1
            continue
        with tempfile.TemporaryDirectory() as place:
            outputs = runs.run(tool, cases, Path(place).resolve())
        for case in cases:
            try:
                write(case, outputs[case.name])
            except LookupError as problem:
                print(problem, file=sys.stderr)
                failed = 1
        print(f"{tool}: {len(cases)} cases")
    return failed


if __name__ == "__main__":
    sys.exit(main())
