"""The house's rules about imports, as data, and a walk over the source that applies them.

Imports point one way, from the later layers to the earlier. A layer's members may import each
other, but no chain of imports may come back to where it started, wherever the import stands:
inside a function or under TYPE_CHECKING it hides a knot, it does not untie it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "local_llm"
HOST_FILE = "rplugin"

LAYERS = (
    frozenset(
        {"errors", "log", "kept", "installation"}
        | {"settings", "options", "sources", "admission", "config", "trust"}
    ),
    frozenset({"stream", "tokens", "fim", "prompts", "guard", "backends", "rules"}),
    frozenset({"gate"}),
    frozenset({"body", "quick_wire"}),
    frozenset({"quick", "quick_http", "quick_pool"}),
    frozenset({"transport"}),
    frozenset({"features"}),
    frozenset({"editor", "gitlab", "service", "ops"}),
    frozenset({"cli", "host", "__main__", HOST_FILE}),
)
PURE = LAYERS[1]
# Effects reach a pure package as arguments: a clock, a resolver, a source of random numbers.
EFFECTS = frozenset(
    {"asyncio", "httpx", "h11", "httptools", "pynvim", "random", "socket", "ssl", "subprocess"}
    | {"threading", "time", "urllib.request", "http.client"}
)
# Who alone may import a library, so that replacing it touches one place.
OWNERS = {
    "httpx": frozenset({"transport", "gitlab", "ops"}),
    "h11": frozenset({"quick_http"}),
    "httptools": frozenset({"quick_http"}),
    "pynvim": frozenset({"editor", "host", HOST_FILE}),
    "xllamacpp": frozenset({"ops"}),
    "huggingface_hub": frozenset({"ops"}),
    "pathspec": frozenset({"guard"}),
}
# A failing import at the top of the host file empties a manifest without an error.
HOST_TOP = frozenset({"__future__", "sys", "os", "pathlib", "typing", "pynvim"})


@dataclass(frozen=True)
class Import:
    """One import: who imports what, in which line, and whether it runs when the file is loaded."""

    importer: str
    target: str
    line: int
    at_top: bool

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.target}"


def part_of(module: str) -> str:
    """Return the part of the house a module belongs to: `local_llm.stream.sse` -> `stream`."""
    names = module.split(".")
    return names[1] if names[0] == PACKAGE and len(names) > 1 else names[0]


def level(part: str) -> int | None:
    return next((n for n, members in enumerate(LAYERS) if part in members), None)


def read(source_root: Path, host_root: Path) -> list[Import]:
    """Collect the imports of the package below `source_root` and of the host file."""
    files = {path: _dotted(path, source_root) for path in (source_root / PACKAGE).rglob("*.py")}
    modules = set(files.values())
    files |= dict.fromkeys(host_root.rglob("*.py"), HOST_FILE)
    found: list[Import] = []
    for path, name in sorted(files.items()):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        found += [Import(name, *rest) for rest in _imports(tree, package, modules)]
    return found


def _dotted(path: Path, root: Path) -> str:
    names = path.relative_to(root).with_suffix("").parts
    return ".".join(names[:-1] if names[-1] == "__init__" else names)


def _imports(tree: ast.Module, package: str, modules: set[str]) -> Iterator[tuple[str, int, bool]]:
    top = set(map(id, _at_load(tree.body)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno, id(node) in top
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:  # from . or .. : counted from the package the file is in
                upper = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*upper, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield inner if inner in modules else base, node.lineno, id(node) in top


def _at_load(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run when a file is loaded."""
    for node in body:
        yield node
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from _at_load(node.orelse)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for field in ("body", "orelse", "finalbody"):
                yield from _at_load(getattr(node, field, []))
            for handler in getattr(node, "handlers", []):
                yield from _at_load(handler.body)


def complaints(imports: list[Import]) -> list[str]:
    """Return every breach of the rules, in words."""
    said: dict[str, None] = {}  # a set that keeps the order
    for one in imports:
        said |= dict.fromkeys(_about(one))
    return [*said, *_knots(imports)]


def _about(one: Import) -> Iterator[str]:
    part, target = part_of(one.importer), part_of(one.target)
    inside = one.target.split(".")[0] == PACKAGE
    if part != PACKAGE and level(part) is None:
        yield f"{one.importer}: `{part}` has no layer; give it one in tests/import_rules.py"
    elif inside and target != PACKAGE and (level(target) or 0) > (level(part) or 0):
        yield f"{one}: a step back"
    if inside and part == PACKAGE:
        yield f"{one}: the package imports nothing of its own"
    if part in PURE and any(_is(one.target, effect) for effect in EFFECTS):
        yield f"{one}: `{part}` is pure"
    owners = next((who for library, who in OWNERS.items() if _is(one.target, library)), None)
    if owners is not None and part not in owners:
        yield f"{one}: only {', '.join(sorted(owners))} may"
    if part == HOST_FILE and one.at_top and target not in HOST_TOP:
        yield f"{one}: the host file loads nothing at its top"


def _is(module: str, library: str) -> bool:
    return module == library or module.startswith(f"{library}.")


def _knots(imports: list[Import]) -> list[str]:
    """Find imports that come back to where they started."""
    graph: dict[str, set[str]] = {}
    for one in imports:
        if one.target.split(".")[0] == PACKAGE and one.target != one.importer:
            graph.setdefault(one.importer, set()).add(one.target)
    knots, done = set[tuple[str, ...]](), set[str]()

    def walk(module: str, trail: list[str]) -> None:
        if module in trail:
            loop = trail[trail.index(module) :]
            start = loop.index(min(loop))
            knots.add((*loop[start:], *loop[:start]))
        elif module not in done:
            for target in sorted(graph.get(module, ())):
                walk(target, [*trail, module])
            done.add(module)

    for module in sorted(graph):
        walk(module, [])
    return [f"a knot: {' -> '.join([*loop, loop[0]])}" for loop in sorted(knots)]
