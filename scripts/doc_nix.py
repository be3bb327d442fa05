r"""The options as JSON, for modules in Nix that check them when they are evaluated.

nix/options.json is one object. A key is an option's path, joined by dots; `*` stands for a name
that the user makes up (`backends.*.url`). Its value has, always:

    type      string, integer, number (an integer will do), boolean, enum (one of `choices`), list
              (of what `items` names), key (a string that is not empty, or false = no key), auto
              (an integer, or the word "auto")
    default   what applies where nothing is given; null = unset. Below a `*` it may break the
              option's own rules, where an entry is no use without a value. A module shows it and
              does not pass it on.
    help      one or more sentences in Markdown

and, where they apply:

    nullable    true: null may be given, and is the same as giving nothing
    choices     the strings of an enum
    items       the type of a list's items; always string
    append      true: a list that is given is added to the default
    unit        what a number counts, for people
    min, max    bounds of a number, both included; of an `auto`, where it is a number
    min_length, max_length   bounds of a list's items, or of a string's characters. Nix counts
              bytes: no string has more characters than bytes, nor fewer than a quarter of them.
    pattern     a regular expression of Python, which is looked for in the string (`re.search`)
    ere         the same for Nix: a POSIX extended regular expression that all of the string has to
              match (`builtins.match`); absent where it cannot be said so. It refuses a line feed
              at the end, which Python's `$` overlooks.

Every option stands there, as all may be given to `setup{}`; a choice that the editor refuses does
not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from local_llm.options import Group, Leaf

_REFUSED = {"guard.audit_sink": ("stdout",)}  # an editor's standard output is its screen
_LINK = re.compile(r"\|([!-{}~]+)\|")
_BOUNDS = {"ge": "min", "le": "max", "min_length": "min_length", "max_length": "max_length"}

# What means the same in both languages. A control character has to stand there itself in POSIX.
_CONTROL = re.compile(r"\\x([01][0-9a-f]|7f)")
_CLASS = rf"\[\^?(?:[^\\\[\]]|{_CONTROL.pattern})+\]"
_REPEAT = r"(?:[*+?]|\{[0-9]+(?:,[0-9]+)?\})(?![*+?])"
_GROUP = r"\((?![?|)])|(?<![|])\)|\|(?![|)])"
_PLAIN = r"[^\\\[\](){}|*+?.^$]|\\[\[\](){}|*+?.^$]"
# These two are no special characters in POSIX, and Nix refuses a backslash before others.
_BRACKETED = {r"\}": "[}]", r"\]": "[]]"}
_TOKEN = re.compile(f"{_CLASS}|{_REPEAT}|{_GROUP}|{_PLAIN}")


def options(tree: Group) -> str:
    """Return the whole of nix/options.json."""
    facts = {".".join(leaf.path): dict(_facts(leaf)) for leaf in tree.leaves()}
    return json.dumps(facts, indent=2) + "\n"


def ere(pattern: str) -> str | None:
    r"""Return what all of a string has to match in POSIX for Python to find `pattern` in it.

    Knows patterns that begin with `^`; one that ends with neither `$` nor `\Z` leaves open what
    follows. Returns None for what POSIX lacks, or might read differently.
    """
    if not pattern.startswith("^") or not pattern.isascii():
        return None
    body = re.sub(r"(?<!\\)(\$|\\Z)$", "", pattern[1:])
    tokens = [match.group() for match in _TOKEN.finditer(body)]
    if "".join(tokens) != body or _splits_at_the_top(tokens):
        return None
    rest = ".*" if body == pattern[1:] else ""
    return _CONTROL.sub(_itself, "".join(_BRACKETED.get(token, token) for token in tokens)) + rest


def _splits_at_the_top(tokens: list[str]) -> bool:
    """Tell whether `^` and `$` belong to different alternatives."""
    depth = 0
    for piece in tokens:
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if piece == "|" and depth == 0:
            return True
    return False


def _itself(code: re.Match[str]) -> str:
    return chr(max(1, int(code[1], 16)))  # no string in Nix holds a NUL


def _facts(leaf: Leaf) -> Iterator[tuple[str, Any]]:
    yield "type", "list" if leaf.kind == "strings" else leaf.kind
    yield "default", leaf.default
    refused = _REFUSED.get(".".join(leaf.path), ())
    flags = {
        "nullable": leaf.nullable,
        "choices": [choice for choice in leaf.choices if choice not in refused],
        "items": "string" if leaf.kind == "strings" else "",
        "append": leaf.append,
        "unit": leaf.unit,
    }
    yield from ((name, value) for name, value in flags.items() if value)
    for ours, name in _BOUNDS.items():
        if getattr(leaf, ours) is not None:
            yield name, getattr(leaf, ours)
    if leaf.pattern:
        yield "pattern", leaf.pattern
        translated = ere(leaf.pattern)
        yield from [("ere", translated)] if translated else []
    yield "help", _LINK.sub(_code, re.sub(r"\bnil\b", "null", leaf.help))


def _code(link: re.Match[str]) -> str:
    return f"`{link[1]}`" if link[1].startswith(":") else f"`:help {link[1]}`"
