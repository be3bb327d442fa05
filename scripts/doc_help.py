"""The options as text: a section of `:help` and a table of the README; and the check of `:help`."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping

from doc_lua import literal
from local_llm.options import Group, Leaf

WIDTH = 78
_TAG = re.compile(r"(?:(?<=\s)|^)\*([!-)+-~]+)\*(?=\s|$)", re.MULTILINE)
_LINK = re.compile(r"\|([!-{}~]+)\|")
# What the names in a table are that the user makes up.
_MADE_UP = {
    "allow_remote_hosts": "{host}",
    "rules": "{source}",
    "backends": "{name}",
    "engines": "{name}",
}
_OURS = ("local-llm", ":Local", "<Plug>(local-llm", "LocalLlm", "local_llm")


def help_section(tree: Group) -> str:
    """Return the description of every option, under the heading that stands before it."""
    return "\n".join(_help(tree))


def readme_table(tree: Group) -> str:
    """Return a Markdown table of every option."""
    rows = ["| option | default | meaning |", "| --- | --- | --- |"]
    for leaf in _described(tree):
        default = "a list, see `:help`" if leaf.append else f"`{literal(leaf.default)}`"
        rows.append(f"| `{_name(leaf)}` | {default} | {_plain(leaf.help)} |")
    return "\n".join(rows) + "\n"


def faults(text: str, foreign: Mapping[str, object] | None = None) -> list[str]:
    """Return what is wrong with a help file: long lines, doubled tags, links that lead nowhere.

    `foreign`: the tags of Neovim's own help; None = take links to other files on trust.
    """
    tags = _TAG.findall(text)
    found = [f"the tag {tag} stands there twice" for tag in set(tags) if tags.count(tag) > 1]
    for number, line in enumerate(text.splitlines(), 1):
        if len(line.expandtabs()) > WIDTH:
            found.append(f"line {number} is longer than {WIDTH} columns")
        if line != line.rstrip():
            found.append(f"line {number} ends with a blank")
        for link in _LINK.findall(line):
            known = link in tags or (not link.startswith(_OURS) and _known(link, foreign))
            if not known:
                found.append(f"line {number}: the link {link} leads nowhere")
    return found


def _known(link: str, foreign: Mapping[str, object] | None) -> bool:
    return foreign is None or link in foreign


def _help(group: Group) -> Iterator[str]:
    for node in group.children.values():
        if isinstance(node, Leaf):
            yield from _entry(_name(node), f"{_kind(node)}, default {_default(node)}", node.help)
        elif node.each is not None:
            yield from _map(node)
        else:
            yield from _titled(node)
            yield from _help(node)


def _titled(group: Group) -> Iterator[str]:
    """Yield the heading of a group of options."""
    name = ".".join(group.path)
    tag = f"*local-llm-options-{name}*"
    yield "-" * WIDTH
    yield f"{name}{tag.rjust(WIDTH - len(name))}\n"
    yield from textwrap.wrap(group.help, WIDTH)
    yield ""


def _map(group: Group) -> Iterator[str]:
    """Yield a table whose names the user makes up; what stands elsewhere is not repeated."""
    name = ".".join(group.path)
    entry = group.each
    assert entry is not None  # noqa: S101  the caller asked
    yield from _entry(name, "table, default {}", group.help)
    if entry.name == "Server":
        text = "Each entry has the options of |local-llm-options-backend|, but for `fallback`."
        yield from _indented(text)
        yield ""
    else:
        yield from _help(entry)


def _entry(name: str, kind: str, text: str) -> Iterator[str]:
    yield f"*local-llm-option-{name}*".rjust(WIDTH)
    yield f"{name} ~"
    yield from _indented(kind)
    yield from _indented(text)
    yield ""


def _indented(text: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False
    )


def _described(group: Group) -> Iterator[Leaf]:
    """Yield the options that are described on their own."""
    for leaf in group.leaves():
        if leaf.path[:2] != ("backends", "*"):
            yield leaf


def _name(leaf: Leaf) -> str:
    pairs = zip(("", *leaf.path), leaf.path, strict=False)
    return ".".join(_MADE_UP[above] if part == "*" else part for above, part in pairs)


def _kind(leaf: Leaf) -> str:
    if leaf.choices:
        return "One of " + ", ".join(literal(choice) for choice in leaf.choices)
    words = {"strings": "List of strings", "key": "Key or false", "auto": '"auto" or integer'}
    text = words.get(leaf.kind, leaf.kind.capitalize())
    unit = f" of {leaf.unit}" if leaf.unit else ""
    if leaf.ge is not None:
        return f"{text}{unit} from {leaf.ge:.12g} to {leaf.le:.12g}"
    return text + unit


def _default(leaf: Leaf) -> str:
    return ", ".join(map(literal, leaf.default)) if leaf.append else literal(leaf.default)


def _plain(text: str) -> str:
    """Return help text as Markdown: links become code, a bar would end the cell."""
    return _LINK.sub(r"`\1`", text).replace("|", "\\|")
