"""What Nix says of a wrong option is what the editor says: one table, read here and by Nix."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local_llm.options import Fault, check, tree

CASES = json.loads(
    (Path(__file__).parents[2] / "nix" / "checks" / "settings-cases.json").read_text("utf-8")
)


def said(fault: Fault) -> str:
    """Return the sentence without the place, which Nix names in front."""
    return fault.sentence("PLACE").replace(" in PLACE:", ":", 1)


@pytest.mark.parametrize("case", CASES, ids=lambda case: json.dumps(case["settings"])[:60])
def test_python_says_what_nix_says(case: dict[str, Any]) -> None:
    _, faults = check(case["settings"], tree())
    assert sorted(said(fault) for fault in faults) == sorted(case["errors"])
