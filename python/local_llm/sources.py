"""The places that options stand in, each turned into a table: setup{}, a TOML file, a variable.

A complaint tells what is wrong, where it stands and what was probably meant, never the value: it
may be a key that somebody put where none belongs.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

from local_llm.options import Group, Leaf, Path, dotted, tree

PREFIX = "LOCAL_LLM_"
Origin = Literal["setup", "env", "file", "project"]

_BOOLEANS = {"true": True, "1": True, "yes": True, "on": True}
_BOOLEANS |= {"false": False, "0": False, "no": False, "off": False}


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One table of options.

    where: What people call the place. origin: What it may set; "project" is a file that came with
    a project and is not trusted. fault: Why there is no table.
    """

    where: str
    origin: Origin
    table: Mapping[Any, Any] = {}
    fault: str = ""


def from_setup(table: object) -> Source:
    """Return the table given to `setup{}`, as the editor sends it.

    Lua knows one empty table, so that `{}` arrives as a list or a map, whichever is not wanted.
    """
    tidied = _tidy(table, tree())
    if not isinstance(tidied, Mapping):
        return Source(where="setup{}", origin="setup", fault="expected a table of options")
    return Source(where="setup{}", origin="setup", table=tidied)


def from_toml(path: str, content: bytes, *, trusted: bool) -> Source:
    """Return a file's table; a file that cannot be read says why, with its line."""
    origin: Origin = "file" if trusted else "project"
    try:
        return Source(where=path, origin=origin, table=tomllib.loads(content.decode()))
    except UnicodeDecodeError as error:
        fault = f"not UTF-8 (at line {content.count(10, 0, error.start) + 1})"
    except tomllib.TOMLDecodeError as error:
        fault = f"not TOML: {error}"
    except RecursionError:
        fault = "not TOML: nested too deeply"
    return Source(where=path, origin=origin, fault=fault)


def from_env(env: Mapping[str, str]) -> Iterator[Source]:
    """Yield one source for each `LOCAL_LLM_...`, in the order of their names.

    Two underscores nest (`LOCAL_LLM_BACKEND__URL`); lists and tables are JSON; an empty variable
    counts as unset.
    """
    for name in sorted(env):
        if name.startswith(PREFIX) and env[name] != "":
            path = tuple(name[len(PREFIX) :].lower().split("__"))
            yield _variable(name, path, env[name])


def _variable(name: str, path: Path, text: str) -> Source:
    node: Leaf | Group | None = tree()
    for part in path:
        node = node.child(part) if isinstance(node, Group) else None
    try:
        value = text if node is None else _parse(text, node)
    except (msgspec.DecodeError, ValueError, RecursionError):
        expected = node.expected() if node else ""
        fault = f"{dotted(path)}: expected {expected}{_spelling(node)}"
        return Source(where=name, origin="env", fault=fault)
    table = {path[-1]: value}
    for part in reversed(path[:-1]):
        table = {part: table}
    return Source(where=name, origin="env", table=table)


def _parse(text: str, node: Leaf | Group) -> Any:
    if isinstance(node, Group) or node.kind == "strings":
        return msgspec.json.decode(text)
    if node.kind == "integer" or (node.kind == "auto" and text != "auto"):
        return int(text)
    if node.kind == "number":
        return float(text)
    if node.kind == "boolean":
        return _BOOLEANS.get(text.strip().lower(), text)
    if node.kind == "key" and text.lower() == "false":
        return False
    return text


def _spelling(node: Leaf | Group | None) -> str:
    is_json = isinstance(node, Group) or (node is not None and node.kind == "strings")
    return ", written as JSON" if is_json else ""


def _tidy(value: object, node: Leaf | Group | None) -> object:
    """Drop nil, and make the empty table what the option wants it to be."""
    if isinstance(node, Leaf):
        return [] if node.kind == "strings" and value == {} else value
    if node is None or not isinstance(value, Mapping):
        return {} if node is not None and value == [] else value
    return {
        name: _tidy(inner, node.child(name) if isinstance(name, str) else None)
        for name, inner in value.items()
        if inner is not None
    }
