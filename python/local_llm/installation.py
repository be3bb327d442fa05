"""Who put this installation together, and so how a part that is missing is had."""

from __future__ import annotations

from pathlib import Path

# Written by a packager into the plugin's folder; lua/local_llm/interpreter.lua reads it.
MARK = "python-interpreter"
ROOT = Path(__file__).resolve().parents[2]
_PACKAGER = "the plugin's package lacks it: whoever made that has to add it"


def packaged(root: Path = ROOT) -> bool:
    """Tell whether a packager chose the interpreter, so that nothing can be installed into it."""
    return (root / MARK).is_file()


def how_to_add(extra: str = "", root: Path = ROOT) -> str:
    """Return what to do about a Python package that is missing; `extra` is the one it is in."""
    if packaged(root):
        return _PACKAGER
    return f"run `:LocalInstall {extra}`" if extra else "run :LocalInstall"


def how_to_run_llama(root: Path = ROOT) -> str:
    """Return what to do where the embedded backend has no llama.cpp."""
    other = "put llama.cpp's `llama-server` on $PATH"
    return other if packaged(root) else f"{how_to_add('embedded', root)}, or {other}"
