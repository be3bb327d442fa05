"""The tools of the corpus: another version is refused, and what is not here is said."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import wtf_tool_groups
import wtf_tools
from made_once import is_made, made_once
from private_apt import NotHere


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty cache."""
    monkeypatch.setattr(wtf_tools, "CACHE", tmp_path)
    monkeypatch.setattr(wtf_tools, "BIN", tmp_path / "bin")
    monkeypatch.setattr(wtf_tools, "MISSING", tmp_path / "missing.json")
    monkeypatch.setattr(sys, "argv", ["wtf_tools.py"])
    monkeypatch.delenv("CI", raising=False)
    return tmp_path


def _bring(cache, words):
    """Write programs that say what `words` has for them, or what they should."""
    (cache / "bin").mkdir(exist_ok=True)
    for name, tool in wtf_tools.TOOLS.items():
        program = wtf_tools.program(name)
        program.write_text(f"#!/bin/sh\n{words.get(name, f'echo v{tool.version} of today')}\n")
        program.chmod(0o755)


def _makers(monkeypatch, words, gone=()):
    def maker(cache, packages, say):
        _bring(cache, words)

    def refusing(cache, packages, say):
        raise NotHere("the registry is out of reach")

    groups = {tool.group for tool in wtf_tools.TOOLS.values()}
    makers = {group: refusing if group in gone else maker for group in groups}
    monkeypatch.setattr(wtf_tool_groups, "MAKERS", makers)


def test_nothing_was_brought(place, capsys):
    assert set(wtf_tools.missing()) == set(wtf_tools.TOOLS)
    assert wtf_tools.show() == 0
    assert capsys.readouterr().out == ""


def test_all_are_here(place, monkeypatch, capsys):
    _makers(monkeypatch, {})
    assert wtf_tools.main() == 0
    assert wtf_tools.missing() == {}
    wtf_tools.show()
    said = capsys.readouterr().out.splitlines()
    assert f"ruff {wtf_tools.TOOLS['ruff'].version} {place / 'bin/ruff'}" in said
    assert len(said) == len(wtf_tools.TOOLS)


@pytest.mark.parametrize("ci", ["", "true"])
def test_a_registry_out_of_reach_fails_only_where_all_must_be_tested(place, monkeypatch, ci):
    monkeypatch.setenv("CI", ci)
    _makers(monkeypatch, {}, gone={"debian"})
    assert wtf_tools.main() == (1 if ci else 0)
    assert wtf_tools.missing()["gcc"] == "the registry is out of reach"
    assert "ruff" not in wtf_tools.missing()


def test_one_that_does_not_run_is_missing(place, monkeypatch):
    _makers(monkeypatch, {"rustc": "echo no libc >&2; exit 127"})
    assert wtf_tools.main() == 0
    assert wtf_tools.missing() == {
        "rustc": "rustc does not run on this machine: no libc",
    }


def test_another_version_is_a_failure_and_nothing_is_left_to_test_with(place, monkeypatch, capsys):
    _makers(monkeypatch, {"gcc": "echo gcc 14.2.01"})
    assert wtf_tools.main() == 1
    assert "gcc 14.2.0 was asked for" in capsys.readouterr().err
    assert set(wtf_tools.missing()) == set(wtf_tools.TOOLS)


def test_reasons_are_kept_for_the_tests(place):
    wtf_tools.MISSING.write_text(json.dumps({"gcc": "no apt"}))
    assert wtf_tools.missing()["gcc"] == "no apt"
    assert wtf_tools.missing()["ruff"] == "run `make wtf-tools`"


def test_a_folder_is_filled_once_for_what_it_holds(tmp_path):
    filled = []
    for holds in ("a 1", "a 1", "a 2"):
        with made_once(tmp_path / "home", holds) as folder:
            if folder:
                folder.mkdir()
                filled.append(holds)
        assert is_made(tmp_path / "home", holds)
    assert filled == ["a 1", "a 2"]


def test_a_folder_that_could_not_be_filled_is_not_there(tmp_path):
    def fill():
        with made_once(tmp_path / "home", "a") as folder:
            folder.mkdir()
            raise NotHere("no")

    with pytest.raises(NotHere):
        fill()
    assert not (tmp_path / "home").exists()
    assert not list(tmp_path.glob("*.tmp-*"))
