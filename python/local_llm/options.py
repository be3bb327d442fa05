"""The options of `settings.py` as a tree, and the check of a table against it.

A `Leaf` is one option, a `Group` a table of them. A map (`backends`, `guard.allow_remote_hosts`)
is a group whose names the user makes up: `each` stands for what is under every name.
"""

from __future__ import annotations

import difflib
import functools
import json
import re
import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from local_llm.settings import Settings

Path = tuple[str, ...]
Kind = Literal["string", "integer", "number", "boolean", "enum", "strings", "key", "auto"]

_WORDS: dict[Kind, str] = {
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "strings": "a list of strings",
    "key": 'a key such as "gr", or false',
    "auto": '"auto" or a whole number',
}
_AUTO = Literal["auto"]
_TELLING = 3  # letters; fewer at the start of a name say nothing
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """One option; `annotation` is what msgspec checks a value against."""

    path: Path
    annotation: Any
    kind: Kind
    default: Any
    nullable: bool
    help: str
    choices: tuple[str, ...] = ()
    ge: float | None = None
    le: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    unit: str = ""
    project: bool = False
    editor: bool = False
    append: bool = False

    def expected(self) -> str:
        """Return what a value has to be, for an error message."""
        if self.choices:
            return "one of " + ", ".join(f'"{choice}"' for choice in self.choices)
        return _WORDS[self.kind] + self._bounds()

    def _bounds(self) -> str:
        if self.ge is not None:
            return f" from {self.ge:.12g} to {self.le:.12g}"
        if self.max_length is not None:
            return f" of at most {self.max_length} characters"
        return " in the form that the help shows" if self.pattern else ""

    def accepts(self, value: object) -> bool:
        """Tell whether `value` may stand here (None where it may be unset)."""
        if self.kind == "key" and (value is True or value == ""):
            return False
        try:
            msgspec.convert(value, self.annotation)
        except msgspec.ValidationError:
            return False
        return True


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A table of options (`name` is its struct), or a map from the user's names to `each`."""

    path: Path
    name: str = ""
    help: str
    children: Mapping[str, Leaf | Group] = {}
    each: Group | None = None

    def expected(self) -> str:
        """Return what a value has to be, for an error message."""
        return "a table"

    def child(self, name: str) -> Leaf | Group | None:
        """Return what stands under `name`; None where nothing of that name may stand."""
        return self.each if self.each is not None else self.children.get(name)

    def leaves(self) -> Iterator[Leaf]:
        """Yield every option below, in the order of `settings.py`; a map's under the name `*`."""
        for node in self.children.values():
            if isinstance(node, Leaf):
                yield node
            else:
                yield from node.leaves()
        if self.each is not None:
            yield from self.each.leaves()


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one option: its path, and a phrase. Never holds the value."""

    path: Path
    text: str
    nearest: str = ""

    def sentence(self, where: str) -> str:
        """Return the whole complaint; `where` is the file, call or variable it stands in."""
        advice = f"; did you mean {self.nearest}?" if self.nearest else ""
        return f"{dotted(self.path)} in {where}: {self.text}{advice}"


def dotted(path: Path) -> str:
    """Return `guard.allow_remote_hosts["10.0.0.5"].insecure`; what a user made up is shortened."""
    text = ""
    for name in path:
        if _PLAIN_NAME.fullmatch(name) or name == "*":
            text += f".{name[:60]}" if text else name[:60]
        else:
            text += f"[{json.dumps(name[:60])}]"
    return text


def check(
    table: Mapping[Any, Any], group: Group, path: Path = ()
) -> tuple[dict[Path, Any], list[Fault]]:
    """Compare a table with the options.

    Returns: The values that may stand, by path, and what is wrong with the others. Each entry of a
        map is there as `{}` too, so that one without options is not lost.
    """
    values: dict[Path, Any] = {}
    faults: list[Fault] = []
    for name, value in table.items():
        here = (*path, str(name))
        node = group.child(name) if isinstance(name, str) else None
        if node is None:
            faults.append(Fault(path=here, text="no such option", nearest=nearest(here, group)))
        elif isinstance(node, Leaf) and node.accepts(value):
            values[here] = value
        elif isinstance(node, Group) and isinstance(value, Mapping):
            entry: dict[Path, Any] = {} if group.each is None else {here: {}}
            inner, more = check(value, node, here)
            values |= entry | inner
            faults += more
        else:
            faults.append(Fault(path=here, text=f"expected {node.expected()}"))
    return values, faults


def node_at(path: Path) -> Leaf | Group:
    """Return what stands at a path that `check` returned."""
    node: Leaf | Group | None = tree()
    for name in path:
        node = node.child(name) if isinstance(node, Group) else None
    if node is None:
        raise KeyError(dotted(path))
    return node


def nearest(path: Path, group: Group) -> str:
    """Return the option that was probably meant, "" if none is near: a sibling, else a namesake."""
    word, siblings = path[-1].lower(), sorted(group.children)
    begun = [name for name in siblings if len(word) >= _TELLING and name.startswith(word)]
    close = begun or difflib.get_close_matches(word, siblings, n=1, cutoff=0.6)
    if close:
        return dotted((*path[:-1], close[0]))
    names = [leaf.path for leaf in tree().leaves() if "*" not in leaf.path]
    namesakes = [name for name in names if name[-1] == path[-1]]
    return dotted(namesakes[0]) if namesakes else ""


@functools.cache
def tree() -> Group:
    """Return the tree of all options."""
    return _group(Settings, Settings(), ())


def _group(cls: type[msgspec.Struct], defaults: object, path: Path) -> Group:
    hints = get_type_hints(cls, include_extras=True)
    children = {
        field.name: _node(hints[field.name], getattr(defaults, field.name), (*path, field.name))
        for field in msgspec.structs.fields(cls)
    }
    text = (cls.__doc__ or "").strip()
    return Group(path=path, name=cls.__name__, help=text, children=children)


def _node(annotation: Any, default: Any, path: Path) -> Leaf | Group:
    bare, meta = _unwrap(annotation)
    if get_origin(bare) is dict:
        entry = get_args(bare)[1]
        each = _group(entry, entry(), (*path, "*"))
        return Group(path=path, help=meta.get("help", ""), each=each)
    if isinstance(bare, type) and issubclass(bare, msgspec.Struct):
        return _group(bare, default, path)
    return _leaf(annotation, default, path)


def _leaf(annotation: Any, default: Any, path: Path) -> Leaf:
    bare, facts = _unwrap(annotation)
    members = get_args(bare) if get_origin(bare) in (Union, types.UnionType) else (bare,)
    nullable, auto = type(None) in members, _AUTO in members
    members = tuple(member for member in members if member not in (type(None), _AUTO))
    if len(members) == 1:
        bare, inner = _unwrap(members[0])
        facts = inner | facts
    kind: Kind = "auto" if auto else _kind(bare, members)
    choices = get_args(bare) if kind == "enum" else ()
    return Leaf(
        path=path,
        annotation=annotation,
        kind=kind,
        default=default,
        nullable=nullable,
        choices=choices,
        **facts,
    )


def _kind(bare: Any, members: tuple[Any, ...]) -> Kind:
    if set(members) == {str, bool}:
        return "key"
    if get_origin(bare) is Literal:
        return "enum"
    if get_origin(bare) is tuple:
        return "strings"
    kinds: dict[Any, Kind] = {str: "string", bool: "boolean", int: "integer", float: "number"}
    return kinds[bare]


def _unwrap(annotation: Any) -> tuple[Any, dict[str, Any]]:
    """Return the type without `Annotated`, and what its Meta says under the names of Leaf."""
    if get_origin(annotation) is not Annotated:
        return annotation, {}
    bare, *metas = get_args(annotation)
    facts: dict[str, Any] = {}
    for meta in metas:
        facts |= dict(meta.extra or {})
        facts |= {"help": meta.description} if meta.description else {}
        for bound in ("ge", "le", "min_length", "max_length", "pattern"):
            value = getattr(meta, bound)
            facts |= {} if value is None else {bound: value}
    return bare, facts
