"""Which files never go out."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_llm.guard.paths import UNRESOLVABLE, denied
from local_llm.settings import DENY_PATHS

ROOT = "/home/me/project"


def judge(path, patterns=DENY_PATHS, root=ROOT, links=None):
    return denied(path, root, patterns, lambda name: (links or {}).get(name, name))


SECRET = [
    ".env",
    ".env.production",
    ".envrc",
    "deploy/.env",
    "config/prod.env",
    "/home/me/project/.env",
    "/srv/other/.env",
    "src/../.env",
    "./.env",
    "src//.env",
    ".ENV",
    "certs/server.pem",
    "certs/SERVER.PEM",
    "server.key",
    "server.key~",
    "server.key.bak",
    ".env.example.bak",
    "id_rsa",
    "id_rsa.pub",
    "ID_ED25519",
    "keys.kdbx",
    "a.p12",
    "a.pfx",
    ".netrc",
    ".pgpass",
    ".npmrc",
    "credentials",
    "credentials.json",
    "terraform.tfstate",
    "terraform.tfstate.backup",
    "terraform.tfvars",
    "prod.tfvars",
    "/home/me/.aws/credentials",
    "/home/me/.aws/config",
    "/home/me/.aws/sso/cache/token.json",
    "/home/me/.kube/config",
    "/home/me/.ssh/config",
    "/home/me/.ssh/keys/work",
    "/home/me/.gnupg/private-keys-v1.d/a.b",
    "/home/me/.docker/config.json",
    "/home/me/.config/gcloud/access_tokens.db",
    "/home/me/.config/gh/hosts.yml",
]


@pytest.mark.parametrize("path", SECRET)
def test_secrets_stay_by_default(path):
    assert judge(path)


HARMLESS = [
    "",
    "main.py",
    "environment.py",
    "src/env.py",
    "env/main.py",
    "keys.py",
    "monkey.py",
    "docs/pem.md",
    "src/credentials.py",
    "src/credentials/store.py",
    "main.tf",
    "config.json",
    "docker/config.json",
    "ssh/config",
    ".config/nvim/init.lua",
    ".ssh",
    "Makefile",
]


@pytest.mark.parametrize("path", HARMLESS)
def test_code_goes_out_by_default(path):
    assert judge(path) is None


@pytest.mark.parametrize(
    ("pattern", "path", "hit"),
    [
        ("*.sql", "a/b/dump.sql", True),
        ("*.sql", "a/dump.sql/x", False),
        ("secret", "a/secret", True),
        ("secret", "secret/a", False),
        ("secret/", "secret/a", True),
        ("secret/", "a/secret/b/c", True),
        ("secret/", "a/secret", False),
        ("secret/", "a/secrets/b", False),
        ("a/b/*.txt", "a/b/c.txt", True),
        ("a/b/*.txt", "x/a/b/c.txt", True),
        ("a/b/*.txt", "a/b/c/d.txt", False),
        ("a/**/z", "a/z", True),
        ("a/**/z", "a/b/c/z", True),
        ("a/**/z", "a/b/c/y", False),
        ("a/**", "x/a/b", True),
        ("**/z", "z", True),
        ("**", "anything/at/all", True),
        ("/conf/x", "conf/x", True),
        ("/conf/x", "a/conf/x", False),
        ("/etc/shadow", "/etc/shadow", True),
        ("/etc/", "/etc/a/b", True),
        ("~/notes/", "/home/me/notes/a", True),
        ("file?.c", "file1.c", True),
        ("file?.c", "file10.c", False),
        ("file[0-9].c", "file7.c", True),
        ("file[!0-9].c", "file7.c", False),
        ("a*c", "a/c", False),
        ("Straße.txt", "STRASSE.TXT", True),
        ("caf\u00e9.txt", "cafe\u0301.txt", True),
        ("", "a", False),
        ("!", "a", False),
        ("/", "a", False),
        ("  *.sql  ", "a.sql", True),
        ("[", "[", True),
        ("a\\b", "a\\b", True),
        ("x\ny", "x\ny", True),
    ],
)
def test_a_pattern_means_what_the_help_says(pattern, path, hit):
    assert (judge(path, (pattern,)) is not None) is hit


def test_the_pattern_is_named():
    assert judge("a/.env.local") == ".env*"


def test_the_last_match_wins():
    patterns = (".env*", "!.env.example", "sub/.env.example")
    assert judge(".env", patterns) == ".env*"
    assert judge(".env.example", patterns) is None
    assert judge("sub/.env.example", patterns) == "sub/.env.example"


def test_a_link_is_judged_by_both_its_names():
    links = {f"{ROOT}/notes.txt": f"{ROOT}/.env", f"{ROOT}/.env": f"{ROOT}/notes.txt"}
    assert judge("notes.txt", (".env*",), links=links) == ".env*"
    assert judge(".env", (".env*",), links=links) == ".env*"


def test_an_exception_for_the_link_is_none_for_its_target():
    links = {f"{ROOT}/.env.example": f"{ROOT}/.env"}
    assert judge(".env.example", (".env*", "!.env.example"), links=links) == ".env*"


def test_the_root_may_be_a_link_itself():
    links = {ROOT: "/data/p", f"{ROOT}/conf/x": "/data/p/conf/x"}
    assert judge("conf/x", ("/conf/x",), links=links) == "/conf/x"


def test_a_link_that_cannot_be_followed_is_denied():
    def loop(path):
        raise OSError(40, "loop")

    assert denied("a", ROOT, (), loop) == UNRESOLVABLE


def test_real_links(tmp_path):
    (tmp_path / ".env").write_text("KEY=1")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "plain.txt").symlink_to("../.env")
    (tmp_path / "folder").symlink_to("inner")
    found = denied("folder/plain.txt", str(tmp_path), (".env*",), os.path.realpath)
    assert found == ".env*"


@given(
    st.lists(st.sampled_from(["a", "b", "*", "?", "**", "*a*"]), min_size=1, max_size=30),
    st.lists(st.sampled_from(["a", "b", "ab", "aaa"]), min_size=1, max_size=60),
)
def test_the_matcher_agrees_with_one_that_tries_everything(pattern, path):
    from local_llm.guard.paths import _glob

    table = {(len(path), len(pattern)): True}
    for part in range(len(pattern), -1, -1):
        for at in range(len(path), -1, -1):
            if part == len(pattern):
                table[at, part] = at == len(path)
            elif pattern[part] == "**":
                table[at, part] = table[at, part + 1] or (at < len(path) and table[at + 1, part])
            else:
                table[at, part] = (
                    at < len(path) and _one(path[at], pattern[part]) and table[at + 1, part + 1]
                )
    assert _glob(tuple(path), tuple(pattern)) == table[0, 0]


def _one(name, part):
    return {"*": True, "?": len(name) == 1, "*a*": "a" in name}.get(part, name == part)


def test_a_hostile_pattern_costs_no_time():
    pattern = "/".join(["**", "*a*a*a*a*a*a*a*a*b"] * 20)
    assert judge("/".join(["a" * 200] * 20), (pattern, "*a" * 40 + "b")) is None
