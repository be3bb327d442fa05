"""What Nix modules read about the options says the same as the check in Python."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from local_llm.options import tree

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import doc_nix  # noqa: E402  found after the path is set

OPTIONS = json.loads(doc_nix.options(tree()))
LEAVES = {".".join(leaf.path): leaf for leaf in tree().leaves()}
PATTERNS = {leaf.pattern for leaf in LEAVES.values() if leaf.pattern}
SAMPLES = [
    *("", " ", "a", "30m", "1h30m", "0", "-1", "90", "m", "30m ", "x30m", "-10", "English"),
    *("\x01", "a\x7f", "a\tb", "Français", "http://a", "https://a/{query}", "xhttp://", "https:/"),
    *("https://a.b:80/s?q={query}&x", "https://a/{x}{query}", "https://a/ {query}", "http://a\nb"),
]


def matches(ere, text):
    """Ask grep, whose -E is POSIX and whose -x wants the whole; -z lets a line feed be a letter."""
    done = subprocess.run(
        ["grep", "-qzxE", "-e", ere],
        input=text.encode() + b"\0",
        env={"LC_ALL": "C"},
        timeout=10,
        check=False,
    )
    assert done.returncode in (0, 1)
    return done.returncode == 0


def test_every_option_is_there_and_nothing_else():
    assert list(OPTIONS) == list(LEAVES)


def test_a_fact_is_there_where_it_applies():
    assert OPTIONS["backend.kind"]["choices"][0] == "auto"
    assert OPTIONS["explain.answer_tokens"] == {
        "type": "integer",
        "default": 1024,
        "unit": "tokens",
        "min": 16,
        "max": 131072,
        "help": "Room kept for the answer; it ends there.",
    }
    assert OPTIONS["complete.filetypes"]["append"] is True
    assert OPTIONS["wtf.rules.*.command"]["items"] == "string"
    assert OPTIONS["wtf.rules.*.command"]["nullable"] is True


def test_help_is_written_for_readers_of_nix():
    assert OPTIONS["log_level"]["help"].startswith("How much `:LocalLog` tells.")
    assert "`:help local-llm-python`" in OPTIONS["python"]["help"]
    assert not any(re.search(r"\bnil\b", facts["help"]) for facts in OPTIONS.values())


@pytest.mark.parametrize("name", OPTIONS)
def test_what_it_says_of_an_option_is_what_python_checks(name):
    facts, leaf = OPTIONS[name], LEAVES[name]
    assert facts.get("nullable", False) is leaf.accepts(None)
    for choice in facts.get("choices", ()):
        assert leaf.accepts(choice)
    for bound, step in (("min", -1), ("max", 1)):
        if bound in facts:
            assert leaf.accepts(facts[bound])
            assert not leaf.accepts(facts[bound] + step)
    assert leaf.accepts(False) is (facts["type"] in ("key", "boolean"))


def test_what_the_editor_refuses_is_no_choice():
    assert OPTIONS["guard.audit_sink"]["choices"] == ["file", "syslog"]


@pytest.mark.parametrize("pattern", sorted(PATTERNS))
def test_the_posix_form_takes_the_same_strings(pattern):
    ere = doc_nix.ere(pattern)
    assert ere is not None
    for text in SAMPLES:
        assert matches(ere, text) is bool(re.search(pattern, text)), text


@pytest.mark.parametrize(
    ("pattern", "ere"),
    [
        ("^a$", "a"),
        (r"^a\Z", "a"),
        ("^a", "a.*"),
        (r"^a\$", r"a\$.*"),
        ("^(a|b)+$", "(a|b)+"),
        (r"^[\x00-\x1f]$", "[\x01-\x1f]"),
        ("^[^]a]$", None),
        ("^a{2,3}$", "a{2,3}"),
        (r"^\{a\}\[b\]$", r"\{a[}]\[b[]]"),
        ("a", None),
        ("^a|b$", None),
        ("^(a|)$", None),
        ("^a+?$", None),
        ("^(?:a)$", None),
        (r"^\d$", None),
        ("^a.b$", None),
        ("^ä$", None),
    ],
)
def test_what_posix_lacks_is_not_translated(pattern, ere):
    assert doc_nix.ere(pattern) == ere
