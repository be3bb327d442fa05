"""What a tool itself says about its rules, without the network: what facts of kind `rule` quote."""

from __future__ import annotations

import gzip
import json
import subprocess
from collections.abc import Callable

from wtf import runs
from wtf.cases import TOOLS, Case


def explanation(case: Case) -> str:
    """Return the tool's own text about the rule of a case. Raises: KeyError, where it has none."""
    return WAYS[case.tool](case)


def _says(*words: str) -> str:
    tool, *rest = words
    command = [str(runs.program(tool)), *rest]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    return said.stdout


def _of_eslint(case: Case) -> str:
    rules = json.loads(case.raw())["metadata"]["rulesMeta"]
    return json.dumps(rules[case.diagnostic.code], ensure_ascii=False)


def _of_luacheck(_: Case) -> str:
    path = TOOLS / "debian/root/usr/share/doc/lua-check/warnings.txt.gz"
    return gzip.decompress(path.read_bytes()).decode()


def _of_yamllint(case: Case) -> str:
    name = str(case.diagnostic.code).replace("-", "_")
    (path,) = TOOLS.glob(f"python/lib/python3*/site-packages/yamllint/rules/{name}.py")
    return path.read_text(encoding="utf-8")


WAYS: dict[str, Callable[[Case], str]] = {
    "ruff": lambda case: _says("ruff", "rule", str(case.diagnostic.code)),
    "rustc": lambda case: _says("rustc", "--explain", str(case.diagnostic.code)),
    "gcc": lambda _: _says("gcc", "--help=warnings"),
    "eslint": _of_eslint,
    "luacheck": _of_luacheck,
    "yamllint": _of_yamllint,
}
