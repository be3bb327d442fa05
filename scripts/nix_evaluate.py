"""What a newer Nix finds out with a nixpkgs tree: every output of the flake, its own checks, units.

Nothing is built and nothing is fetched: a wrong hash or a failing build is not seen here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nix_tool import Nix

# Said of any run, and no fault of the flake's.
_USUAL = ("not writing modified lock file",)


class Failed(Exception):
    """Nix could not evaluate; the text is what it said."""


@dataclass(frozen=True)
class Facts:
    """What nix/outputs.nix gives.

    outputs: the derivation of each output, by dotted name; empty where only facts were asked for.
    checks: `lib.evalChecks`: `{"ok": bool, "message": str}` by name.
    units: `lib.units`: the text of each systemd unit by its file's name.
    """

    outputs: dict[str, str]
    checks: dict[str, dict[str, Any]]
    units: dict[str, str]


def facts(nix: Nix, flake: Path, tree: Path, home: Path, *, outputs: bool) -> Facts:
    """Evaluate the flake without flakes. Raises: Failed."""
    store = "dummy://?read-only=false" if nix.version >= (2, 34) else "dummy://"
    done = nix.run(
        "nix-instantiate",
        *("--store", store, "--eval", "--strict", "--json", str(flake / "nix/outputs.nix")),
        *("--arg", "flake", f"/. + {json.dumps(str(flake))}"),
        *("--arg", "tree", f"/. + {json.dumps(str(tree))}"),
        *("--arg", "facts", "false" if outputs else "true"),
        home=home,
    )
    if done.returncode:
        raise Failed(done.stderr.strip())
    found = json.loads(done.stdout)
    return Facts(found.get("outputs", {}), found["checks"], found["units"])


def failed_checks(found: Facts) -> Iterator[str]:
    """Yield a fault for each check of the flake's own that is not content."""
    for name, result in found.checks.items():
        if not result["ok"]:
            yield f"check {name}: {result['message']}"


def flake_check(nix: Nix, flake: Path, tree: Path, home: Path) -> Iterator[str]:
    """Run `nix flake check` over all systems; yield what it says is wrong."""
    done = nix.run(
        "nix",
        *("--store", "dummy://?read-only=false", "flake", "check", f"path:{flake}"),
        *("--no-build", "--offline", "--all-systems", "--no-write-lock-file"),
        *("--override-input", "nixpkgs", f"path:{tree}"),
        home=home,
    )
    if done.returncode:
        yield f"nix flake check: {done.stderr.strip()}"
    else:
        yield from warnings(done.stderr)


def warnings(said: str) -> Iterator[str]:
    """Yield what Nix warns of in the flake itself; `evaluation warning:` is nixpkgs' own."""
    for line in said.splitlines():
        if line.startswith("warning: ") and not any(text in line for text in _USUAL):
            yield f"nix flake check: {line}"
