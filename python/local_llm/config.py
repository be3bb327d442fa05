"""Which options are in force: several sources, one result.

    setup{}  >  project's local-llm.toml  >  user's local-llm.toml  >  LOCAL_LLM_...  >  default

The user's file is `$XDG_CONFIG_HOME/local-llm/local-llm.toml` (or what `--config` names); the
project's lies in the project's root. A project's file comes with a clone, so somebody else wrote
it: until it is trusted (`trust.py`) it may set only what `settings.py` marks `project`.

What is wrong is left out and warned of, and the rest applies; but where a rule of the guard cannot
be read, `Loaded.refused` is set, and nothing may be sent before that is put right.
"""

from __future__ import annotations

import os
import posixpath
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from local_llm.admission import Complaint, admitted
from local_llm.errors import SettingsError
from local_llm.options import Group, Leaf, Path, dotted, node_at
from local_llm.settings import Settings
from local_llm.sources import Source, from_env, from_setup, from_toml

FILE_NAME = "local-llm.toml"
FILE_LIMIT_BYTES = 256 * 1024  # a hundred times what all options need
_TOO_LARGE = f"larger than {FILE_LIMIT_BYTES // 1024} KiB"

ReadFile = Callable[[str], bytes | None]
Trusted = Callable[[str, bytes], bool]


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """The options in force, and what was wrong on the way to them.

    warnings: One sentence each, for the user. files: The files that were read, weakest first.
    refused: Raise it instead of sending anything: a rule of the guard could not be read.
    """

    settings: Settings
    warnings: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    refused: SettingsError | None = None


def load(
    setup: object,
    env: Mapping[str, str],
    read_file: ReadFile,
    *,
    root: str = "",
    config_file: str = "",
    trusted: Trusted = lambda _path, _content: False,
) -> Loaded:
    """Read every source and merge them. Does not raise for anything that a source holds.

    Args:
        setup: The table given to `setup{}`; {} outside the editor.
        env: The environment, for the XDG folders and `LOCAL_LLM_...`.
        read_file: `read_bounded`, or what stands for it in a test: returns a file's bytes, or None
            where there is none, and raises OSError for one that it will not read.
        root: The project's root, absolute; "" for none.
        config_file: Read instead of the user's file; it must exist.
        trusted: Tells whether the user trusts this content at this path; see `trust.py`.

    """
    mine = config_file or user_config(env)
    theirs = posixpath.join(root, FILE_NAME) if root else ""
    sources = list(from_env(env))
    sources += _file(mine, read_file, must_exist=bool(config_file))
    if theirs != mine:
        sources += _file(theirs, read_file, trusted=trusted)
    sources.append(from_setup(setup))
    return _merge(sources)


def user_config(env: Mapping[str, str]) -> str:
    """Return the path of the user's file, "" where the environment names no home."""
    folder = env.get("XDG_CONFIG_HOME", "")
    if not posixpath.isabs(folder):  # the XDG specification: relative ones are to be ignored
        home = env.get("HOME", "")
        folder = posixpath.join(home, ".config") if home else ""
    return posixpath.join(folder, "local-llm", FILE_NAME) if folder else ""


def read_bounded(path: str) -> bytes | None:
    """Read a regular file of at most FILE_LIMIT_BYTES.

    Returns: The content; None where there is no such file.
    Raises: OSError, also for what is no regular file (a FIFO would never end) and for a larger one.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError("not a regular file")
        content = file.read(FILE_LIMIT_BYTES + 1)
    if len(content) > FILE_LIMIT_BYTES:
        raise OSError(_TOO_LARGE)
    return content


def _file(
    path: str, read_file: ReadFile, *, must_exist: bool = False, trusted: Trusted | None = None
) -> Iterator[Source]:
    """Yield the file's source, if there is such a file; one without `trusted` is the user's."""
    if not path:
        return
    try:
        content = read_file(path)
    except OSError as error:
        yield Source(where=path, origin="file", fault=error.strerror or str(error))
        return
    if content is None:
        if must_exist:
            yield Source(where=path, origin="file", fault="no such file")
    elif len(content) > FILE_LIMIT_BYTES:
        yield Source(where=path, origin="file", fault=_TOO_LARGE)
    else:
        yield from_toml(path, content, trusted=trusted is None or trusted(path, content))


def _merge(sources: list[Source]) -> Loaded:
    """Merge sources, weakest first."""
    merged: dict[Path, Any] = {}
    complaints: list[Complaint] = []
    for source in sources:
        values, more = admitted(source)
        complaints += more
        for path, value in values.items():
            _put(merged, path, value)
    settings = msgspec.convert(_nested(merged), Settings)
    complaints += _strangers(settings)
    complaints += _unusable(settings)
    return Loaded(
        settings=settings,
        warnings=tuple(complaint.sentence for complaint in complaints),
        files=tuple(source.where for source in sources if source.origin in ("file", "project")),
        refused=_refusal(complaints),
    )


def _put(merged: dict[Path, Any], path: Path, value: Any) -> None:
    node = node_at(path)
    if isinstance(node, Leaf) and node.append:
        value = (*merged.get(path, node.default), *value)
    merged[path] = value


def _strangers(settings: Settings) -> list[Complaint]:
    """Complain about names in backend.fallback that no backend has."""
    return [
        Complaint(f"backend.fallback: there is no {dotted(('backends', name))}")
        for name in settings.backend.fallback
        if name not in settings.backends
    ]


def _unusable(settings: Settings) -> list[Complaint]:
    """Complain about entries of wtf.rules that could not work; they find nothing."""
    complaints = []
    for source, rule in settings.wtf.rules.items():
        path = ("wtf", "rules", source)
        if rule.command and "{" in rule.command[0]:
            text = "the program has to have a name of its own, without {...}"
            complaints.append(Complaint(f"{dotted((*path, 'command'))}: {text}"))
        if rule.code and not _compiles(rule.code):
            text = "expected a regular expression"
            complaints.append(Complaint(f"{dotted((*path, 'code'))}: {text}"))
    return complaints


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return False
    return True


def _refusal(complaints: list[Complaint]) -> SettingsError | None:
    first = next((complaint for complaint in complaints if complaint.guard), None)
    if first is None:
        return None
    return SettingsError(
        f"nothing is sent, because a rule of the guard may be missing: {first.sentence}",
        hint="put it right; see :help local-llm-guard",
    )


def _nested(values: Mapping[Path, Any]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for path, value in values.items():
        inner = table
        for name in path[:-1]:
            inner = inner.setdefault(name, {})
        if isinstance(node_at(path), Group):
            inner.setdefault(path[-1], {})
        else:
            inner[path[-1]] = value
    return table
