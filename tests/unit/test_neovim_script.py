"""Which Neovim is used: the one on PATH if it is new enough, else a finished copy of ours."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import neovim
from private_apt import NotHere


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty cache and a PATH with nothing but what a test puts there."""
    monkeypatch.setattr(neovim, "CACHE", tmp_path / "cache")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    return tmp_path


def _program(path, version):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho 'NVIM v{version}'\n")
    path.chmod(0o755)
    return path


def _ready(series, version):
    home = neovim.CACHE / series
    program = _program(home / "bin/nvim", version)
    (home / "ready").write_text(str(home))
    return program


def test_nothing_at_hand(place):
    assert neovim.available() == {}


@pytest.mark.parametrize("version", ["0.9.5", "0.7.2", "nonsense"])
def test_an_old_or_broken_one_on_path_is_not_used(place, version):
    _program(place / "bin/nvim", version)
    assert neovim.available() == {}


@pytest.mark.parametrize("version", ["0.10.0", "0.11.4", "0.13.0-dev-1+g0", "1.0.0"])
def test_the_one_on_path_is_used_where_there_is_no_other(place, version):
    program = _program(place / "bin/nvim", version)
    series = ".".join(version.split(".")[:2])
    assert neovim.available() == {series: program}


def test_one_of_the_matrix_on_path_comes_before_our_copy(place):
    ours = {series: _ready(series, f"{series}.4") for series in ("0.10", "0.12")}
    program = _program(place / "bin/nvim", "0.12.1")
    assert neovim.available() == {"0.10": ours["0.10"], "0.12": program}


def test_one_outside_the_matrix_on_path_does_not_add_to_it(place):
    ours = {series: _ready(series, f"{series}.4") for series in ("0.10", "0.12")}
    _program(place / "bin/nvim", "0.11.4")
    assert neovim.available() == ours


def test_a_copy_that_was_moved_is_not_used(place, monkeypatch):
    _ready("0.10", "0.10.4")
    neovim.CACHE.rename(place / "moved")
    monkeypatch.setattr(neovim, "CACHE", place / "moved")
    assert neovim.available() == {}


def test_the_newest_is_taken_where_any_will_do(place):
    _ready("0.10", "0.10.4")
    newest = _ready("0.12", "0.12.4")
    assert neovim.get_any() == {"0.12": newest}


def _nowhere(_release):
    raise NotHere("the archive is down")


def test_what_cannot_be_had_is_said_and_the_rest_is_used(place, monkeypatch, capsys):
    monkeypatch.setattr(neovim, "_official", _nowhere)
    monkeypatch.setattr(neovim, "_packaged", _nowhere)
    ours = _ready("0.10", "0.10.4")
    assert neovim.get_all() == {"0.10": ours}
    said = capsys.readouterr().err
    assert "Neovim 0.12 cannot be had here: the archive is down" in said
    assert "no Neovim 0.12: tests run on 0.10 only" in said


def test_a_copy_that_does_not_run_is_not_called_ready(place, monkeypatch):
    def packaged(release):
        with neovim._workplace(release) as folder:
            _program(folder / "bin/nvim", "broken")
        return release.program

    monkeypatch.setattr(neovim, "_official", _nowhere)
    monkeypatch.setattr(neovim, "_packaged", packaged)
    with pytest.raises(NotHere, match="does not run on this machine"):
        neovim.get(neovim.MATRIX[0])
    assert not neovim.MATRIX[0].is_ready()


def test_a_copy_is_made_once(place, monkeypatch):
    made = []

    def packaged(release):
        made.append(release)
        with neovim._workplace(release) as folder:
            _program(folder / "bin/nvim", "0.10.4")
        return release.program

    monkeypatch.setattr(neovim, "_official", _nowhere)
    monkeypatch.setattr(neovim, "_packaged", packaged)
    program = neovim.get(neovim.MATRIX[0])
    assert neovim.get(neovim.MATRIX[0]) == program
    assert made == [neovim.MATRIX[0]]
    assert sorted(path.name for path in neovim.CACHE.iterdir()) == ["0.10", "lock"]
