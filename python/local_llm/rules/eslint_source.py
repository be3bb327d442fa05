"""Read what an eslint rule says of itself from its source: `meta.docs` and `meta.messages`.

The source is text from somebody's package and is never run. Strings are understood as far as they
are literals, sums of literals, and constants of the same file; what is computed is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

_STRING = r"""'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\[\s\S])*`"""
_PART = rf"(?:{_STRING}|[A-Za-z_$][\w$]*)"
_SUM = rf"{_PART}(?:\s*\+\s*{_PART})*"
_PARTS = re.compile(_PART)
# What never ends takes the rest with it: looking for its end again and again would take for ever.
_TOKEN = re.compile(
    r"""'(?:[^'\\\n]|\\.)*(?:'|$)|"(?:[^"\\\n]|\\.)*(?:"|$)|`(?:[^`\\]|\\[\s\S])*(?:`|\Z)"""
    r"""|//[^\n]*|/\*[\s\S]*?(?:\*/|\Z)|[{}]""",
    re.MULTILINE,
)
_CONSTANT = re.compile(rf"\b(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*=\s*({_SUM})\s*[;\n]")
_NAME = r"""(?<![\w$])(\[?[A-Za-z_$][\w$]*\]?|'[^'\n]*'|"[^"\n]*")"""
_ENTRY = re.compile(rf"{_NAME}\s*:\s*({_SUM})\s*(?=[,}}])")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[\s\S])")
_ESCAPED = {"n": "\n", "t": "\t", "r": "", "\n": ""}
_URL = re.compile(r"https://[!-~]+")
_MESSAGES_LIMIT = 20


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule says of itself."""

    description: str = ""
    url: str = ""
    messages: tuple[tuple[str, str], ...] = ()

    def text(self) -> str:
        """Return it as Markdown; "" where nothing was found."""
        lines = [self.description] if self.description else []
        if self.messages:
            lines += ["", "What it reports:"]
            lines += [f"- {name}: {said}" for name, said in self.messages]
        return "\n".join(lines).strip()


def read(source: str) -> About:
    """Return what the source of one rule says."""
    constants = dict(_constants(source))
    docs = dict(_entries(_object(source, "docs"), constants))
    messages = tuple(_entries(_object(source, "messages"), constants))[:_MESSAGES_LIMIT]
    url = docs.get("url", "")
    return About(
        description=docs.get("description", ""),
        url=url if _URL.fullmatch(url) else "",
        messages=messages,
    )


def literal(text: str) -> str:
    """Return the value of a string literal, quotes and all."""
    return _ESCAPE.sub(_unescaped, text[1:-1])


def _unescaped(found: re.Match[str]) -> str:
    escape = found.group(1)
    if len(escape) > 1:
        return chr(int(escape[1:], 16))
    return _ESCAPED.get(escape, escape)


def _constants(source: str) -> Iterator[tuple[str, str]]:
    """Yield the string constants; one may be made of those before it."""
    known: dict[str, str] = {}
    for found in _CONSTANT.finditer(source):
        value = _value(found.group(2), known)
        if value is not None:
            known[found.group(1)] = value
            yield found.group(1), value


def _object(source: str, name: str) -> str:
    """Return what follows the brace of the first object called `name`, without comments."""
    start = re.search(rf"\b{name}\s*[:=]\s*\{{", source)
    if start is None:
        return ""
    depth, at = 1, start.end()
    kept: list[str] = []
    for token in _TOKEN.finditer(source, start.end()):
        depth += {"{": 1, "}": -1}.get(token.group(), 0)
        if depth == 0:
            return "".join([*kept, source[at : token.end()]])
        if token.group().startswith("/"):
            kept.append(source[at : token.start()])
            at = token.end()
    return ""


def _entries(text: str, constants: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield names and values of the entries that are strings."""
    for found in _ENTRY.finditer(text):
        value = _value(found.group(2), constants)
        if value is not None:
            name = found.group(1)
            inner = constants.get(name.strip("[]"), name)
            yield inner.strip("'\"[]"), " ".join(value.split())


def _value(text: str, constants: Mapping[str, str]) -> str | None:
    """Return the value of a sum of literals and constants; None where one is unknown."""
    parts = []
    for part in _PARTS.findall(text):
        value = literal(part) if part[0] in "'\"`" else constants.get(part)
        if value is None:
            return None
        parts.append(value)
    return "".join(parts)
