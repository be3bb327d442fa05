"""Whether a file may go out, by all rules there are; each refusal names the rule that fired.

    never, whole or as context    guard.deny_paths, .local-llm-ignore, guard.deny_filetypes
    not as context                .gitignore, .git/info/exclude, guard.max_file_kb

Context is what comes of a file that nobody asked about. A file is judged by the name it was opened
by and by the one that its links lead to; one rule is enough.
"""

from __future__ import annotations

import functools
import posixpath
from collections.abc import Callable, Iterator

from local_llm.guard.defuse import clean
from local_llm.guard.files import Files
from local_llm.guard.filetypes import denied_filetype
from local_llm.guard.ignored import Ignored
from local_llm.guard.paths import UNRESOLVABLE, denied, variants
from local_llm.settings import Guard

_LONGEST_RULE = 120  # characters; a pattern comes with a clone
_KB = 1024


class PathGuard:
    """Judges files.

    Args:
        files: The disk.

    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self._ignored = Ignored(files)

    def never(self, path: str, root: str, guard: Guard, filetype: str = "") -> str | None:
        """Return the rule that keeps a file from going out at all, None if none does.

        Args:
            path: Absolute, or relative to `root`; "" for text without a file.
            root: The project's root, absolute; "" for none.
            guard: The options.
            filetype: The editor's word for the kind of text, "" where nobody knows.

        """
        return self._judged(path, root, guard, filetype, along=False)

    def as_context(self, path: str, root: str, guard: Guard, filetype: str = "") -> str | None:
        """Return the rule that keeps a file out of what goes along with another one."""
        return self._judged(path, root, guard, filetype, along=True)

    def _judged(
        self, path: str, root: str, guard: Guard, filetype: str, *, along: bool
    ) -> str | None:
        try:
            rules = self._rules(path, root, guard, along=along)
            found = next((rule for rule in rules if rule is not None), None)
        except OSError:
            found = UNRESOLVABLE
        if found is None:
            kind = denied_filetype(filetype, guard.deny_filetypes)
            found = None if kind is None else f"guard.deny_filetypes has {kind}"
        return None if found is None else _told(found)

    def _rules(self, path: str, root: str, guard: Guard, *, along: bool) -> Iterator[str | None]:
        """Yield what each rule says. Raises OSError where a link cannot be followed."""
        resolve = functools.cache(self._files.resolve)  # half of the system calls
        pattern = denied(path, root, guard.deny_paths, resolve)
        yield pattern if pattern in (None, UNRESOLVABLE) else f"guard.deny_paths has {pattern}"
        for name, base in _names(path, root, resolve):
            by = self._ignored.by_all if along else self._ignored.by_us
            for variant in variants(name):
                yield by(variant, base)
            if along:
                yield self._size(name, guard.max_file_kb)

    def _size(self, path: str, most_kb: int) -> str | None:
        stamp = self._files.stamp(path)
        too_large = stamp is not None and stamp.size > most_kb * _KB
        return f"guard.max_file_kb is {most_kb}" if too_large else None


def _names(path: str, root: str, resolve: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Yield each name of a file with its root: the given one, and where its links lead."""
    given = posixpath.normpath(posixpath.join(root, path)) if path else ""
    if not posixpath.isabs(given):
        return
    yield given, root.rstrip("/")
    resolved = resolve(given)
    if resolved != given:
        yield resolved, resolve(root) if root else ""


def _told(rule: str) -> str:
    """Return a rule as it may be shown: one line of bounded length."""
    flat = " ".join(clean(rule[: 2 * _LONGEST_RULE]).split())
    return flat if len(flat) <= _LONGEST_RULE else f"{flat[: _LONGEST_RULE - 1]}…"
