"""How much of the flake can be looked at here: what decides it, and how it is said."""

from __future__ import annotations

import enum
from pathlib import Path

TREE = "LOCAL_LLM_NIXPKGS"
EVALUATES = (2, 26)  # the oldest that evaluates today's nixpkgs on a store that is not there
CHECKS = (2, 34)  # the oldest whose store in memory takes a flake


class Level(enum.Enum):
    """What is done; a higher one does what the lower ones do."""

    PARSE = "1 (every file parses)"
    EVALUATE = "2 (every output evaluates, all systems)"
    CHECK = "3 (nix flake check, all systems)"


class TreeMissing(Exception):
    """The variable names something that is no nixpkgs; the text says what to do."""


def tree(named: str) -> Path | None:
    """Return the tree that the variable's value names, None for none. Raises: TreeMissing."""
    if not named:
        return None
    path = Path(named).expanduser().resolve()
    if (path / "flake.nix").is_file() and (path / "lib/.version").is_file():
        return path
    raise TreeMissing(
        f"{TREE} names {path}, where no nixpkgs is: unpack one there, or unset the variable"
    )


def described(path: Path | None) -> str:
    """Say which nixpkgs a tree is."""
    if path is None:
        return f"without nixpkgs ({TREE} names none)"
    return f"on nixpkgs {(path / 'lib/.version').read_text(encoding='utf-8').strip()} ({path})"


def oldest(path: Path | None) -> tuple[int, ...]:
    """Return the oldest Nix that makes use of a tree, or of none."""
    return EVALUATES if path else ()


def choose(version: tuple[int, ...], path: Path | None) -> Level:
    """Return the highest level for a version of Nix and a tree."""
    if path is None or version < EVALUATES:
        return Level.PARSE
    return Level.CHECK if version >= CHECKS else Level.EVALUATE


def summary(level: Level, nix: object, path: Path | None, seconds: float, faults: int) -> str:
    """Return the line that ends a run."""
    outcome = f"{faults} fault{'s'[: faults > 1]}, see above" if faults else "clean"
    return f"level {level.value} by {nix} {described(path)}, {seconds:.1f} s: {outcome}"
