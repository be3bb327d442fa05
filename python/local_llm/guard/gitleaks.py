"""Rules in the format of gitleaks: a TOML file with `[[rules]]`, each an id and an expression.

Their expressions are RE2's, as ours. Of a rule its id, regex, secretGroup and entropy are used;
keywords only make gitleaks faster, and allowlists are for its reports.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

import re2

from local_llm.errors import SettingsError
from local_llm.guard.mask_formats import OPTIONS
from local_llm.guard.secret_format import Format

RULES_FILE = "guard.rules_file"
_MOST_RULES = 2000


def read_rules(text: str) -> tuple[Format, ...]:
    """Return the rules of a file.

    Raises: SettingsError, where it is no such file or an expression is none of RE2's.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise SettingsError(f"the rule file is no TOML: {exc}", where=RULES_FILE) from exc
    rules = table.get("rules")
    if not isinstance(rules, list) or len(rules) > _MOST_RULES:
        hint = "gitleaks' own is a model: [[rules]] with id and regex"
        raise SettingsError("the rule file has no list `rules`", where=RULES_FILE, hint=hint)
    return tuple(_format(rule) for rule in rules if isinstance(rule, dict) and rule.get("regex"))


def _format(rule: dict[str, Any]) -> Format:
    name = re.sub(r"[^a-z0-9]+", "-", str(rule.get("id", "")).lower()).strip("-") or "rule"
    pattern = str(rule["regex"])
    try:
        groups = re2.compile(pattern.encode(), OPTIONS).groups
    except re2.error as exc:
        hint = "write it as RE2 takes it: no look-around, no back-reference"
        raise SettingsError(f"the rule {name} cannot be read", where=RULES_FILE, hint=hint) from exc
    wanted = rule.get("secretGroup")
    group = int(wanted) if isinstance(wanted, int) and wanted > 0 else min(groups, 1)
    if group > groups:
        raise SettingsError(f"the rule {name} has no group {group}", where=RULES_FILE)
    return Format(name, pattern, group, float(rule.get("entropy") or 0.0))
