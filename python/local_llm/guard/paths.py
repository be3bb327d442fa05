"""Which files never go out: `guard.deny_paths`.

The patterns, last match wins:

    *.pem        no slash: the file's own name
    .aws/        a final slash: everything in folders of that name
    a/b/*.txt    a slash: the end of the path, wherever it starts
    /conf/x      a leading slash: from the project's root, or from the root of the file system
    **           as a whole part: any number of folders
    !x           an exception to what stands before it

`*`, `?` and `[...]` do not cross a slash. Case never counts, nor does the way an accent is encoded:
a file system may see it so. A file is judged by the name it was opened by and by the one its links
lead to, each with and without the ending of a backup; one denied name is enough. (Hard links
cannot be told.)
"""

from __future__ import annotations

import fnmatch
import functools
import posixpath
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

_BACKUP_ENDINGS = ("~", ".bak", ".orig", ".old", ".tmp", ".save")
_WILD = re.compile(r"[*?[]")
UNRESOLVABLE = "a link that leads nowhere"

Parts = tuple[str, ...]


def denied(
    path: str, root: str, patterns: Sequence[str], resolve: Callable[[str], str]
) -> str | None:
    """Return the pattern that keeps a file from going out, None if none does.

    Args:
        path: Absolute, or relative to `root`; "" for text without a file, which no pattern names.
        root: The project's root, absolute; "" for none.
        patterns: Weakest first.
        resolve: Follows symbolic links (`os.path.realpath`); where it raises OSError, the file is
            denied as UNRESOLVABLE.

    """
    if not path:
        return None
    given = posixpath.join(root, path)
    try:
        names = {given: root, resolve(given): resolve(root) if root else ""}
    except OSError:
        return UNRESOLVABLE
    for name, base in names.items():
        for variant in variants(name):
            pattern = _judge(_parts(variant), _parts(base), patterns)
            if pattern is not None:
                return pattern
    return None


def variants(path: str) -> Iterator[str]:
    """Yield a path, and the one that it is a backup of."""
    yield path
    for ending in _BACKUP_ENDINGS:
        if path.endswith(ending):
            yield path.removesuffix(ending)


def _judge(path: Parts, root: Parts, patterns: Sequence[str]) -> str | None:
    """Return the denying pattern; the last one that matches decides."""
    for pattern in reversed(patterns):
        if _matches(path, root, pattern.removeprefix("!")):
            return None if pattern.startswith("!") else pattern
    return None


def _matches(path: Parts, root: Parts, pattern: str) -> bool:
    parts, anchored, plain = _compile(pattern)
    if not parts or not all(map(path.__contains__, plain)):
        return False
    if not anchored and "**" not in parts:
        tail = path[-len(parts) :]
        return len(tail) == len(parts) and all(map(fnmatch.fnmatchcase, tail, parts))
    if not anchored:
        return _glob(path, ("**", *parts))
    inside = path[: len(root)] == root and _glob(path[len(root) :], parts)
    return inside or _glob(path, parts)


@functools.lru_cache(maxsize=4096)
def _compile(pattern: str) -> tuple[Parts, bool, Parts]:
    """Return the pattern's parts, whether it starts at a root, and those parts that are names.

    Most patterns are told from most paths by a name that is not there.
    """
    pattern = pattern.strip().removeprefix("~/")
    parts = _parts(pattern)
    if pattern.endswith("/") and parts:
        parts = (*parts, "*", "**")  # in it, not the folder's own name
    plain = tuple(part for part in parts if not _WILD.search(part))
    return parts, pattern.startswith("/"), plain


def _parts(path: str) -> Parts:
    """Split a path, with `..` taken out, into parts that compare as a lenient file system does."""
    plain = posixpath.normpath(path) if path else ""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFD", plain).casefold())
    return tuple(part for part in folded.split("/") if part not in ("", "."))


def _glob(path: Parts, parts: Parts) -> bool:
    """Match part by part; only the last `**` is ever tried again, so the time is quadratic."""
    at = part = 0
    star, mark = -1, 0
    while at < len(path):
        if part < len(parts) and parts[part] == "**":
            star, mark = part, at
            part += 1
        elif part < len(parts) and fnmatch.fnmatchcase(path[at], parts[part]):
            at, part = at + 1, part + 1
        elif star >= 0:
            mark += 1
            at, part = mark, star + 1
        else:
            return False
    return all(rest == "**" for rest in parts[part:])
