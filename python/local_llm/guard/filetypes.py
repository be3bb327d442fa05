"""Which kinds of text never go out: `guard.deny_filetypes`."""

from __future__ import annotations

from collections.abc import Sequence


def denied_filetype(filetype: str, rules: Sequence[str]) -> str | None:
    """Return the rule that keeps a kind of text from going out, None if none does.

    Args:
        filetype: The editor's word; of one with dots (`yaml.ansible`) each part counts, too.
        rules: Names, `*` for all, `!name` for an exception; the last one that fits decides.

    """
    if not filetype:
        return None
    names = {filetype.lower(), *filetype.lower().split("."), "*"}
    for rule in reversed(rules):
        if rule.strip().removeprefix("!").lower() in names:
            return None if rule.strip().startswith("!") else rule
    return None
