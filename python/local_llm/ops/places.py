"""Where files of ours lie on this machine, by the XDG base directory specification.

Source: https://specifications.freedesktop.org/basedir-spec/latest/ (a relative path in one of its
variables is to be ignored).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from local_llm.errors import InstallError

_OURS = "local-llm"


def cache_folder(env: Mapping[str, str]) -> Path:
    """Return the folder for what can be fetched or made again; it need not exist yet."""
    return _named(env, "XDG_CACHE_HOME", ".cache") / _OURS


def state_folder(env: Mapping[str, str]) -> Path:
    """Return the folder for logs and other state; it need not exist yet."""
    return _named(env, "XDG_STATE_HOME", ".local/state") / _OURS


def runtime_folder(env: Mapping[str, str]) -> Path:
    """Return the folder for sockets: under XDG_RUNTIME_DIR, else one in the cache."""
    folder = Path(env.get("XDG_RUNTIME_DIR", ""))
    if folder.is_absolute() and folder.is_dir():
        return folder / _OURS
    return cache_folder(env) / "run"


def make_private(folder: Path) -> Path:
    """Make `folder` (mode 0700) if need be and return it.

    Raises: InstallError, unless it is a real folder that only this user can enter. One that
    somebody else made, or a link, could lead the socket and the key astray.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as exc:
        raise InstallError(
            f"cannot make a folder: {exc.strerror}",
            where=str(folder),
            hint="point XDG_RUNTIME_DIR or XDG_CACHE_HOME to a folder of yours",
        ) from exc
    if not _is_private(found):
        raise InstallError(
            "the folder is not private: it has to be yours, mode 0700, and no link",
            where=str(folder),
            hint="see who made it, then remove it",
        )
    return folder


def _is_private(found: os.stat_result) -> bool:
    mine = found.st_uid == os.geteuid()
    return stat.S_ISDIR(found.st_mode) and mine and not stat.S_IMODE(found.st_mode) & 0o077


def _named(env: Mapping[str, str], variable: str, default: str) -> Path:
    folder = Path(env.get(variable, ""))
    return folder if folder.is_absolute() else Path(env.get("HOME") or Path.home()) / default
