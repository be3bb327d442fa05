"""Secrets that stand within one line, and lines that begin something longer: one pass over many.

The lines are joined and each pattern runs over all of them at once, in RE2, whose time is linear in
the text whatever it holds. No pattern matches a line's end.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
import re2

from local_llm.guard import secret_names
from local_llm.guard.mask_value import entropy, is_obvious, is_random
from local_llm.guard.secret_formats import Format

Spans = tuple[tuple[int, int, str], ...]
Placed = tuple[int, int, int, str]  # row, start, end, kind


class Mark:
    """What a line may be part of: bits, not an enum, whose operators a key has no time for."""

    NONE = 0
    KEY_BLOCK = 1  # the head of a private key
    OPEN = 2  # a secret-looking name whose value stands on the next line
    LITERAL = 4  # nothing but a literal, maybe of a sum that began above
    NETRC = 8
    SUM = 16  # literals that are put together
    WRAPPED = 32  # a literal that goes on on the next line
    SECRETS = 64  # what a manifest for Kubernetes is of


class Facts(msgspec.Struct, frozen=True):
    """What is known of a line on its own: `spans` are (start, end, kind) in characters."""

    spans: Spans = ()
    mark: int = Mark.NONE


# Of a line that nothing is known of. False in C, for there are many and a key has no time.
CLEAN: Final = ()
Known = Facts | tuple[()]
# PEM, the form of PGP, of SSH2 and of PuTTY.
KEY_BEGIN = r"-{4,5} ?BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)? ?-{4,5}|Private-Lines: [0-9]+"
PLUS = r"(?:\+{1,2}|\.\.?|&|<>|\|\||~|\^|\\)"
CODE = "[rbufRBUFL@$]{0,2}"  # what may stand before a quote
_QUOTED = r"(?:\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`)"
_STRING = r"(?:\"[^\"\n]*\"|'[^'\n]*')"
_LOGIN_CALL = r"(?i:credentials?|basic_?auth|auth|login)[ \t]*=?[ \t]*\([ \t]*"
_CLIENT_CALL = r"(?i:connect|pdo|mysqli|redis|client)\([^()\n]*,[ \t]*"
PLACES: tuple[Format, ...] = (
    Format("password", r"[A-Za-z][A-Za-z0-9+.\-]*://[^\s/?#:@\"'<>`]*:([^\s/\"'<>`]+)@"),
    Format("password", r"jdbc:oracle:[a-z]+:[^\s/\"']+/([^\s@\"']+)@"),
    Format(
        "password", r"[ \t](?:-u|--user|--proxy-user)[= \t]?[ \t]*[\"']?[^\s:\"'@]+:([^\s\"']+)"
    ),
    Format("password", r"\bsshpass[ \t]+-p[ \t]*[\"']?([^\s\"']+)"),
    Format("password", r"\blogin[ \t]+\S+[ \t]+password[ \t]+(\S+)"),
    Format("password", r"(?m:^[^\s:#]+:(?:[0-9]+|\*):[^\s:]+:[^\s:]+:(\S+)$)"),  # .pgpass
    *(
        Format("password", pattern, random=True)
        for pattern in (
            r"://([A-Za-z0-9_\-]{16,})@",
            r"--from-literal[= \t][\w.\-]+=[\"']?([^\s\"']+)",
            r"\bvault[ \t]+(?:kv[ \t]+put|write)\b[^\n]*[ \t][\w\-]+=([^\s\"']+)",
            r"\bmysql(?:dump|admin)?\b[^\n]*[ \t]-p([^\s\"']+)",
            r"[ \t](?:-p|-a|-P|-pw)[ \t=][ \t]*[\"']?([^\s\"']+)",
            r"\becho[ \t]+(?:-n[ \t]+)?[\"']?(?:\w+:)?([^\s\"'|]+)[\"']?[ \t]*\|",
            rf"{_LOGIN_CALL}{_STRING}[ \t]*,[ \t]*\"([^\"\n]+)\"",
            rf"{_LOGIN_CALL}{_STRING}[ \t]*,[ \t]*'([^'\n]+)'",
            rf"{_CLIENT_CALL}\"([^\"\n]+)\"[ \t]*[,)]",
            rf"{_CLIENT_CALL}'([^'\n]+)'[ \t]*[,)]",
        )
    ),
)
_LONE_LITERAL = rf"^[+\-]?[ \t]*(?:{PLUS}[ \t]*)?{CODE}{_QUOTED}[ \t]*{PLUS}?[ \t]*[);,]*[ \t]*$"
_SUM = (
    rf"[\"'`][ \t]*(?:\+{{1,2}}|\.\.?|&|<>|\|\||~|\^)[ \t]*{CODE}[\"'`]"
    rf"|[^\s,(\[{{=:\"'`][\"'][ \t]+{CODE}[\"'][^\s,)\]}}:;\"'`]"
    r"|[A-Za-z0-9_\-/+=.][\"'][\"'][A-Za-z0-9_\-/+=.]|[+.]=[ \t]*[\"'`]"
    r"|(?i:concat|join|paste0?|sprintf|format|%)!?[ \t]*\([^()\n]*[\"'][ \t]*,[ \t]*\[?[ \t]*[\"']"
    r"|[\"'][ \t]*,[ \t]*[\"'][^()\n]*[\"']\]\.join\(|[\"']\)?\.(?:concat|append)\([\"']"
)
_MARKS: tuple[tuple[int, str], ...] = (
    (Mark.KEY_BLOCK, KEY_BEGIN),
    (Mark.OPEN, rf"(?m:{secret_names.OPEN_PATTERN})"),
    (Mark.LITERAL, rf"(?m:{_LONE_LITERAL})"),
    (Mark.SUM, _SUM),
    (Mark.SECRETS, r"\bkind[\"']?:[ \t]*[\"']?(?:Sealed)?Secret\b"),
    (Mark.WRAPPED, r"(?m:[A-Za-z0-9_\-/+=.]\\$)"),
    (Mark.NETRC, r"(?m:^[ \t]*(?:password|passwd)[ \t]+\S+[ \t]*$)"),
)
_GROUP = re.compile(r"(?<!\\)\((?!\?)")
_CLASS = re.compile(r"\[[^\]]*\]")
_LONGEST_VALUE = 4096  # bytes; longer ones are data
_SHORT = 4096  # bytes; of more something is found anyway
_MASKED = re.compile(r"\[REDACTED:[a-z0-9-]+:\d+\]")
_NOT_A_PASSWORD = re.compile(r"^(?:\$|%|\{|<|\*+$|x+$|\.+$|:)|\}$", re.IGNORECASE)


class Pattern:
    """Some formats as one pattern.

    Args:
        formats: At least one.

    """

    def __init__(self, formats: Sequence[Format]) -> None:
        self._groups: list[tuple[int, int, Format]] = []  # of all and of the secret
        parts, group = [], 1
        for one in formats:
            inner = _groups(one)
            wanted = min(inner, 1) if one.group is None else one.group
            self._groups.append((group, group + wanted, one))
            parts.append(f"({one.pattern})")
            group += 1 + inner
        self._regexp = re2.compile("|".join(parts).encode(), OPTIONS)

    def find(self, data: bytes) -> Iterator[tuple[int, int, str]]:
        """Yield start, end and kind, in bytes."""
        for match in self._regexp.finditer(data):
            whole = next(one for one in self._groups if match.start(one[0]) >= 0)
            start, end = match.span(whole[1])
            if start >= 0 and _is_like(whole[2], data[start:end].decode("utf-8", "ignore")):
                yield start, end, whole[2].kind


def _groups(one: Format) -> int:
    """Return how many groups a pattern has; compiling each of ours to ask takes 25 ms."""
    if one.group is not None:  # somebody else's, with whatever is in it
        return int(re2.compile(one.pattern.encode(), OPTIONS).groups)
    return len(_GROUP.findall(_CLASS.sub("", one.pattern)))


def _is_like(one: Format, secret: str) -> bool:
    """Tell whether a secret is as random as its format wants it."""
    if one.random and (is_obvious(secret) or not is_random(secret, quoted=False)):
        return False
    return not one.bits or entropy(secret) >= one.bits


OPTIONS = re2.Options()
OPTIONS.log_errors = False
OPTIONS.max_mem = 64 << 20
_NAMES = re2.compile(secret_names.PATTERN.encode(), OPTIONS)
_NEXT = re2.compile(secret_names.NEXT_PATTERN.encode(), OPTIONS)


class Scanner:
    """Finds what one line tells.

    Args:
        formats: What secrets look like on their own.
        more: What is masked wherever it stands, whatever it looks like.

    """

    def __init__(self, formats: Sequence[Format], more: Sequence[Format] = ()) -> None:
        self._formats = Pattern(formats)
        self._more = Pattern(more) if more else None
        self._places = Pattern(PLACES)
        self._marks = [(mark, re2.compile(p.encode(), OPTIONS)) for mark, p in _MARKS]
        self._any = re2.compile(_any_of(formats, more), OPTIONS)

    def scan(self, lines: Sequence[str]) -> list[Known]:
        """Return what is known of each line; a line holds no line end."""
        joined = _Joined(lines)
        if len(joined.data) < _SHORT and not self._any.search(joined.data):
            return [CLEAN] * len(lines)
        spans: dict[int, list[tuple[int, int, str]]] = {}
        for start, end, kind in self._found(joined):
            row, first, last = joined.place(start, end)
            spans.setdefault(row, []).append((first, last, kind))
        marks: dict[int, int] = {}
        for mark, regexp in self._marks:
            for match in regexp.finditer(joined.data):
                row = joined.row(match.start())
                marks[row] = marks.get(row, Mark.NONE) | mark
        facts: list[Known] = [CLEAN] * len(lines)
        for row in spans.keys() | marks.keys():
            facts[row] = Facts(merged(spans.get(row, [])), marks.get(row, Mark.NONE))
        return facts

    def loose(self, text: str) -> Spans:
        """Return the secrets in a text that is no line, as one that was put together."""
        facts = self.scan([text.replace("\n", " ")])[0]
        return facts.spans if facts else ()

    def formed(self, text: str) -> Spans:
        """Return of such a text only what has the form of a token."""
        joined = _Joined([text.replace("\n", " ")])
        found = self._formats.find(joined.data)
        places = [(joined.place(start, end)[1:], kind) for start, end, kind in found]
        return merged([(*place, kind) for place, kind in places if not is_obvious(text)])

    def _found(self, joined: _Joined) -> Iterator[tuple[int, int, str]]:
        for start, end, kind in self._formats.find(joined.data):
            if not is_obvious(joined.text(start, end)):
                yield start, end, kind
        for start, end, kind in self._places.find(joined.data):
            if not _is_no_password(joined.text(start, end)):
                yield start, end, kind
        if self._more:
            yield from self._more.find(joined.data)
        yield from _named(joined)


def _any_of(formats: Sequence[Format], more: Sequence[Format]) -> bytes:
    """Return a pattern for all there is to find, for a line that most likely has nothing."""
    patterns = [one.pattern for one in (*formats, *more, *PLACES)]
    patterns += [secret_names.PATTERN, *(pattern for _, pattern in _MARKS)]
    return "|".join(f"(?:{pattern})" for pattern in patterns).encode()


def next_value(line: str) -> tuple[int, int, bool] | None:
    """Return where the value stands on a line that its name is not on, and whether it is quoted."""
    data = line.encode("utf-8", "replace")
    match = _NEXT.search(data)
    if not match:
        return None
    group = _group(match)
    start, end = match.span(group)
    first = len(data[:start].decode("utf-8", "ignore"))
    return (
        first,
        first + len(data[start:end].decode("utf-8", "ignore")),
        group != secret_names.BARE_GROUP,
    )


def merged(spans: Sequence[tuple[int, int, str]]) -> Spans:
    """Return spans in order, with those that overlap made one; the longer gives the kind."""
    found: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
        if end <= start:
            continue
        if found and start < found[-1][1]:
            first, last, name = found[-1]
            found[-1] = (first, max(last, end), name)
        else:
            found.append((start, end, kind))
    return tuple(found)


def _group(match: Any) -> int:
    """Return which group of a pattern holds the value."""
    groups = (*secret_names.QUOTED_GROUPS, secret_names.BARE_GROUP)
    return next(group for group in groups if match.start(group) >= 0)


def _named(joined: _Joined) -> Iterator[tuple[int, int, str]]:
    at, size = 0, len(joined.data)
    while at < size:
        match = _NAMES.search(joined.data, at)
        if not match:
            return
        group = _group(match)
        start, end = match.span(group)
        if end - start > _LONGEST_VALUE:  # and what it holds is not read once more from each name
            at = end
            continue
        found = _judged(
            joined, match.start(), (start, end), quoted=group != secret_names.BARE_GROUP
        )
        if found:
            yield found
            at = max(end, at + 1)
        else:
            at = max(start, match.start() + 1)


def _judged(
    joined: _Joined, name: int, value: tuple[int, int], *, quoted: bool
) -> tuple[int, int, str] | None:
    row, begin, _ = joined.place(name, value[1])
    _, first, last = joined.place(*value)
    line = joined.lines[row]
    part = secret_names.secret_part(line, begin, (first, last), quoted=quoted)
    if part is None or _is_masked(line, part[0]):
        return None
    kind = secret_names.kind_of(line[begin:])
    return joined.bytes_at(row, part[0]), joined.bytes_at(row, part[1]), kind


def _is_masked(line: str, at: int) -> bool:
    """Tell whether a place lies in what we have put there."""
    return any(match.start() <= at < match.end() for match in _MASKED.finditer(line))


def _is_no_password(text: str) -> bool:
    return bool(_NOT_A_PASSWORD.search(text) or _MASKED.search(text))


class _Joined:
    """Lines as one text in bytes, and the way back."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.data = "\n".join(lines).encode("utf-8", "replace")
        self._starts = [0]
        if len(lines) > 1:
            at = 0
            for line in lines[:-1]:
                at += (len(line) if line.isascii() else len(line.encode("utf-8", "replace"))) + 1
                self._starts.append(at)

    def row(self, at: int) -> int:
        return bisect_right(self._starts, at) - 1

    def text(self, start: int, end: int) -> str:
        return self.data[start:end].decode("utf-8", "ignore")

    def place(self, start: int, end: int) -> tuple[int, int, int]:
        """Return the row, and the characters of that line."""
        row = self.row(start)
        base = self._starts[row]
        if self.lines[row].isascii():
            return row, start - base, end - base
        first = len(self.data[base:start].decode("utf-8", "ignore"))
        return row, first, first + len(self.data[start:end].decode("utf-8", "ignore"))

    def bytes_at(self, row: int, char: int) -> int:
        line = self.lines[row]
        before = char if line.isascii() else len(line[:char].encode("utf-8", "replace"))
        return self._starts[row] + before
