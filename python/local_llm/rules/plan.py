"""From a diagnostic to the ways of finding its rule's text.

Everything in a diagnostic may be hostile. A code becomes part of a command line or a path only if
all of it matches its row's pattern, and then only as words without a slash, a blank, a control
character or one that makes a pattern of a path, and without a leading dash or dot.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, urlsplit

from local_llm.rules.base import Plan, Read, Row, RuleAsk, Run, Way, Words

_CODE_LIMIT = 120
_HREF_LIMIT = 2048
_MESSAGE_ENDS = 2000
_BAD_WORD = re.compile(r"[\s/\\*?\[\]\x00-\x1f\x7f]|^[-.]")
_PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
_HREF = re.compile(r"https?://[!-~]+")


def fold(source: str) -> str:
    """Return a source as the tables have it: case and a final full stop do not matter."""
    return source.strip().rstrip(".").lower()


def plan(ask: RuleAsk, rows: Iterable[Row]) -> Plan | None:
    """Return what to try, by the first row that fits; None where nobody knows anything."""
    source, href = fold(ask.source), checked_href(ask.href)
    for row in rows:
        code, words = _code(ask, row, source)
        if code:
            link = href or _fill_url(row.link, words)
            ways = tuple(filled for way in row.ways if (filled := _filled(way, words)))
            return Plan(title=f"{row.tool} {code}", words=words, ways=ways, link=link)
    title = f"{ask.source.strip()[:40]} {ask.code.strip()[:_CODE_LIMIT]}".strip()
    return Plan(title=title, link=href) if href else None


def checked_href(href: str) -> str:
    """Return a web address that may be shown; "" for anything else."""
    if len(href) > _HREF_LIMIT or not _HREF.fullmatch(href):
        return ""
    try:
        return href if urlsplit(href).hostname else ""
    except ValueError:
        return ""


def _code(ask: RuleAsk, row: Row, source: str) -> tuple[str, Words]:
    """Return the code by this row and its words; "" where the row does not fit."""
    if not (row.source_is_code or source in row.names):
        return "", ()
    if row.filetypes and ask.filetype not in row.filetypes:
        return "", ()
    for code in _codes(ask, row):
        found = _pattern(row.code).fullmatch(code) if len(code) <= _CODE_LIMIT else None
        if found:
            return code, _words(code, found)
    return "", ()


def _codes(ask: RuleAsk, row: Row) -> Iterator[str]:
    """Yield what may be the code; what a message says counts only if there is no other."""
    if row.source_is_code:
        yield ask.source.strip()
    elif ask.code.strip():
        yield ask.code.strip()
    elif row.said:
        for part in (ask.message[:_MESSAGE_ENDS], ask.message[-_MESSAGE_ENDS:]):
            found = _pattern(row.said).search(part)
            if found:
                yield found.group(1)


@functools.lru_cache(maxsize=512)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def _words(code: str, found: re.Match[str]) -> Words:
    words = {"code": code, "lower": code.lower()}
    words |= {"snake": code.replace("-", "_"), "kebab": code.replace("_", "-")}
    words |= {name: text for name, text in found.groupdict().items() if text is not None}
    return tuple(words.items())


def _filled(way: Way, words: Words) -> Way | None:
    """Return the way with its words filled in; None where one of them may not stand there."""
    if isinstance(way, Run):
        arguments = [_fill(text, words) for text in way.argv[1:]]
        if None in arguments:
            return None
        argv = (way.argv[0], *(text for text in arguments if text is not None))
        return Run(argv=argv, extract=way.extract, refused=way.refused)
    paths = tuple(path for text in way.paths if (path := _fill(text, words)))
    return _with_paths(way, paths) if paths else None


def _with_paths(way: Read, paths: tuple[str, ...]) -> Read:
    return Read(
        paths=paths,
        base=way.base,
        program=way.program,
        extract=way.extract,
        limit_bytes=way.limit_bytes,
    )


def _fill(text: str, words: Words) -> str | None:
    """Return `text` with its words; None where one is missing or must not reach a system call."""
    known = dict(words)
    used = _PLACEHOLDER.findall(text)
    if any(not known.get(name) or _BAD_WORD.search(known[name]) for name in used):
        return None
    return _PLACEHOLDER.sub(lambda found: known[found.group(1)], text)


def _fill_url(text: str, words: Words) -> str:
    """Return a web address with its words, each escaped; "" where one is missing."""
    known = dict(words)
    if any(not known.get(name) for name in _PLACEHOLDER.findall(text)):
        return ""
    return _PLACEHOLDER.sub(lambda found: quote(known[found.group(1)], safe="@"), text)
