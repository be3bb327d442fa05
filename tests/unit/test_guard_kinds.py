"""The formats of the corpus: as vendors describe them, and nowhere written out."""

from __future__ import annotations

import base64
import re
import zlib
from pathlib import Path

import pytest

from guard import checksums, marks
from guard.corpus import build
from guard.draw import Draw
from guard.kinds_gitlab import CUSTOM_PAT_PREFIX

UNIT = Path(__file__).parent
GUARD = UNIT.parent / "guard"

# What vendors say of their formats, for some of the kinds.
FORMATS = {
    "gitlab-pat": r"glpat-[\w-]{20}",
    "gitlab-pat-custom-prefix": rf"{CUSTOM_PAT_PREFIX}[\w-]{{20}}",
    "gitlab-job": r"glcbt-[0-9a-f]{1,5}_[\w-]{20}",
    "gitlab-runner": r"glrt-(t\d_)?[\w-]{20}",
    "gitlab-runner-registration": r"GR1348941[\w-]{20}",
    "gitlab-pat-routable": r"glpat-[\w-]{27,300}\.01\.[0-9a-z]{9}",
    "gitlab-runner-routable": r"glrt-t\d_[\w-]{27,300}\.01\.[0-9a-z]{9}",
    "gitlab-session": r"[0-9a-f]{32}",
    "github-personal": r"ghp_[0-9A-Za-z]{36}",
    "github-fine-grained": r"github_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{59}",
    "npm": r"npm_[0-9A-Za-z]{36}",
    "pypi": r"pypi-AgEIcHlwaS5vcmc[\w-]{80,}",
    "aws-access-key-id": r"A(KI|SI)A[A-Z2-7]{16}",
    "aws-secret-access-key": r"[0-9A-Za-z/+]{40}",
    "gcp-api-key": r"AIza[\w-]{35}",
    "azure-client-secret": r"\w{3}8Q~[\w.~-]{34}",
    "azure-storage-key": r"[0-9A-Za-z/+]{86}==",
    "slack-bot": r"xoxb-\d{12,13}-\d{12,13}-[0-9A-Za-z]{24}",
    "slack-app": r"xapp-1-A[0-9A-Z]{10}-\d+-[0-9a-f]{64}",
    "stripe-secret": r"sk_live_[0-9A-Za-z]{24,99}",
    "openai-project": r"sk-proj-[\w-]{74}T3BlbkFJ[\w-]{74}",
    "openai-old": r"sk-\w{20}T3BlbkFJ\w{20}",
    "anthropic": r"sk-ant-api03-[\w-]{93}AA",
    "hugging-face": r"hf_[A-Za-z]{34}",
    "jwt": r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]{43,}",
    "age": r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}",
    "sendgrid": r"SG\.[\w-]{22}\.[\w-]{43}",
    "telegram-bot": r"\d{8,10}:AA[\w-]{33}",
    "heroku": r"HRKU-([0-9a-f-]{36}|AA[\w-]{58})",
    "terraform-cloud": r"[0-9A-Za-z]{14}\.atlasv1\.[0-9A-Za-z]{60,70}",
    "grafana-service-account": r"glsa_[0-9A-Za-z]{32}_[0-9a-f]{8}",
    "okta": r"00[\w-]{40}",
    "pem-rsa": r"MII[0-9A-Za-z+/]+={0,2}",
    "pem-openssh": r"b3BlbnNzaC1rZXktdjE[0-9A-Za-z+/]+={0,2}",
}


LOOKS = {
    "git-hash": r"[0-9a-f]{40}",
    "sha256": r"[0-9a-f]{64}",
    "uuid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "color": r"#[0-9a-f]{3,8}",
    "data-uri-image": r"data:image/\w+;base64,[\w+/]+={0,2}",
    "certificate": r"(?s)-----BEGIN CERTIFICATE-----.*-----END CERTIFICATE-----",
    "public-key-pem": r"(?s)-----BEGIN PUBLIC KEY-----.*-----END PUBLIC KEY-----",
    "amazon-example-id": r"AKIA\w+EXAMPLE",
    "npm-lock": r"[\w+/]{86}==",
    "phone": r"\+49 30 \d{8}",
}


