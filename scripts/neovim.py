"""Find or get Neovim: `neovim.py --all` for the test matrix, `--any` for one, `--list` to look.

Tests run on the oldest supported release and on the newest. One found on PATH is used as it is.
A missing one is taken from the official releases, else (on Debian-likes) from the packages of a
newer suite, unpacked below `.cache/neovim/` with all their libraries. Prints `SERIES PATH` lines
on stdout, everything it does on stderr. Standard library only.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import elf
from private_apt import NotHere, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "neovim"
OLDEST = (0, 10)


@dataclass(frozen=True)
class Release:
    """One release of the matrix: its series, the official version, and the suites that have it."""

    series: str
    official: str
    suites: tuple[str, ...]

    @property
    def home(self) -> Path:
        return CACHE / self.series

    @property
    def program(self) -> Path:
        return self.home / "bin" / "nvim"

    def is_ready(self) -> bool:
        """Tell whether a finished copy is here. Its paths are absolute: a moved one is not."""
        stamp = self.home / "ready"
        return stamp.is_file() and stamp.read_text(encoding="utf-8").strip() == str(self.home)


MATRIX = (
    Release("0.10", "0.10.4", ("trixie",)),
    Release("0.12", "0.12.4", ("sid", "testing")),
)


def say(text: str) -> None:
    print(f"neovim: {text}", file=sys.stderr, flush=True)


def version(program: str | Path) -> tuple[int, ...]:
    """Ask a Neovim for its version; (0,) when it does not run."""
    try:
        asked = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return (0,)
    found = re.match(r"NVIM v(\d+)\.(\d+)\.(\d+)", asked.stdout)
    return tuple(int(part) for part in found.groups()) if found else (0,)


def series_of(found: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in found[:2])


def on_path() -> dict[str, Path]:
    """Return the Neovim on PATH, by series, if it is new enough."""
    program = shutil.which("nvim")
    if program is None or (found := version(program)) < OLDEST:
        return {}
    return {series_of(found): Path(program)}


def available() -> dict[str, Path]:
    """Return every Neovim at hand by series, without getting any."""
    ready = {release.series: release.program for release in MATRIX if release.is_ready()}
    wanted = {release.series for release in MATRIX}
    here = on_path()
    matching = {series: program for series, program in here.items() if series in wanted}
    return dict(sorted((ready | matching or here).items()))


def get(release: Release) -> Path:
    """Get one release into the cache and return its program. Raises: NotHere."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with _lock(CACHE / "lock"):
        if release.is_ready():
            return release.program
        failures = []
        for way in (_official, _packaged):
            try:
                return way(release)
            except NotHere as reason:
                say(f"{release.series}: {reason}")
                failures.append(str(reason))
    raise NotHere(f"Neovim {release.series} cannot be had here: {'; '.join(failures)}")


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another run that is getting Neovim")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


@contextmanager
def _workplace(release: Release) -> Iterator[Path]:
    """Give a folder beside the final one; on success it takes that place, in one step."""
    folder = CACHE / f"{release.series}.tmp-{os.getpid()}"
    try:
        yield folder
        shutil.rmtree(release.home, ignore_errors=True)
        folder.rename(release.home)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    found = version(release.program)
    if found < OLDEST:
        raise NotHere("what was unpacked does not run on this machine")
    if series_of(found) != release.series:
        say(f"{release.series}: got {'.'.join(map(str, found))} in its place")
    (release.home / "ready").write_text(f"{release.home}\n", encoding="utf-8")


def _official(release: Release) -> Path:
    say(f"{release.series}: trying the official release {release.official}")
    with _workplace(release) as folder:
        script = Path(__file__).with_name("official_release.py")
        done = subprocess.run(
            [sys.executable, script, release.official, folder],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise NotHere(f"the official release is out of reach ({reason})")
    return release.program


def _packaged(release: Release) -> Path:
    for suite in release.suites:
        say(f"{release.series}: unpacking Debian {suite}'s package into {release.home}")
        try:
            with _workplace(release) as folder:
                unpack(suite, ["neovim"], folder / "root")
                _make_runnable(folder, release.home)
        except NotHere as reason:
            if suite == release.suites[-1]:
                raise
            say(f"{release.series}: {reason}")
        else:
            break
    return release.program


def _make_runnable(folder: Path, home: Path) -> None:
    """Bind the program in `folder`, which will be moved to `home`, to the libraries beside it."""
    elf.bind(folder / "root/usr/bin/nvim", folder / "root", home / "root")
    runtime = "root/usr/share/nvim/runtime"
    # The parsers are in a folder compiled into the program; it also looks in its runtime files.
    for parsers in sorted((folder / "root/usr/lib").glob("**/nvim/parser")):
        shutil.copytree(parsers, folder / runtime / "parser", dirs_exist_ok=True)
    launcher = folder / "bin/nvim"
    launcher.parent.mkdir()
    launcher.write_text(
        f"#!/bin/sh\nVIMRUNTIME='{home / runtime}' exec '{home}/root/usr/bin/nvim' \"$@\"\n",
        encoding="utf-8",
    )
    launcher.chmod(0o755)


def get_all() -> dict[str, Path]:
    """Get the whole matrix as far as this machine allows; say what is missing."""
    here = available()
    for release in MATRIX:
        if release.series not in here:
            try:
                get(release)
            except NotHere as reason:
                say(str(reason))
    here = available()
    if missing := [release.series for release in MATRIX if release.series not in here]:
        say(f"no Neovim {' and '.join(missing)}: tests run on {', '.join(here) or 'none'} only")
    return here


def get_any() -> dict[str, Path]:
    """Return one Neovim: from PATH, else the newest in the cache, else the newest to be had."""
    if here := on_path() or available():
        return dict([max(here.items(), key=lambda item: [int(n) for n in item[0].split(".")])])
    for release in reversed(MATRIX):
        try:
            return {release.series: get(release)}
        except NotHere as reason:
            say(str(reason))
    return {}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--all", action="store_const", const=get_all, dest="ask")
    which.add_argument("--any", action="store_const", const=get_any, dest="ask")
    which.add_argument("--list", action="store_const", const=available, dest="ask")
    found: dict[str, Path] = parser.parse_args().ask()
    for series, program in found.items():
        print(series, program)
    if not found:
        say("no Neovim 0.10 or newer: install one from https://neovim.io and try again")
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
