"""How much of the flake is looked at, and what is made of what Nix and systemd say."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import nix_check
import nix_evaluate
import nix_levels
import nix_parse
import nix_tool
import nix_units
from nix_levels import Level
from private_apt import NotHere

TREE = Path("/tree")


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("nix-instantiate (Nix) 2.34.8\n", (2, 34, 8)),
        ("nix (Nix) 2.8.0", (2, 8, 0)),
        ("nix-instantiate (Nix) 2.31.0pre20250701_abc", (2, 31, 0)),
        ("nix (Lix, like Nix) 2.93.3", (2, 93, 3)),
        ("no such command", ()),
        ("", ()),
    ],
)
def test_the_version_is_read(text, version):
    assert nix_tool.parse_version(text) == version


@pytest.mark.parametrize(
    ("version", "path", "level"),
    [
        ((2, 34, 8), None, Level.PARSE),
        ((2, 25, 5), TREE, Level.PARSE),
        ((2, 26, 3), TREE, Level.EVALUATE),
        ((2, 33, 9), TREE, Level.EVALUATE),
        ((2, 34, 0), TREE, Level.CHECK),
        ((3, 0), TREE, Level.CHECK),
    ],
)
def test_the_level_follows_from_version_and_tree(version, path, level):
    assert nix_levels.choose(version, path) is level


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/.version").write_text("26.05\n")
    (tmp_path / "flake.nix").write_text("{ }")
    return tmp_path


def test_a_tree_is_named_by_the_variable(tree):
    assert nix_levels.tree("") is None
    assert nix_levels.tree(str(tree)) == tree


def test_a_variable_that_names_no_tree_is_refused(tree):
    (tree / "lib/.version").unlink()
    with pytest.raises(nix_levels.TreeMissing, match=r"LOCAL_LLM_NIXPKGS names .*unset the"):
        nix_levels.tree(str(tree))


def test_the_last_line_says_level_nixpkgs_and_time(tree):
    clean = nix_levels.summary(Level.CHECK, "Nix 2.34.8", tree, 23.456, 0)
    assert clean == (
        f"level 3 (nix flake check, all systems) by Nix 2.34.8 on nixpkgs 26.05 ({tree}), "
        "23.5 s: clean"
    )
    assert "without nixpkgs" in nix_levels.summary(Level.PARSE, "Nix 2.8.0", None, 1, 1)
    assert nix_levels.summary(Level.PARSE, "", None, 1, 1).endswith("1 fault, see above")
    assert nix_levels.summary(Level.PARSE, "", None, 1, 2).endswith("2 faults, see above")


# -- which Nix ----------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty cache, and a PATH with nothing but what a test puts there."""
    monkeypatch.setattr(nix_tool, "CACHE", tmp_path / "cache")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def program(folder, version):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nix-instantiate").write_text(f"#!/bin/sh\necho 'nix-instantiate (Nix) {version}'\n")
    (folder / "nix-instantiate").chmod(0o755)


def cached(version):
    program(nix_tool.CACHE / "root/usr/bin", version)
    (nix_tool.CACHE / "ready").write_text(str(nix_tool.CACHE))


def test_the_one_on_path_is_used_if_it_is_new_enough(place):
    program(place / "bin", "2.28.1")
    cached("2.34.8")
    assert nix_tool.find(()).version == (2, 28, 1)
    assert nix_tool.find(nix_levels.EVALUATES).version == (2, 28, 1)


@pytest.mark.parametrize("version", ["2.8.0", "nonsense"])
def test_ours_is_used_where_the_one_on_path_will_not_do(place, version):
    program(place / "bin", version)
    cached("2.34.8")
    assert nix_tool.find(nix_levels.EVALUATES).version == (2, 34, 8)


def test_an_unpacked_one_that_does_not_run_is_said(place):
    cached("nonsense")
    with pytest.raises(NotHere, match="does not run"):
        nix_tool.find(())


def test_without_nix_and_apt_it_skips_and_says_so(place, capsys):
    assert nix_check.main() == 0
    said = capsys.readouterr().err
    assert "SKIPPED, nothing was checked" in said
    assert "no apt-get on PATH" in said


def test_a_wrong_variable_is_a_failure(place, monkeypatch, capsys):
    monkeypatch.setenv("LOCAL_LLM_NIXPKGS", str(place))
    assert nix_check.main() == 1
    assert "LOCAL_LLM_NIXPKGS names" in capsys.readouterr().err


# -- which files ----------------------------------------------------------------------------------


def test_a_tree_without_git_is_taken_but_for_hidden_folders(tmp_path):
    for name in ("flake.nix", "nix/a.nix", ".venv/lib/b.nix", ".editorconfig"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    wanted = [Path(name) for name in (".editorconfig", "flake.nix", "nix/a.nix")]
    assert nix_parse.tracked(tmp_path) == wanted
    copied = nix_parse.copy(tmp_path / "copy", tmp_path)
    assert (copied / "nix/a.nix").is_file()
    assert not (copied / ".venv").exists()


def test_a_checkout_has_new_files_and_no_ignored_ones(tmp_path):
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed")
    subprocess.run([git, "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text("ignored.nix\n")
    for name in ("new.nix", "ignored.nix"):
        (tmp_path / name).touch()
    assert nix_parse.tracked(tmp_path) == [Path(".gitignore"), Path("new.nix")]


# -- what is made of what they say --------------------------------------------------------------


def test_warnings_about_the_flake_are_faults():
    said = (
        "warning: not writing modified lock file of flake 'path:/x'\n"
        "evaluation warning: getExe: Package x does not have\n"
        "warning: unknown flake output 'homeManagerModules'\n"
        "checking derivation warning: ...\n"
    )
    assert list(nix_evaluate.warnings(said)) == [
        "nix flake check: warning: unknown flake output 'homeManagerModules'"
    ]


def test_a_check_of_the_flakes_own_that_fails_is_a_fault():
    checks = {"a": {"ok": True, "message": ""}, "ports": {"ok": False, "message": "11434 is open"}}
    found = nix_evaluate.Facts({}, checks, {})
    assert list(nix_evaluate.failed_checks(found)) == ["check ports: 11434 is open"]


def test_a_key_that_this_systemd_does_not_know_is_no_fault():
    unit = Path("/u/a.service")
    said = (
        "/u/a.service:4: Unknown key 'RestartSteps' in section [Service], ignoring.\n"
        "/lib/systemd/system/b.service:1: Failed to parse x\n"
        "/u/a.service:3: Failed to parse service restart specifier, ignoring: sometimes\n"
    )
    (fault,) = nix_units.complaints(said, unit)
    assert fault.startswith("unit a.service: /u/a.service:3: Failed to parse service restart")


def test_systemd_reads_the_units(tmp_path):
    analyzer = nix_units.analyzer()
    if analyzer is None:
        pytest.skip("no systemd-analyze on PATH")
    service = "[Service]\nExecStart=/bin/sh\n"
    units = {
        "fine.service": service,
        "value.service": f"{service}Restart=sometimes\n",
        "program.service": service.replace("sh", "nowhere"),
    }
    value, absent = nix_units.faults(analyzer, units, tmp_path)
    assert "value.service" in value
    assert "nowhere is not executable" in absent
