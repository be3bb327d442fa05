"""Which `local-llm.toml` of a project the user trusts: `local-llm trust`.

A file is trusted with its content: the record holds its real path and the SHA-256 of its bytes, so
that a pull that changes it takes the trust away.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import posixpath
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from local_llm import kept
from local_llm.admission import admitted
from local_llm.config import FILE_NAME, read_bounded
from local_llm.errors import SettingsError
from local_llm.sources import from_toml

_RECORD_LIMIT_BYTES = 4 * 1024 * 1024


def record_path(env: Mapping[str, str]) -> Path:
    """Return where trust is recorded: `$XDG_STATE_HOME/local-llm/trust.json`."""
    folder = env.get("XDG_STATE_HOME", "")
    if not posixpath.isabs(folder):  # the XDG specification: relative ones are to be ignored
        folder = str(Path(env.get("HOME", "") or "~").expanduser() / ".local" / "state")
    return Path(folder) / "local-llm" / "trust.json"


class TrustRecord:
    """The record in one file, read anew at every question, so that all editors agree.

    Args:
        path: Where it is kept; the folder is made, 0700, when something is first recorded.

    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def trusts(self, path: str, content: bytes) -> bool:
        """Tell whether the user trusted this content at this path. Never raises."""
        return self._read().get(os.path.realpath(path)) == _digest(content)

    def grant(self, path: str, content: bytes) -> None:
        """Record trust. Raises OSError."""
        self._write(self._read() | {os.path.realpath(path): _digest(content)})

    def revoke(self, path: str) -> bool:
        """Take trust away; return whether there was any. Raises OSError."""
        known = self._read()
        had = known.pop(os.path.realpath(path), None) is not None
        if had:
            self._write(known)
        return had

    def _read(self) -> dict[str, str]:
        """Return the record; one that cannot be read trusts nothing."""
        try:
            with self._path.open("rb") as file:
                if os.fstat(file.fileno()).st_uid != os.geteuid():
                    return {}
                content = file.read(_RECORD_LIMIT_BYTES)
            return msgspec.json.decode(content, type=dict[str, str])
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return {}

    def _write(self, known: Mapping[str, str]) -> None:
        """Replace the record at once."""
        kept.replace(self._path, msgspec.json.encode(known))


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `local-llm trust` to the program."""
    parser = commands.add_parser(
        "trust",
        help=f"let a project's {FILE_NAME} set every option",
        description=f"A project's {FILE_NAME} may set only harmless options until it is trusted. "
        "Trust holds for the content as it is now; a changed file has to be trusted again.",
    )
    parser.add_argument(
        "path", nargs="?", default="", help="the file, or a folder in the project (here)"
    )
    parser.add_argument("--revoke", action="store_true", help="take the trust away")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Record or revoke trust, and say what the file may set now. Raises SettingsError."""
    record = TrustRecord(record_path(os.environ))
    path = find(arguments.path or str(Path.cwd()))
    try:
        if arguments.revoke:
            had = record.revoke(path)
            sys.stdout.write(f"{path} is not trusted{' any more' if had else ''}\n")
            return
        content = read_bounded(path) or b""
        sys.stdout.write(_explained(path, content))
        record.grant(path, content)
    except OSError as error:
        raise SettingsError(error.strerror or str(error), where=path) from error


def find(start: str) -> str:
    """Return the absolute path of the file that is meant: `start`, or the next one above it.

    Raises: SettingsError where there is none.
    """
    here = Path(os.path.abspath(start))  # noqa: PTH100  resolve() would leave the project by a link
    places = [here] if here.is_file() else [folder / FILE_NAME for folder in (here, *here.parents)]
    for place in places:
        if place.is_file():
            return str(place)
    raise SettingsError(
        f"there is no {FILE_NAME} at {here} or above", hint="name it: local-llm trust PATH"
    )


def _explained(path: str, content: bytes) -> str:
    """Return what trust changes. Raises SettingsError for a file that nobody can read."""
    source = from_toml(path, content, trusted=False)
    if source.fault:
        raise SettingsError(source.fault, where=path)
    _values, complaints = admitted(source)
    lines = [f"  {complaint.sentence.partition(';')[0]}\n" for complaint in complaints]
    if not lines:
        return f"{path} is trusted; it sets nothing that needs it\n"
    return f"{path} is trusted. Until now:\n{''.join(lines)}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
