"""Which rule keeps a file from going out, whole or as context; and how rules are told."""

from __future__ import annotations

import pytest

from local_llm.features.disk import Disk
from local_llm.features.preview import fired_lines
from local_llm.guard.filetypes import denied_filetype
from local_llm.guard.findings import Fired, together
from local_llm.guard.verdict import PathGuard
from local_llm.settings import DENY_PATHS, SECRET_FILETYPES, Guard

GUARD = Guard()


@pytest.fixture
def project(tmp_path):
    (tmp_path / ".git").mkdir()
    return tmp_path


@pytest.fixture
def judge():
    return PathGuard(Disk())


def test_each_refusal_names_its_rule(project, judge):
    (project / ".local-llm-ignore").write_text("customers/\n")
    root = str(project)
    assert judge.never("a.py", root, GUARD) is None
    assert judge.never("a.pem", root, GUARD) == "guard.deny_paths has *.pem"
    assert judge.never("customers/a.py", root, GUARD) == ".local-llm-ignore has customers/"
    assert judge.never("a.py", root, GUARD, "netrc") == "guard.deny_filetypes has netrc"
    assert judge.never("", root, GUARD) is None
    assert judge.never("", "", GUARD, "gpg") == "guard.deny_filetypes has gpg"


def test_what_git_ignores_may_be_asked_about_and_does_not_go_along(project, judge):
    (project / ".gitignore").write_text("*.local.py\n")
    path = str(project / "a.local.py")
    assert judge.never(path, str(project), GUARD) is None
    assert judge.as_context(path, str(project), GUARD) == ".gitignore has *.local.py"


def test_what_never_goes_out_does_not_go_along_either(project, judge):
    assert judge.as_context("a.pem", str(project), GUARD) == "guard.deny_paths has *.pem"
    assert judge.as_context("a", str(project), GUARD, "pass") == "guard.deny_filetypes has pass"


def test_a_large_file_may_be_asked_about_and_does_not_go_along(project, judge):
    (project / "a.py").write_bytes(b"x" * 2049)
    (project / "b.py").write_bytes(b"x" * 2048)
    guard = Guard(max_file_kb=2)
    assert judge.never("a.py", str(project), guard) is None
    assert judge.as_context("a.py", str(project), guard) == "guard.max_file_kb is 2"
    assert judge.as_context("b.py", str(project), guard) is None


def test_a_link_is_judged_by_where_it_leads(project, judge):
    (project / ".local-llm-ignore").write_text("/inner/\n")
    (project / ".gitignore").write_text("/made/\n")
    for name in ("inner", "made"):
        (project / name).mkdir()
        (project / name / "a.py").write_text("")
        (project / f"{name}.py").symlink_to(project / name / "a.py")
    root = str(project)
    assert judge.never("inner.py", root, GUARD) == ".local-llm-ignore has /inner/"
    assert judge.as_context("made.py", root, GUARD) == ".gitignore has /made/"
    (project / "other").symlink_to(project / "inner")
    assert judge.never("other/a.py", root, GUARD) == ".local-llm-ignore has /inner/"


def test_a_backup_is_judged_as_the_file_it_is_of(project, judge):
    (project / ".local-llm-ignore").write_text("*.sql\n")
    assert judge.never("a.sql~", str(project), GUARD) == ".local-llm-ignore has *.sql"


def test_a_detour_leads_nowhere_else(project, judge):
    (project / ".local-llm-ignore").write_text("/inner/\n")
    for path in ("sub/../inner/a", "./inner//a", f"{project}/sub/../inner/a"):
        assert judge.never(path, str(project), GUARD) == ".local-llm-ignore has /inner/"


def test_a_rule_is_shown_on_one_line_of_bounded_length(project, judge):
    guard = Guard(deny_paths=("?\x1b]0;x\x07" + "*" * 500,))
    rule = judge.never("b\x1b]0;x\x07.py", str(project), guard)
    assert rule.startswith("guard.deny_paths has ?*****")
    assert len(rule) <= 120
    assert rule.isprintable()