@pytest.fixture(scope="module")
def samples():
    return build()


def secrets(samples):
    return [(sample, secret) for sample in samples for secret in sample.secrets]


def test_values_are_what_their_kind_says(samples):
    for sample, secret in secrets(samples):
        wanted = FORMATS.get(secret.kind, r"\S{8,}")
        assert re.fullmatch(wanted, sample.value(secret), re.ASCII), secret.kind


def test_look_alikes_are_what_their_kind_says(samples):
    for sample in samples:
        for look in sample.lookalikes:
            wanted = LOOKS.get(look.kind, r"(?s)\S|\S.*\S")
            assert re.fullmatch(wanted, sample.text[look.start : look.end]), look.kind


def test_checksums_of_vendors():
    # From the documentation of base62-token.js, an expired token of GitHub in two halves.
    assert checksums.crc_base62("zQWBuTSOoRi4A9s" + "pHcVY5ncnsDkxkJ") == "0mLq17"
    assert checksums.bech32("a", b"") == "a12uel5l"  # BIP 173
    assert checksums.crc24_line(b"") == "=twTO"  # RFC 4880: the CRC's initial value


def test_github_tokens_have_a_right_checksum(samples):
    kinds = {f"github-{name}" for name in ("personal", "oauth", "user", "server", "refresh")}
    for sample, secret in secrets(samples):
        if secret.kind in kinds | {"npm"}:
            body = sample.value(secret).partition("_")[2]
            assert checksums.crc_base62(body[:30]) == body[30:]


def test_routable_tokens_say_their_length_and_checksum():
    token = checksums.routable(Draw(1), "glpat-")
    payload, version, tail = token.removeprefix("glpat-").split(".")
    assert version == "01"
    assert int(tail[:2], 36) == len(payload)
    assert int(tail[2:], 36) == zlib.crc32(token[:-7].encode())
    assert b"\no:" in base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))


def test_marks_survive_what_is_done_to_text():
    marked = f"a {marks.secret('k', '1', 'xy')}\n b {marks.secret('k', '1', 'z')}\n"
    text, (found,) = marks.read(marked.replace("\n", "\n+"))
    assert text == "a xy\n+ b z\n+"
    assert [text[start:end] for start, end in found.ranges] == ["xy", "z"]


# The repository holds no secret

SOURCES = [
    *sorted(GUARD.glob("*.py")),
    *(UNIT / f"test_guard_{name}.py" for name in ("corpus", "kinds", "kinds_later", "measure")),
]
VENDORS = (
    r"gl(pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|wt|soat|ffct)-\w{20}|GR1348941\w{20}",
    r"gh[pousr]_\w{36}|github_pat_\w{30}|npm_\w{36}|pypi-AgEI\w{40}|dckr_pat_\w{20}|rubygems_\w{40}",
    r"A(KI|SI)A[A-Z0-9]{16}|AIza[\w-]{35}|GOCSPX-\w{20}|8Q~[\w.~-]{31}|dop_v1_\w{60}|HRKU-\w{8}-",
    r"xox[bpars]-\d{6}|xapp-1-A\w{10}|hooks\.slack\.com/services/T\w{8}/|[sr]k_live_\w{20}|whsec_\w{20}",
    r"sk-(proj|svcacct|ant)-[\w-]{40}|sk-\w{20}T3BlbkFJ|hf_[A-Za-z]{30}|SG\.[\w-]{20}\.|key-\w{32}",
    r"eyJ[\w-]{12,}\.eyJ|-----BEGIN [A-Z ]*PRIVATE KEY|AGE-SECRET-KEY-1\w{40}|hvs\.\w{24}",
    r"[0-9a-f]{32}|[0-9A-Za-z/+]{48}",
)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_source_holds_a_secret(path):
    text = path.read_text(encoding="utf-8")
    assert not [found.group() for rule in VENDORS for found in re.finditer(rule, text)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_source_holds_what_a_scanner_calls_a_secret(path):
    pytest.importorskip("detect_secrets")
    from detect_secrets.core.scan import scan_file
    from detect_secrets.settings import default_settings

    with default_settings():
        assert not [(one.type, one.line_number) for one in scan_file(str(path))]
