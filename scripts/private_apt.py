"""Unpack Debian packages into a folder of ours, without root and without touching the system.

apt is asked with a state of its own (lists, cache, an empty list of installed packages), so it
answers with the whole closure of a package, libc included: what is unpacked then runs beside an
older system. The mirror, its key and the proxy settings are the machine's own; only the suite
is replaced.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SOURCES = Path("/etc/apt")
# Hooks would run the machine's own programs; the folders are replaced by ours below.
_NOT_OURS = ("APT::Update::", "DPkg::", "Dir::State", "Dir::Cache", "Dir::Etc::source")


class NotHere(Exception):
    """What was asked for cannot be had on this machine; the text says why."""


@dataclass(frozen=True)
class Source:
    """One archive apt knows: its address, the suites it is used for and its `[options]`."""

    uri: str
    suites: tuple[str, ...]
    options: tuple[tuple[str, str], ...] = ()

    def is_debian(self) -> bool:
        """Tell whether this is Debian's main archive (not security, not another vendor's)."""
        return self.uri.rstrip("/").rsplit("/", 1)[-1] == "debian" or any(
            suite in {"stable", "testing", "unstable", "sid", "bookworm", "trixie", "forky"}
            for suite in self.suites
        )

    def stanza(self, suite: str) -> str:
        """Write this source in deb822 form for another suite, keeping its key."""
        kept = "".join(f"{name}: {value}\n" for name, value in self.options)
        return f"Types: deb\nURIs: {self.uri}\nSuites: {suite}\nComponents: main\n{kept}"


def sources(folder: Path = SOURCES) -> Iterator[Source]:
    """Read the machine's package sources, one-line and deb822 alike."""
    for path in [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*"))]:
        if path.suffix == ".list" and path.is_file():
            yield from one_line(path.read_text(encoding="utf-8"))
        elif path.suffix == ".sources" and path.is_file():
            yield from deb822(path.read_text(encoding="utf-8"))


def one_line(text: str) -> Iterator[Source]:
    """Read `deb [signed-by=KEY] URI SUITE COMPONENT...` lines (sources.list(5))."""
    for line in text.splitlines():
        kind, _, rest = line.partition("#")[0].strip().partition(" ")
        if kind != "deb":
            continue
        options = ""
        if rest.strip().startswith("["):
            options, _, rest = rest.strip()[1:].partition("]")
        fields = rest.split()
        pairs = dict(option.split("=", 1) for option in options.split() if "=" in option)
        key = pairs.get("signed-by")
        if len(fields) > 1:
            yield Source(fields[0], (fields[1],), (("Signed-By", key),) if key else ())


def deb822(text: str) -> Iterator[Source]:
    """Read stanzas of `Name: value` lines (sources.list(5)); a key may stand in the stanza."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for stanza in "\n".join(lines).split("\n\n"):
        fields: dict[str, str] = {}
        name = ""
        for line in stanza.splitlines():
            if line[:1].isspace():  # a continued value: kept as it stands, for keys in place
                fields[name] = f"{fields.get(name, '')}\n{line}"
            elif ":" in line:
                name, value = line.split(":", 1)
                name = name.strip().lower()
                fields[name] = value.strip()
        if "deb" not in fields.get("types", "").split() or fields.get("enabled") == "no":
            continue
        key = fields.get("signed-by")
        for uri in fields.get("uris", "").split():
            suites = tuple(fields.get("suites", "").split())
            yield Source(uri, suites, (("Signed-By", key),) if key else ())


def debian_source(folder: Path = SOURCES) -> Source:
    """Return the machine's own Debian archive, or raise NotHere."""
    for tool in ("apt-get", "apt-config", "dpkg-deb"):
        if shutil.which(tool) is None:
            raise NotHere(f"no {tool} on PATH: this is not a Debian-like system")
    for source in sources(folder):
        if source.is_debian():
            return source
    raise NotHere(f"no Debian archive among the package sources in {folder}")


def unpack(suite: str, packages: Sequence[str], into: Path) -> None:
    """Unpack `packages` of a Debian suite and all they depend on below `into`.

    Raises: NotHere, with apt's own last line, when a step fails.
    """
    source = debian_source()
    state = into.with_name(into.name + ".apt")
    try:
        env = _state(state, source.stanza(suite))
        _apt(env, "update", "--error-on=any")
        _apt(env, "install", "--download-only", "--no-install-recommends", "--yes", *packages)
        into.mkdir(parents=True, exist_ok=True)
        for deb in sorted((state / "cache/archives").glob("*.deb")):
            subprocess.run(["dpkg-deb", "-x", deb, into], check=True)
    finally:
        shutil.rmtree(state, ignore_errors=True)


def _state(state: Path, stanza: str) -> dict[str, str]:
    """Lay out a private apt state; return the environment that makes apt use it."""
    for folder in ("state/lists/partial", "cache/archives/partial", "empty"):
        (state / folder).mkdir(parents=True)
    (state / "status").touch()
    (state / "debian.sources").write_text(stanza, encoding="utf-8")
    asked = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True)
    kept = [line for line in asked.stdout.splitlines() if not line.startswith(_NOT_OURS)]
    ours = {
        "Dir::State": state / "state",
        "Dir::State::status": state / "status",
        "Dir::Cache": state / "cache",
        "Dir::Etc::sourcelist": state / "debian.sources",
        "Dir::Etc::sourceparts": state / "empty",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": state / "empty",
        # The machine's settings are in `kept` already; read again they would bring its hooks back.
        "Dir::Etc::parts": state / "empty",
        "Dir::Etc::main": "/dev/null",
        "Acquire::Languages": "none",
        # As root, apt downloads as a user who may not enter this folder.
        "APT::Sandbox::User": "root",
    }
    lines = [*kept, *(f'{name} "{value}";' for name, value in ours.items()), ""]
    (state / "apt.conf").write_text("\n".join(lines), encoding="utf-8")
    return {**os.environ, "APT_CONFIG": str(state / "apt.conf"), "LC_ALL": "C"}


def _apt(env: dict[str, str], *arguments: str) -> None:
    done = subprocess.run(
        ["apt-get", "-qq", *arguments],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        raise NotHere(f"apt-get {arguments[0]} failed: {said[-1]}")
