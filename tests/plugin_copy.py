"""A copy of the plugin's folder, as a plugin manager leaves it, that a test may change."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("doc", "lua", "plugin", "python", "rplugin")
FILES = ("pyproject.toml", "README.md", "LICENSE")


def copy_plugin(target: Path) -> Path:
    """Copy what a user's clone needs to `target`, which must not exist; return it."""
    target.mkdir(parents=True)
    for name in FOLDERS:
        unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(ROOT / name, target / name, ignore=unwanted)
    for name in FILES:
        shutil.copy(ROOT / name, target / name)
    return target
