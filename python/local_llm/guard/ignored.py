"""Which files a project hides: `.local-llm-ignore`, `.gitignore` and `.git/info/exclude`.

    /p                .git/info/exclude   weakest
    /p                .gitignore
    /p/sub            .gitignore          strongest for what lies in /p/sub

A path is walked from the top of its project down, as git does it: at each name the file that lies
deepest is asked first, the last line that matches decides, and below a folder that is hidden
nothing comes back. Whether git tracks a hidden file nevertheless is not looked at, and neither is
the user's own list of excludes (`core.excludesFile`).

The top of a project is where git's folder lies; for `.local-llm-ignore` the editor's root if that
is higher. The files are read once and again when their stamp changes.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from local_llm.guard.files import Files, Stamp
from local_llm.guard.ignore import IgnoreFile

OURS = ".local-llm-ignore"
GITS = ".gitignore"
EXCLUDE = ".git/info/exclude"
_MOST_KNOWN = 2048  # folders that have such a file


class _Source(NamedTuple):
    """A file of patterns, the folder that they count from, and what the file is called."""

    patterns: IgnoreFile
    folder: str
    name: str


class _Found(NamedTuple):
    """The rule that hides a path; whether an exception was made for it or a folder above."""

    rule: str | None = None
    kept: bool = False


class Unreadable(Exception):
    """A file of patterns is there and cannot be read; its name, as shown to the user."""


class Ignored:
    """Finds the rule that hides a file.

    Args:
        files: The disk.

    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self._known: dict[str, tuple[Stamp, IgnoreFile]] = {}

    def by_us(self, path: str, root: str) -> str | None:
        """Return the rule of a `.local-llm-ignore`, such as ".local-llm-ignore has *.sql".

        Args:
            path: Absolute, without `.` and `..`.
            root: The editor's, "" for none.

        """
        return self._ours(path, root, self.git_top(path)).rule

    def by_all(self, path: str, root: str) -> str | None:
        """Return the rule of any list; without git's folder, `.gitignore` counts from the root.

        What a `.local-llm-ignore` makes an exception for is hidden by `info/exclude` alone, which
        does not come with a clone.
        """
        top = self.git_top(path)
        ours = self._ours(path, root, top)
        if ours.rule is not None or not (top or _is_below(path, root)):
            return ours.rule
        lists = "" if ours.kept else GITS
        return self._walked(path, top or root, lists, self._exclude).rule

    def _ours(self, path: str, root: str, top: str) -> _Found:
        tops = [folder for folder in (top, root) if _is_below(path, folder)]
        return self._walked(path, min(tops, key=len, default=posixpath.dirname(path)), OURS)

    def git_top(self, path: str) -> str:
        """Return the next folder above a file that has git's in it, "" where none has."""
        for folder in _above(path):
            if self._files.stamp(_in(folder, ".git")) is not None:
                return folder
        return ""

    def _walked(
        self,
        path: str,
        top: str,
        name: str,
        weakest: Callable[[str], list[_Source]] = lambda _top: [],
    ) -> _Found:
        """Walk down to a path; a list that cannot be read hides what it could be about."""
        try:
            return self._walk(path, top, name, weakest(top))
        except Unreadable as exc:
            return _Found(f"{exc} cannot be read")

    def _walk(self, path: str, top: str, name: str, sources: list[_Source]) -> _Found:
        parts = _below(path, top).split("/")
        folder, found = top, _Found()
        for depth, part in enumerate(parts, 1):
            sources += self._lists(folder, name, top)
            folder = _in(folder, part)
            found = _decided(sources, folder, is_folder=depth < len(parts)) or found
            if found.rule is not None:
                break
        return found

    def _lists(self, folder: str, name: str, top: str) -> Iterator[_Source]:
        if not name:
            return
        place = _in(folder, name)
        shown = _below(place, top)
        patterns = self._patterns(place, shown)
        if patterns is not None:
            yield _Source(patterns, folder, shown)

    def _patterns(self, place: str, shown: str) -> IgnoreFile | None:
        """Return a file's patterns, None where there is no such file. Raises: Unreadable."""
        stamp = self._files.stamp(place)
        if stamp is None or stamp.is_folder:
            return None
        known = self._known.get(place)
        if known is not None and known[0] == stamp:
            return known[1]
        try:
            patterns = IgnoreFile(self._files.read(place))
        except OSError as exc:
            raise Unreadable(shown) from exc
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[place] = stamp, patterns
        return patterns

    def _exclude(self, top: str) -> list[_Source]:
        """Return `info/exclude` of the repository, which other work trees share."""
        try:
            place = posixpath.join(self._git_folder(top), "info/exclude")
        except OSError:
            return []  # no repository of git's
        patterns = self._patterns(place, EXCLUDE)
        return [] if patterns is None else [_Source(patterns, top, EXCLUDE)]

    def _git_folder(self, top: str) -> str:
        """Return git's folder; a further work tree names the first one's. Raises OSError."""
        place = posixpath.join(top, ".git")
        stamp = self._files.stamp(place)
        if stamp is None or stamp.is_folder:
            return place
        named = self._files.read(place).partition("gitdir:")[2].strip()
        own = posixpath.normpath(posixpath.join(top, named))
        common = posixpath.join(own, "commondir")
        if self._files.stamp(common) is None:
            return own
        return posixpath.normpath(posixpath.join(own, self._files.read(common).strip()))


def _decided(sources: Sequence[_Source], path: str, *, is_folder: bool) -> _Found | None:
    """Judge one name; the deepest file that names it decides. None where none does."""
    for source in reversed(sources):
        line = source.patterns.verdict(_below(path, source.folder), folder=is_folder)
        if line is not None:
            rule = None if line.keeps else f"{source.name} has {line.text}"
            return _Found(rule, kept=line.keeps)
    return None


def _above(path: str) -> Iterator[str]:
    """Yield the folders above a path, the next one first."""
    folder = posixpath.dirname(path)
    while folder:
        yield folder
        if folder == "/":
            return
        folder = posixpath.dirname(folder)


def _in(folder: str, name: str) -> str:
    return f"/{name}" if folder == "/" else f"{folder}/{name}"  # a third of what join takes


def _is_below(path: str, folder: str) -> bool:
    return bool(folder) and path.startswith(folder.rstrip("/") + "/")


def _below(path: str, folder: str) -> str:
    """Return the part of a path behind a folder that it lies in."""
    return path[len(folder.rstrip("/")) + 1 :]
