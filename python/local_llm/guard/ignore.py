"""The syntax of `.gitignore`: what one such file says of the names below its folder.

pathspec turns patterns into regular expressions, and RE2 looks for all of them at once in linear
time: the file may come with a clone, and a hostile pattern must not hold the editor up. A name is
asked about by itself; that nothing below an ignored folder comes back is for who walks the folders.

A line that git would not understand is dropped, as git does; one that RE2 cannot take matches
everything, so that a rule which nobody can read hides too much rather than too little.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
import re2
from pathspec.patterns.gitignore import GitIgnorePatternError
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

# Where pathspec and git differ: classes have names, and one that is negated matches no slash.
_CLASSES = re.compile(
    r"\\.|\[[!^](?!\])|\[:(?:alnum|alpha|blank|digit|lower|space|upper|xdigit):\]"
)
_NAMED = {
    "[:alnum:]": "0-9A-Za-z",
    "[:alpha:]": "A-Za-z",
    "[:blank:]": " \t",
    "[:digit:]": "0-9",
    "[:lower:]": "a-z",
    "[:space:]": " \t\r\v\f",
    "[:upper:]": "A-Z",
    "[:xdigit:]": "0-9A-Fa-f",
}
_CLASSES = re.compile("|".join([r"\\.", *map(re.escape, _NAMED)]))
_END = "\x01"  # behind a blank, which pathspec would take off
_NEGATED = re.compile(r"\[\^\]?")


class IgnoreLine(msgspec.Struct, frozen=True, kw_only=True):
    """One pattern. text: As it is written. keeps: An exception (`!`). folders: A final slash."""

    text: str
    keeps: bool
    folders: bool


class IgnoreFile:
    """One file of patterns.

    Args:
        text: Its content; lone surrogates stand for bytes that are not UTF-8.

    """

    def __init__(self, text: str) -> None:
        self._lines: list[IgnoreLine] = []
        self._search = re2.Set.SearchSet(_quiet())
        for line in _written(text):
            self._take(line)
        if self._lines:
            self._search.Compile()

    def verdict(self, name: str, *, folder: bool) -> IgnoreLine | None:
        """Return the last line that names it, None where none does.

        Args:
            name: Below the file's folder, parts joined by `/`, without one at either end.
            folder: Whether it is a folder.

        """
        if not self._lines:
            return None
        hits = self._search.Match(_bytes(name)) or ()
        fitting = [hit for hit in hits if folder or not self._lines[hit].folders]
        return self._lines[max(fitting)] if fitting else None

    def _take(self, written: str) -> None:
        text = _trimmed(written)
        keeps = text.startswith("!")
        pattern = text[keeps:]
        folders = pattern.endswith("/")
        expression = _expression(pattern.removesuffix("/"))
        if expression is None:
            return
        try:
            self._search.Add(expression)
        except re2.error:
            if keeps:
                return
            self._search.Add("")
        self._lines.append(IgnoreLine(text=text, keeps=keeps, folders=folders))


def _quiet() -> re2.Options:
    options = re2.Options()
    options.log_errors = False  # they would be written to the terminal
    return options


def _written(text: str) -> Iterator[str]:
    for line in text.removeprefix("\ufeff").split("\n"):
        if line and not line.startswith("#"):
            yield line.removesuffix("\r")


def _trimmed(line: str) -> str:
    """Take blanks off the end; one behind a backslash stays."""
    bare = line.rstrip(" ")
    escaped = (len(bare) - len(bare.rstrip("\\"))) % 2 == 1
    return bare + " " if escaped and bare != line else bare


def _expression(pattern: str) -> str | None:
    """Return what finds exactly the names that a pattern means; None where it means none."""
    if not pattern or pattern.endswith("/"):
        return None
    plain = _CLASSES.sub(_spelled, _bytes(pattern))
    try:
        found, _include = GitIgnoreSpecPattern.pattern_to_regex(_protected(plain))
    except GitIgnorePatternError:
        return None
    if found is None:
        return None
    # All below a folder, or everything: pathspec's expression ends before the name does.
    end = "" if found == "." or plain.rpartition("/")[2] == "**" else r"\z"
    return f"(?s){_NEGATED.sub(_no_slash, found.replace(_END, ''))}{end}"


def _bytes(text: str) -> str:
    """Return one character for each byte: git counts bytes, and so do its `?` and its classes."""
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def _protected(pattern: str) -> str:
    """Keep pathspec from taking a sign for its own, or more than git does off the end."""
    if pattern[0] in "!#":
        pattern = f"\\{pattern}"
    if pattern[-1].isspace() and not pattern.endswith("\\ "):
        pattern += _END
    return pattern


def _no_slash(match: re.Match[str]) -> str:
    return f"{match[0]}/"


def _spelled(match: re.Match[str]) -> str:
    return _NAMED.get(match[0], match[0])
