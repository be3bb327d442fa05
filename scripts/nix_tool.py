"""Find or get Nix: the one on PATH if it is new enough, else Debian's, unpacked for us alone.

It is only asked to read and to evaluate, on a store that is in its memory: nothing is built,
nothing is fetched, and nothing of it is left on the disk but `.cache/nix`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import elf
from made_once import made_once
from private_apt import NotHere, unpack

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "nix"
SUITES = ("sid", "testing", "trixie")

Version = tuple[int, ...]


@dataclass(frozen=True)
class Nix:
    """A Nix that runs: the folder of its programs, and its version."""

    folder: Path
    version: Version

    def __str__(self) -> str:
        return f"Nix {'.'.join(map(str, self.version))}"

    def run(self, program: str, *arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
        """Run `nix` or `nix-instantiate` with `home` for all that it writes."""
        return subprocess.run(
            [self.folder / program, *arguments],
            env=environment(home),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def say(text: str) -> None:
    print(f"nix-check: {text}", file=sys.stderr, flush=True)


def environment(home: Path) -> dict[str, str]:
    """Return variables that keep a Nix from the user's files, settings and daemon."""
    foreign = ("NIX_", "XDG_")
    ours = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    places = {"HOME": home, "NIX_CONF_DIR": home, "NIX_STATE_DIR": home, "NIX_LOG_DIR": home}
    ours |= {name: str(path) for name, path in places.items()}
    return {**ours, "NIX_CONFIG": "experimental-features = nix-command flakes"}


def parse_version(text: str) -> Version:
    """Read `nix (Nix) 2.34.8` and its like; () when there is no version in it."""
    found = re.search(r"\) (\d+(?:\.\d+)+)", text)
    return tuple(int(part) for part in found[1].split(".")) if found else ()


def version(folder: Path) -> Version:
    """Ask the programs in `folder` for their version; () when they do not run."""
    try:
        asked = subprocess.run(
            [folder / "nix-instantiate", "--version"],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return parse_version(asked.stdout)


def find(oldest: Version) -> Nix:
    """Return a Nix that is at least `oldest`, getting it if need be. Raises: NotHere."""
    on_path = shutil.which("nix-instantiate")
    for folder in [Path(on_path).parent] if on_path else []:
        found = version(folder)
        if found >= max(oldest, (1,)):
            return Nix(folder, found)
    folder = _packaged()
    return Nix(folder, version(folder))


def _packaged() -> Path:
    """Return the folder of Debian's programs, unpacked in the cache. Raises: NotHere."""
    programs = Path("root/usr/bin")
    with made_once(CACHE) as folder:
        if folder:
            _unpack(folder)
            elf.bind(folder / programs / "nix", folder / "root", CACHE / "root")
    if not version(CACHE / programs):
        raise NotHere(f"what was unpacked into {CACHE} does not run on this machine")
    return CACHE / programs


def _unpack(folder: Path) -> None:
    for suite in SUITES:
        say(f"unpacking Debian {suite}'s nix-bin into {CACHE}")
        try:
            return unpack(suite, ["nix-bin"], folder / "root")
        except NotHere as reason:
            if suite == SUITES[-1]:
                raise
            say(f"{suite}: {reason}")
    return None
