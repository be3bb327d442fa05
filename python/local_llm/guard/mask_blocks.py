"""Secrets that go over several lines: keys in PEM, a value below its name, a login's password."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from local_llm.guard import secret_names
from local_llm.guard.mask_named import next_value
from local_llm.guard.mask_patterns import KEY_BEGIN, Mark
from local_llm.guard.mask_scan import Placed
from local_llm.guard.mask_value import is_obvious

_LONGEST_KEY = 400  # lines; one of 16,384 bits in PGP's form has 200
BEGIN = re.compile(KEY_BEGIN)
END = re.compile(KEY_BEGIN.replace("BEGIN", "END").replace("Private-Lines: [0-9]+", "Private-MAC"))
# A line of the body, with what the language around it puts before and behind.
_BODY = re.compile(r"[A-Za-z0-9+/=_\-]{2,}")
_HEADER = re.compile(r"^\W*(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|MessageID):")
LONG = re.compile(r"[A-Za-z0-9+/=]{40,}")
_ESCAPE = re.compile(r"\\+[nr]")
_KIND = "private-key"
_BELOW = 2  # lines below a name that its value may stand on
_IN_BLOCK = 6  # lines of a variable's description in Terraform
_MANIFEST = 40  # lines around the kind of a manifest
_DATA = re.compile(r"^[+\-]?\s*[\"']?(?:stringData|data)[\"']?:\s*\{?\s*$")
_PAIR = re.compile(r"^[+\-]?\s*[\"']?[\w.\-]+[\"']?:\s*[\"']?([^\s\"',|>]{8,})")
_VARIABLE = re.compile(r"\bvariable[ \t]+\".*\{[ \t]*$")
_DEFAULT = re.compile(r"^[+\-]?\s*(?:default|value)\s*=")
_ANY = re.compile(r"\S")
_LOGIN = re.compile(r"^\s*(?:machine|login|account|default)\b")


def key_block(lines: Sequence[str], row: int) -> list[Placed]:
    """Return what is secret of the keys that begin on a row, each line's part on its own."""
    found: list[Placed] = []
    for begin in BEGIN.finditer(lines[row]):
        end = END.search(lines[row], begin.end())
        found += _parts(lines[row], row, begin.end(), end.start() if end else len(lines[row]))
        if end is None:
            found += _rest(lines, row)
    return found


def _rest(lines: Sequence[str], row: int) -> list[Placed]:
    """Return the lines of a body, up to its end or to what is no body any more."""
    below = range(row + 1, min(len(lines), row + _LONGEST_KEY))
    # Up to the next head: a thousand heads below each other are not read a thousand times.
    stop = next((at for at in below if BEGIN.search(lines[at])), below.stop)
    below = range(below.start, stop)
    last = next((at for at in below if END.search(lines[at])), None)
    sign = lines[row][:1] if lines[row][:1] in {"+", "-"} and not BEGIN.match(lines[row]) else ""
    found: list[Placed] = []
    for at in below:
        line = lines[at]
        if last is None and not (LONG.search(line) or not line.strip() or _HEADER.search(line)):
            break
        end = END.search(line)
        if not _HEADER.search(line):
            start = len(sign) if sign and line.startswith(sign) else 0
            found += _parts(line, at, start, end.start() if end else len(line))
        if end:
            break
    return found


def _parts(line: str, row: int, start: int, stop: int) -> list[Placed]:
    r"""Return the runs of a body between two columns; `\n` written out parts them."""
    plain = _ESCAPE.sub(lambda match: " " * len(match[0]), line[start:stop])
    return [
        (row, start + match.start(), start + match.end(), _KIND)
        for match in _BODY.finditer(plain)
        if set(match.group()) != {"-"}
    ]


def value_below(lines: Sequence[str], row: int) -> list[Placed]:
    """Return the secret on the next line, whose name stands on this one."""
    is_block = bool(_VARIABLE.search(lines[row]))
    below = range(row + 1, min(len(lines), row + 1 + (_IN_BLOCK if is_block else _BELOW)))
    wanted = _DEFAULT if is_block else _ANY
    at = next((at for at in below if wanted.search(lines[at])), None)
    part = _value_of(lines[row].rstrip(), lines[at]) if at is not None else None
    return [(at, *part)] if at is not None and part else []


@lru_cache(maxsize=4096)  # a name with its value below is not judged again at every key
def _value_of(named: str, line: str) -> tuple[int, int, str] | None:
    """Return where a line's value is secret and its kind, named by the end of the line above."""
    value = next_value(line)
    if value is None:
        return None
    name = f"{named} "
    shift, word = len(name), secret_names.last_word(name)
    span = value[0] + shift, value[1] + shift
    part = secret_names.secret_part(name + line, word, span, quoted=value[2])
    if part is None:
        return None
    return part[0] - shift, part[1] - shift, secret_names.kind_of(name[word:])


def login_password(lines: Sequence[str], row: int) -> list[Placed]:
    """Return the password of a `.netrc` that has one word pair a line."""
    above = lines[max(0, row - 3) : row]
    if not any(_LOGIN.match(line) for line in above):
        return []
    value = lines[row].split()[-1]
    if is_obvious(value):
        return []
    start = lines[row].rindex(value)
    return [(row, start, start + len(value), "password")]


def manifest(lines: Sequence[str], row: int) -> list[Placed]:
    """Return the values of a Kubernetes Secret, whatever they are called."""
    first, last = max(0, row - _MANIFEST), min(len(lines), row + _MANIFEST)
    found: list[Placed] = []
    inside = -1
    for at in range(first, last):
        indent = len(lines[at]) - len(lines[at].lstrip("+- \t\"'"))
        if inside >= 0 and lines[at].strip() and indent <= inside:
            inside = -1
        if _DATA.match(lines[at]):
            inside = indent
        elif inside >= 0 and (pair := _PAIR.match(lines[at])) and not is_obvious(pair[1]):
            found.append((at, *pair.span(1), "secret"))
    return found


WAYS = {
    Mark.SECRETS: manifest,
    Mark.KEY_BLOCK: key_block,
    Mark.OPEN: value_below,
    Mark.NETRC: login_password,
}


_ANY_WAY = sum(WAYS)


def blocks(lines: Sequence[str], marks: Mapping[int, int]) -> list[Placed]:
    """Return what is secret because of the lines around it.

    Args:
        lines: All of them.
        marks: What some of them may be part of, by row.

    """
    found: list[Placed] = []
    for row, mark in marks.items():
        if mark & _ANY_WAY:
            for one, way in WAYS.items():
                if mark & one:
                    found += way(lines, row)
    return found
