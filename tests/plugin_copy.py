"""A copy of the plugin's folder, as a plugin manager leaves it, that a test may change."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("doc", "lua", "plugin", "python", "rplugin")
FILES = ("pyproject.toml", "README.md", "LICENSE")


def copy_plugin(target: Path, source: Path = ROOT, *, compiled: bool = False) -> Path:
    """Copy what a user's clone needs to `target`, which must not exist; return it.

    Args:
        compiled: Whether byte code goes along.

    """
    target.mkdir(parents=True)
    unwanted = ["*.egg-info"] if compiled else ["__pycache__", "*.egg-info"]
    for name in FOLDERS:
        shutil.copytree(source / name, target / name, ignore=shutil.ignore_patterns(*unwanted))
    for name in FILES:
        shutil.copy(source / name, target / name)
    return target
