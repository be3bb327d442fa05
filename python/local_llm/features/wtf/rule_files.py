"""Find and read the files that hold rule texts; nothing in them is run.

A project could lay a link below its `node_modules` that leads to somebody's keys. So a file's real
path, too, has to lie in a `node_modules` that belongs to the project: inside its root, or beside a
folder that holds the root (a workspace keeps the modules of all its packages above them).
"""

from __future__ import annotations

import gzip
import os
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from local_llm.rules.base import Read

_MODULES = "node_modules"
_TOPS = frozenset({_MODULES, "site-packages", "dist-packages"})
_UPWARDS = 20
_MATCHES = 8
_PACKAGE_LIMIT_BYTES = 64 * 1024


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A file: its real path, how to name it to people, and what changes when its content does."""

    path: str
    shown: str
    stamp: str


def stamp_of(path: str) -> str | None:
    """Return what changes when a program or a file does; None where it is not there."""
    try:
        about = os.stat(path)  # noqa: PTH116  the path may be anything
    except (OSError, ValueError):
        return None
    return f"{about.st_mtime_ns} {about.st_size}" if stat.S_ISREG(about.st_mode) else None


def locate(way: Read, *, path: str, root: str, program: str | None) -> Found | None:
    """Return the first file of the way that is there.

    Args:
        way: What to look for, filled in.
        path: Of the file with the diagnostic, "" for none.
        root: Of the project, "" for none.
        program: Path of the way's program, None where there is none.

    """
    for folder in _folders(way, path, root, program):
        for pattern in way.paths:
            for place in _matches(folder, pattern):
                found = _checked(place, way, root)
                if found is not None:
                    return found
    return None


def module_folders(path: str, root: str) -> Iterator[Path]:
    """Yield every `node_modules` from the file up to the root, or 20 folders up without one."""
    top = Path(root) if root else None
    start = Path(path).parent if path else top
    if start is None or not start.is_absolute():
        return
    if top is not None and not start.is_relative_to(top):
        start = top
    for folder in (start, *start.parents)[:_UPWARDS]:
        yield folder / _MODULES
        if folder == top:
            return


def read(path: str, limit_bytes: int) -> str | None:
    """Read a regular file of at most `limit_bytes`, unpacked if it is a `.gz`; None for others."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    try:
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return None
            plain = gzip.GzipFile(fileobj=file) if path.endswith(".gz") else file
            content = plain.read(limit_bytes + 1)
    except (OSError, EOFError, zlib.error):
        return None
    return content.decode("utf-8", "replace") if len(content) <= limit_bytes else None


def package_version(path: str) -> str:
    """Return "eslint 9.1.0" for a file in a package below `node_modules`; "" for any other."""
    parts = Path(path).parts
    if _MODULES not in parts:
        return ""
    at = len(parts) - parts[::-1].index(_MODULES)
    length = 2 if parts[at : at + 1] and parts[at].startswith("@") else 1
    about = read(str(Path(*parts[: at + length], "package.json")), _PACKAGE_LIMIT_BYTES)
    version = _version(about or "")
    return f"{'/'.join(parts[at : at + length])} {version}" if version else ""


def _version(package: str) -> str:
    try:
        table: Any = msgspec.json.decode(package.encode())
    except (msgspec.DecodeError, RecursionError):
        return ""
    version = table.get("version") if isinstance(table, dict) else None
    return version[:40] if isinstance(version, str) else ""


def _folders(way: Read, path: str, root: str, program: str | None) -> Iterator[Path]:
    if way.base == "modules":
        yield from module_folders(path, root)
    elif way.base == "program":
        if program is not None:
            yield Path(os.path.realpath(program)).parent
    else:
        yield Path(root)


def _matches(folder: Path, pattern: str) -> Iterator[Path]:
    """Yield what a pattern stands for; a plain path is itself."""
    place = Path(os.path.normpath(folder / _expanded(pattern)))
    if not place.is_absolute():
        return
    if "*" not in pattern:
        yield place
        return
    try:
        found = sorted(Path(place.anchor).glob(str(place.relative_to(place.anchor))))
    except (OSError, ValueError):
        return
    yield from found[:_MATCHES]


def _expanded(pattern: str) -> Path:
    try:
        return Path(pattern).expanduser()
    except RuntimeError:  # a user that there is not
        return Path(pattern)


def _checked(place: Path, way: Read, root: str) -> Found | None:
    stamp = stamp_of(str(place))
    if stamp is None:
        return None
    real = Path(os.path.realpath(place))
    if way.base == "modules" and not _is_module(real, root):
        return None
    if way.base == "given" and _leads_out(place, real, root):
        return None
    return Found(path=str(real), shown=_shown(place, way), stamp=stamp)


def _shown(place: Path, way: Read) -> str:
    """Return a file's name for people, without the folders that say nothing of it."""
    parts = place.parts
    if way.base == "given":
        return str(place)
    tops = [n for n, name in enumerate(parts) if name in _TOPS]
    return "/".join(parts[tops[-1] + 1 :] if tops else parts[-3:])


def _leads_out(place: Path, real: Path, root: str) -> bool:
    """Tell whether a file of the project is a link to one that is none of the project's."""
    return bool(root) and place.is_relative_to(root) and not real.is_relative_to(_real(root))


def _is_module(real: Path, root: str) -> bool:
    if _MODULES not in real.parts:
        return False
    if not root:
        return True
    owner = Path(*real.parts[: real.parts.index(_MODULES)])
    top = _real(root)
    return owner.is_relative_to(top) or top.is_relative_to(owner)


def _real(folder: str) -> Path:
    return Path(os.path.realpath(folder))
