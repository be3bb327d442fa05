from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from problems import SettingsError

DEFAULTS: dict[str, Any] = {"theme": "dark", "tab_width": 4}


def read_settings(path: Path) -> dict[str, Any]:
    """Read the settings of a person; what is not set has its default."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return dict(DEFAULTS)
    except json.JSONDecodeError as problem:
        raise SettingsError(f"{path} is not JSON: line {problem.lineno}")
    return DEFAULTS | told


def write_settings(path: Path, settings: dict[str, Any]) -> None:
    path.write_text(json.dumps(settings, indent=2), encoding="utf-8")
