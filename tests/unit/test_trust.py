"""Trust in a project's file: given for its content, kept privately, lost with a change."""

from __future__ import annotations

import pytest

from local_llm import cli
from local_llm.config import load, read_bounded
from local_llm.errors import SettingsError
from local_llm.trust import TrustRecord, find, record_path


@pytest.fixture
def project(tmp_path, monkeypatch):
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    (folder / "local-llm.toml").write_text('backend.url = "http://127.0.0.1:9"\n')
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(folder / "src")
    return folder


def command(*arguments):
    return cli.main(["trust", *arguments])


def url(project, tmp_path):
    record = TrustRecord(record_path({"XDG_STATE_HOME": str(tmp_path / "state")}))
    result = load({}, {}, read_bounded, root=str(project), trusted=record.trusts)
    return result.settings.backend.url


def test_trust_lets_the_file_set_everything(project, tmp_path, capsys):
    assert url(project, tmp_path) is None
    assert command() == 0
    assert "backend.url" in capsys.readouterr().out
    assert url(project, tmp_path) == "http://127.0.0.1:9"


def test_a_changed_file_is_trusted_no_more(project, tmp_path):
    command()
    (project / "local-llm.toml").write_text('backend.url = "http://127.0.0.1:10"\n')
    assert url(project, tmp_path) is None


def test_a_copy_is_not_trusted(project, tmp_path):
    command()
    other = tmp_path / "other"
    other.mkdir()
    (other / "local-llm.toml").write_bytes((project / "local-llm.toml").read_bytes())
    assert url(other, tmp_path) is None


def test_the_same_file_by_another_road_is(project, tmp_path):
    command(str(project / "local-llm.toml"))
    (tmp_path / "link").symlink_to(project)
    assert url(tmp_path / "link", tmp_path) == "http://127.0.0.1:9"


def test_trust_can_be_taken_away(project, tmp_path, capsys):
    command()
    assert command("--revoke") == 0
    assert "not trusted any more" in capsys.readouterr().out
    assert url(project, tmp_path) is None
    assert command("--revoke") == 0
    assert "any more" not in capsys.readouterr().out


def test_the_record_is_private(project, tmp_path):
    command()
    record = tmp_path / "state" / "local-llm" / "trust.json"
    assert record.stat().st_mode & 0o777 == 0o600
    assert record.parent.stat().st_mode & 0o777 == 0o700
    assert b"127.0.0.1" not in record.read_bytes()
    assert list(record.parent.iterdir()) == [record]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"a": 1}', b"\xff", b"null"])
def test_a_broken_record_trusts_nothing_and_can_be_written_anew(project, tmp_path, content):
    record = tmp_path / "state" / "local-llm" / "trust.json"
    record.parent.mkdir(parents=True)
    record.write_bytes(content)
    assert url(project, tmp_path) is None
    command()
    assert url(project, tmp_path) == "http://127.0.0.1:9"


def test_a_file_that_sets_nothing_special_says_so(project, capsys):
    (project / "local-llm.toml").write_text('language = "French"\n')
    assert command(str(project)) == 0
    assert "sets nothing that needs it" in capsys.readouterr().out


def test_a_broken_file_cannot_be_trusted(project, tmp_path, capsys):
    (project / "local-llm.toml").write_text("a = 1\nb =\n")
    assert command() == 1
    assert "line 2" in capsys.readouterr().err
    assert not (tmp_path / "state").exists()


def test_the_next_file_above_is_meant(project):
    assert find(str(project / "src")) == str(project / "local-llm.toml")


def test_no_file_is_said(tmp_path):
    with pytest.raises(SettingsError, match=r"there is no local-llm\.toml"):
        find(str(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("env", "path"),
    [
        ({"HOME": "/h"}, "/h/.local/state/local-llm/trust.json"),
        ({"HOME": "/h", "XDG_STATE_HOME": "/s"}, "/s/local-llm/trust.json"),
        ({"HOME": "/h", "XDG_STATE_HOME": "s"}, "/h/.local/state/local-llm/trust.json"),
    ],
)
def test_where_the_record_is(env, path):
    assert str(record_path(env)) == path
