"""All rows: the user's first, as they may want to put ours right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress

from local_llm.rules import native, others, python, web
from local_llm.rules.base import Read, Row, Run, Way
from local_llm.rules.plan import fold
from local_llm.settings import Rule

BUILT_IN = (*python.ROWS, *web.ROWS, *native.ROWS, *others.ROWS)
# What a code is made of where the user does not say: nothing that a program could take for an
# option or a path.
_USUAL_CODE = r"[A-Za-z0-9_@][A-Za-z0-9_.:@+-]*"


def rows(own: Mapping[str, Rule]) -> tuple[Row, ...]:
    """Return the built-in rows behind those of the option `wtf.rules`, by source."""
    return (*(row for source, rule in own.items() for row in _rows(source, rule)), *BUILT_IN)


def _rows(source: str, rule: Rule) -> Iterator[Row]:
    """Yield the row of an option; none where its pattern is no pattern, which config.py says."""
    with suppress(re.error, RecursionError, OverflowError):
        re.compile(rule.code or "")
        yield Row(
            names=frozenset({fold(source)}),
            tool=source,
            code=rule.code or _USUAL_CODE,
            ways=tuple(_ways(rule)),
            link=rule.link or "",
        )


def _ways(rule: Rule) -> list[Way]:
    ways: list[Way] = []
    if rule.command and "{" not in rule.command[0]:
        ways.append(Run(argv=rule.command))
    if rule.file:
        ways.append(Read(paths=(rule.file,), base="given"))
    return ways
