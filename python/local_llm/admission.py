"""Who may set what: the part of a source's table that is let in.

A project's `local-llm.toml` comes with a clone. Until the user trusts it, it may neither run
something, nor name a host, a key or a file, nor loosen the guard.
"""

from __future__ import annotations

import shlex
from typing import Any

import msgspec

from local_llm.options import Fault, Group, Leaf, Path, check, dotted, node_at, tree
from local_llm.sources import Source


class Complaint(msgspec.Struct, frozen=True):
    """A sentence for the user; `guard` marks one about a rule that is now not in force."""

    sentence: str
    guard: bool = False


def admitted(source: Source) -> tuple[dict[Path, Any], list[Complaint]]:
    """Return what a source may set, and complaints about the rest."""
    if source.fault:
        # Nobody knows which rules of the guard a broken file holds.
        unknown = source.origin in ("file", "project") or "guard" in source.fault
        return {}, [Complaint(f"{source.where}: {source.fault}", unknown)]
    values, faults = check(source.table, tree())
    complaints = [Complaint(fault.sentence(source.where), _is_guard(fault)) for fault in faults]
    kept: dict[Path, Any] = {}
    refused: list[Path] = []
    for path, value in values.items():
        if any(path[: len(parent)] == parent for parent in refused):
            continue  # its table was named already
        allowed, sentence = _allowed(source, path, value)
        if sentence:
            complaints.append(Complaint(sentence))
        if allowed is None:
            refused.append(path)
        else:
            kept[path] = allowed
    return kept, complaints


def _allowed(source: Source, path: Path, value: Any) -> tuple[Any, str]:
    """Return the part of `value` that the source may set (None = nothing), and a sentence."""
    node = node_at(path)
    place = f"{dotted(path)} in {source.where}"
    if isinstance(node, Leaf) and node.editor and source.origin in ("file", "project"):
        return None, f"{place}: needed before any file is read; set it in setup{{}}"
    if source.origin != "project":
        return value, ""
    advice = f"if you trust this project, run `local-llm trust {shlex.quote(source.where)}`"
    if isinstance(node, Group) or not node.project:
        return None, f"{place} is not used, as it could run or send something; {advice}"
    if path == ("backend", "model") and _looks_like_path(value):
        return None, f"{place} is not used, as it names a file; {advice}"
    if node.append:
        tighter = [item for item in value if not item.startswith("!")]
        loosens = len(tighter) < len(value)
        return tighter, f"{place}: its exceptions are not used; {advice}" if loosens else ""
    return value, ""


def _looks_like_path(model: str) -> bool:
    """Tell whether a model's name could make a server load a file that came with the clone."""
    return model.startswith(("/", "~", ".")) or "\\" in model or ".." in model.split("/")


def _is_guard(fault: Fault) -> bool:
    return fault.path[:1] == ("guard",) or fault.nearest.split(".")[0] == "guard"
