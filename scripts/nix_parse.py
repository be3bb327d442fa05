"""What any Nix can look at without nixpkgs: the syntax, and the options' schema as Nix reads it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import doc_nix
import gen_docs
from local_llm.options import tree
from nix_tool import ROOT, Nix

DUMMY = ("--store", "dummy://")


def tracked(root: Path = ROOT) -> list[Path]:
    """Return the files of the repository below `root`, new ones included, ignored ones not.

    Of a tree that git does not know: all but those in hidden folders.
    """
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        below = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
        return sorted(path for path in below if not any(part[0] == "." for part in path.parts[:-1]))
    listing = [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    asked = subprocess.run(listing, cwd=root, capture_output=True, text=True, check=True)
    names = sorted(set(asked.stdout.split("\0")) - {""})
    return [Path(name) for name in names if (root / name).is_file()]


def copy(target: Path, root: Path = ROOT) -> Path:
    """Copy the repository's files to the new folder `target`, which Nix may read whole."""
    for path in tracked(root):
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / path, target / path)
    return target


def syntax(nix: Nix, files: list[Path], home: Path) -> Iterator[str]:
    """Yield a fault for each of `files` that does not parse."""
    for path in files:
        done = nix.run("nix-instantiate", *DUMMY, "--parse", str(path), home=home)
        if done.returncode:
            yield f"{path}: {done.stderr.strip()}"


def schema(nix: Nix, root: Path, home: Path) -> Iterator[str]:
    """Yield a fault where the schema that Nix reads is not what settings.py says."""
    asked = "{ path }: builtins.fromJSON (builtins.readFile (/. + path))"
    given = ("-E", asked, "--argstr", "path", str(root / gen_docs.NIX))
    done = nix.run("nix-instantiate", *DUMMY, "--eval", "--strict", "--json", *given, home=home)
    if done.returncode:
        yield f"{gen_docs.NIX}: {done.stderr.strip()}"
        return
    found, wanted = json.loads(done.stdout), json.loads(doc_nix.options(tree()))
    for name in sorted(found.keys() | wanted.keys()):
        if found.get(name) != wanted.get(name):
            yield f"{gen_docs.NIX}: {name} is not what settings.py says; run `make docs`"
