"""Look at the flake as far as this machine allows: `nix_check.py`.

Level 1 needs any Nix; levels 2 and 3 a newer one and a nixpkgs tree, which LOCAL_LLM_NIXPKGS names.
Nothing is built. Says on its last line which level it was, on which nixpkgs, in what time. Without
Nix it says that it skipped, and succeeds. Exits 1 for faults.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import nix_evaluate
import nix_levels
import nix_parse
import nix_units
from nix_levels import Level
from nix_tool import ROOT, Nix, find, say
from private_apt import NotHere


def parsed(nix: Nix, home: Path) -> Iterator[str]:
    """Yield the faults of level 1."""
    files = [path for path in nix_parse.tracked() if path.suffix == ".nix"]
    say(f"{len(files)} files are parsed")
    yield from nix_parse.syntax(nix, files, home)
    yield from nix_parse.schema(nix, ROOT, home)


def evaluated(nix: Nix, level: Level, tree: Path, home: Path) -> Iterator[str]:
    """Yield the faults of levels 2 and 3, on a copy of what git knows or might."""
    flake = nix_parse.copy(home / "flake")
    try:
        found = nix_evaluate.facts(nix, flake, tree, home, outputs=level is Level.EVALUATE)
    except nix_evaluate.Failed as reason:
        yield f"nix/outputs.nix: {reason}"
        return
    say(f"{len(found.checks)} checks of the flake's own, {len(found.units)} units")
    yield from nix_evaluate.failed_checks(found)
    yield from units(found.units, home)
    if level is Level.CHECK:
        yield from nix_evaluate.flake_check(nix, flake, tree, home)


def units(rendered: dict[str, str], home: Path) -> Iterator[str]:
    """Yield the faults of the units, where a systemd can tell."""
    program = nix_units.analyzer()
    if program is None:
        say("units SKIPPED: no systemd-analyze on PATH")
        return
    folder = home / "units"
    folder.mkdir()
    yield from nix_units.faults(program, rendered, folder)


def run(nix: Nix, tree: Path | None) -> int:
    """Do what this Nix can with this tree; return the number of faults."""
    began = time.monotonic()
    level = nix_levels.choose(nix.version, tree)
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder).resolve()
        faults += parsed(nix, home)
        if tree and level is not Level.PARSE and not faults:
            faults += evaluated(nix, level, tree, home)
    print("\n".join(faults), end="\n" if faults else "")
    taken = time.monotonic() - began
    say(nix_levels.summary(level, nix, tree, taken, len(faults)))
    return len(faults)


def main() -> int:
    try:
        tree = nix_levels.tree(os.environ.get(nix_levels.TREE, ""))
        nix = find(nix_levels.oldest(tree))
    except NotHere as reason:
        say(f"SKIPPED, nothing was checked: no Nix on PATH, and none to be had ({reason})")
        return 0
    except nix_levels.TreeMissing as reason:
        say(str(reason))
        return 1
    return 1 if run(nix, tree) else 0


if __name__ == "__main__":
    sys.exit(main())
