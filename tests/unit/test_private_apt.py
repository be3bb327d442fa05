"""Package sources are read as apt reads them, and only the suite is replaced."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import private_apt
from private_apt import NotHere, Source

DEB822 = """\
# a comment
Types: deb deb-src
URIs: http://deb.example/debian
Suites: bookworm bookworm-updates
# in between
Components: main
Signed-By: /usr/share/keyrings/key.gpg

Types: deb
Enabled: no
URIs: http://off.example/debian
Suites: bookworm

Types: deb-src
URIs: http://src.example/debian
Suites: bookworm

types: deb
uris: http://deb.example/debian-security
suites: bookworm-security
signed-by:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
"""

ONE_LINE = """\
# deb http://commented.example/debian bookworm main
deb-src http://src.example/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian/ bookworm main contrib  # why
deb http://security.example/debian-security bookworm-security main
"""


def test_deb822_stanzas():
    first, second = private_apt.deb822(DEB822)
    assert first == Source(
        "http://deb.example/debian",
        ("bookworm", "bookworm-updates"),
        (("Signed-By", "/usr/share/keyrings/key.gpg"),),
    )
    assert second.uri == "http://deb.example/debian-security"
    assert second.options == (("Signed-By", "\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc"),)


def test_one_line_entries():
    first, second = private_apt.one_line(ONE_LINE)
    assert first == Source(
        "http://mirror.example/debian/", ("bookworm",), (("Signed-By", "/k.gpg"),)
    )
    assert second.options == ()
    assert first.is_debian()
    assert not second.is_debian()


def test_only_the_suite_is_replaced():
    (source, _) = private_apt.deb822(DEB822)
    assert source.stanza("sid") == (
        "Types: deb\nURIs: http://deb.example/debian\nSuites: sid\nComponents: main\n"
        "Signed-By: /usr/share/keyrings/key.gpg\n"
    )
    (_, with_key) = private_apt.deb822(DEB822)
    assert next(private_apt.deb822(with_key.stanza("sid"))).options == with_key.options


def _folder(path, name, text):
    (path / "sources.list.d").mkdir()
    (path / "sources.list.d" / name).write_text(text)
    return path


@pytest.fixture
def tools(monkeypatch):
    monkeypatch.setattr(private_apt.shutil, "which", lambda tool: f"/usr/bin/{tool}")


@pytest.mark.parametrize(("name", "text"), [("d.sources", DEB822), ("d.list", ONE_LINE)])
def test_the_machine_s_debian_archive_is_found(tmp_path, tools, name, text):
    found = private_apt.debian_source(_folder(tmp_path, name, text))
    assert found.uri.rstrip("/").endswith("/debian")


def test_a_switched_off_file_is_not_read(tmp_path, tools):
    folder = _folder(tmp_path, "d.list.disabled", ONE_LINE)
    with pytest.raises(NotHere, match="no Debian archive"):
        private_apt.debian_source(folder)


def test_another_system_is_told_so(tmp_path, monkeypatch):
    monkeypatch.setattr(private_apt.shutil, "which", lambda _tool: None)
    with pytest.raises(NotHere, match="not a Debian-like system"):
        private_apt.debian_source(_folder(tmp_path, "d.list", ONE_LINE))


def test_a_failing_apt_is_reported_with_its_own_words(tmp_path, tools, monkeypatch):
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    for tool, body in {
        "apt-config": "exit 0",
        "apt-get": "echo 'E: the mirror is down' >&2; exit 100",
    }.items():
        (bin_ / tool).write_text(f"#!/bin/sh\n{body}\n")
        (bin_ / tool).chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_}:/usr/bin:/bin")
    monkeypatch.setattr(private_apt, "debian_source", lambda: Source("http://x/debian", ("a",)))
    with pytest.raises(NotHere, match="apt-get update failed: E: the mirror is down"):
        private_apt.unpack("sid", ["neovim"], tmp_path / "root")
    assert not (tmp_path / "root.apt").exists()
    assert not (tmp_path / "root").exists()
