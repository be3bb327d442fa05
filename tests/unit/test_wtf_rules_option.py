"""The option `wtf.rules` runs something: who may set it, and what is said of a wrong one."""

from __future__ import annotations

import json

import pytest

from local_llm.config import load
from local_llm.settings import Rule

THEIRS = "/p/local-llm.toml"
TOML = '[wtf.rules."Lua Diagnostics."]\ncommand = ["why", "{code}"]\ncode = "[a-z-]+"\n'
RULES = {"Lua Diagnostics.": Rule(command=("why", "{code}"), code="[a-z-]+")}


def loaded(setup=None, toml="", env=None, trusted=False):
    files = {THEIRS: toml.encode()}
    answer = (lambda _path, _content: True) if trusted else (lambda _path, _content: False)
    return load(setup or {}, env or {}, files.get, root="/p", trusted=answer)


def test_setup_and_the_environment_may_set_it():
    table = {"Lua Diagnostics.": {"command": ["why", "{code}"], "code": "[a-z-]+"}}
    for result in (
        loaded(setup={"wtf": {"rules": table}}),
        loaded(env={"LOCAL_LLM_WTF__RULES": json.dumps(table)}),
    ):
        assert (result.settings.wtf.rules, result.warnings) == (RULES, ())


def test_a_project_may_set_it_only_when_trusted():
    result = loaded(toml=TOML)
    assert result.settings.wtf.rules == {}
    assert len(result.warnings) == 1
    assert 'wtf.rules["Lua Diagnostics."]' in result.warnings[0]
    assert "could run or send something" in result.warnings[0]
    assert "local-llm trust" in result.warnings[0]
    result = loaded(toml=TOML, trusted=True)
    assert (result.settings.wtf.rules, result.warnings) == (RULES, ())


@pytest.mark.parametrize("entry", ["file = '/etc/{code}'", "link = 'https://e.org'", "", "x = 1"])
def test_nothing_in_it_is_harmless(entry):
    result = loaded(toml=f"[wtf.rules.ruff]\n{entry}")
    assert result.settings.wtf.rules == {}
    assert result.warnings


def test_an_empty_entry_is_kept():
    assert loaded(setup={"wtf": {"rules": {"ruff": {}}}}).settings.wtf.rules == {"ruff": Rule()}


WRONG = [
    ({"comand": ["x"]}, "wtf.rules.ruff.comand in setup{}: no such option", "ruff.command?"),
    ({"command": "x"}, "wtf.rules.ruff.command in setup{}: expected a list of strings", ""),
    ({"command": []}, "wtf.rules.ruff.command in setup{}: expected a list of strings", ""),
    ({"link": "ftp://x"}, "wtf.rules.ruff.link in setup{}: expected a string", ""),
    ({"file": ""}, "wtf.rules.ruff.file in setup{}: expected a string", ""),
    ({"code": "("}, "wtf.rules.ruff.code: expected a regular expression", ""),
    ({"command": ["{code}"]}, "wtf.rules.ruff.command: the program has to have", ""),
]


@pytest.mark.parametrize(("entry", "said", "advice"), WRONG)
def test_what_is_wrong_is_named(entry, said, advice):
    result = loaded(setup={"wtf": {"rules": {"ruff": entry}}})
    assert len(result.warnings) == 1
    assert said in result.warnings[0]
    assert advice in result.warnings[0]
