"""The options as Lua: types for whoever writes a `setup{}`, and data for the check of one."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from local_llm.options import Group, Leaf

HEAD = "-- Written by scripts/gen_docs.py from python/local_llm/settings.py; change that instead.\n"
WIDTH = 100
_TYPES = {"enum": "", "strings": "string[]", "key": "string|false", "auto": '"auto"|integer'}


def types(tree: Group) -> str:
    """Return the whole of lua/local_llm/types.lua: for language servers, never loaded."""
    classes = "\n".join(dict.fromkeys(_classes(tree)))
    return f"---@meta\n{HEAD}\n{classes}"


def schema(tree: Group) -> str:
    """Return the whole of lua/local_llm/schema.lua: what the check reads, without the help."""
    return f"{HEAD}{_data(tree)}"


def literal(value: object) -> str:
    """Return a value as StyLua would write it."""
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:.12g}"
    if isinstance(value, tuple):
        return "{ " + ", ".join(map(literal, value)) + " }" if value else "{}"
    text = str(value).replace("\\", "\\\\").replace("\n", "\\n")
    return f"'{text}'" if '"' in text and "'" not in text else '"' + text.replace('"', '\\"') + '"'


def _classes(group: Group) -> Iterator[str]:
    lines = textwrap.wrap(f"---{group.help}", WIDTH, subsequent_indent="---")
    lines.append(f"---@class local_llm.{_class_name(group)}")
    for name, node in group.children.items():
        text = node.help.splitlines()[0]
        lines += textwrap.wrap(
            f"---@field {name}? {_type(node)} {text}", WIDTH, subsequent_indent="---  "
        )
    yield "\n".join(lines) + "\n"
    for node in group.children.values():
        if isinstance(node, Group):
            yield from _classes(node.each or node)


def _class_name(group: Group) -> str:
    return "Options" if group.name == "Settings" else f"Options.{group.name}"


def _type(node: Leaf | Group) -> str:
    if isinstance(node, Group):
        if node.each is not None:
            return f"table<string, local_llm.{_class_name(node.each)}>"
        return f"local_llm.{_class_name(node)}"
    if node.choices:
        return "|".join(f'"{choice}"' for choice in node.choices)
    return _TYPES.get(node.kind, node.kind)


def _data(tree: Group) -> str:
    lines = ["local M = {}", "", "-- Tables of options, and tables whose names the user makes up."]
    groups = [".".join(group.path) for group in _groups(tree) if group.path and not group.each]
    maps = [".".join(group.path) for group in _groups(tree) if group.each]
    lines += ["M.groups = {", *(f"  {_key(name)} = true," for name in groups), "}", ""]
    lines += ["M.maps = {", *(f"  {_key(name)} = true," for name in maps), "}", ""]
    lines.append("M.options = {")
    for leaf in tree.leaves():
        lines += [f"  {_key('.'.join(leaf.path))} = {{", *_facts(leaf), "  },"]
    return "\n".join([*lines, "}", "", "return M", ""])


def _groups(group: Group) -> Iterator[Group]:
    yield group
    for node in (*group.children.values(), group.each):
        if isinstance(node, Group):
            yield from _groups(node)


def _facts(leaf: Leaf) -> Iterator[str]:
    """Yield the fields that the check reads."""
    yield f'    kind = "{leaf.kind}",'
    if leaf.default not in (None, ()):
        yield from _field("default", leaf.default)
    if leaf.choices:
        yield from _field("choices", leaf.choices)
    for name in ("ge", "le", "min_length", "max_length"):
        if getattr(leaf, name) is not None:
            yield f"    {name} = {literal(getattr(leaf, name))},"
    for name in ("editor", "append"):
        if getattr(leaf, name):
            yield f"    {name} = true,"
    yield f"    expected = {literal(leaf.expected())},"


def _field(name: str, value: object) -> Iterator[str]:
    line = f"    {name} = {literal(value)},"
    if len(line) <= WIDTH or not isinstance(value, tuple):
        yield line
        return
    yield f"    {name} = {{"
    yield from (f"      {literal(item)}," for item in value)
    yield "    },"


def _key(name: str) -> str:
    return name if name.isidentifier() else f'["{name}"]'