def test_a_list_that_is_no_plain_file_hides_everything(project, judge):
    (project / ".local-llm-ignore").write_bytes(b"x" * (1 << 19))
    assert judge.never("a.py", str(project), GUARD) == ".local-llm-ignore cannot be read"


def test_a_folder_called_like_a_list_is_none(project, judge):
    (project / ".local-llm-ignore").mkdir()
    assert judge.never("a.py", str(project), GUARD) is None


def test_a_list_of_the_project_opens_nothing_that_the_options_deny(project, judge):
    (project / ".local-llm-ignore").write_text("!*.pem\n")
    assert judge.never("a.pem", str(project), GUARD) == "guard.deny_paths has *.pem"


# -- filetypes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filetype", "rules", "rule"),
    [
        ("gpg", SECRET_FILETYPES, "gpg"),
        ("GPG", SECRET_FILETYPES, "gpg"),
        ("python", SECRET_FILETYPES, None),
        ("", ("*",), None),
        ("python", ("*",), "*"),
        ("python", ("*", "!python"), None),
        ("lua", ("*", "!python"), "*"),
        ("python", ("!python", "python"), "python"),
        ("yaml.secret", ("secret",), "secret"),
        ("yaml.secret", ("yaml.secret",), "yaml.secret"),
        ("secretive", ("secret",), None),
    ],
)
def test_a_filetype(filetype, rules, rule):
    assert denied_filetype(filetype, rules) == rule


# -- the default list ----------------------------------------------------------------------------

MORE_SECRETS = [
    "service-account.json",
    "my-service_account-prod.json",
    "gcp-credentials-prod.json",
    "client_secret_123.apps.json",
    "plan.tfplan",
    "secrets.yaml",
    "key4.db",
    "logins.json",
    "a.p8",
    "vpn.ovpn",
    "passwords.kdb",
    "login.keychain-db",
    "/home/me/.bash_history",
    "/home/me/.python_history",
    "/home/me/.zsh_history",
    "/home/me/.local/share/fish/fish_history",
    "/home/me/.local/share/keyrings/login.keyring",
    "/home/me/.password-store/mail.gpg",
    "/home/me/.mozilla/firefox/x/prefs.js",
    "/home/me/.config/rclone/rclone.conf",
    "/home/me/.config/glab-cli/config.yml",
    "/home/me/.cargo/credentials.toml",
    "/home/me/.m2/settings.xml",
    "/home/me/.local/state/nvim/shada/main.shada",
    "/etc/shadow",
    "/etc/shadow-",
    "/dev/shm/pass.Ab12Cd/xyz-mail.txt",
]


@pytest.mark.parametrize("path", MORE_SECRETS)
def test_secrets_stay_by_default(judge, path):
    rule = judge.never(path, "/home/me/project", GUARD)
    assert rule.startswith("guard.deny_paths has ")


@pytest.mark.parametrize(
    "path",
    [
        "src/credentials.go",
        "history.py",
        "src/shadow.c",
        "settings.xml",
        "secrets.py",
        "cookies.ts",
    ],
)
def test_code_goes_out_by_default(judge, path):
    assert judge.never(path, "/home/me/project", GUARD) is None


def test_no_pattern_stands_twice():
    assert len(set(DENY_PATHS)) == len(DENY_PATHS)


# -- what is told --------------------------------------------------------------------------------


def test_rules_that_fired_are_told_once_each():
    sql = Fired(rule=".gitignore has *.sql", what="a.sql")
    token = Fired(rule="guard.redact", what="GitLab token", count=2)
    assert together([sql, token, sql, token]) == (
        Fired(rule=".gitignore has *.sql", what="a.sql", count=2),
        Fired(rule="guard.redact", what="GitLab token", count=4),
    )
    assert fired_lines([sql, token]) == [
        "## Rules that fired",
        "",
        "- `.gitignore has *.sql`: a.sql",
        "- `guard.redact`: GitLab token (2 times)",
    ]
    assert fired_lines([]) == ["No rule of the guard fired."]


def test_a_rule_stays_in_its_code_span():
    assert fired_lines([Fired(rule="x has `", what="a\nb")])[2] == "- `` x has ` ``: a b"
