"""The formats of what the corpus holds out: as vendors describe them, and nowhere written out.

Who writes rules does not read this, as little as the modules of those kinds.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from guard import kinds_later
from guard.corpus import build
from guard.kinds import KINDS

GUARD = Path(__file__).parent.parent / "guard"
HEX_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"

# What vendors say of their formats, for those kinds that have one.
FORMATS = {
    "groq": r"gsk_[0-9A-Za-z]{20}WGdyb3FY[0-9A-Za-z]{24}",
    "replicate": r"r8_[0-9A-Za-z]{37}",
    "xai": r"xai-[0-9A-Za-z]{80}",
    "openrouter": r"sk-or-v1-[0-9a-f]{64}",
    "langsmith": r"lsv2_(pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}",
    "nvidia": r"nvapi-[\w-]{64}",
    "mistral": r"[0-9A-Za-z]{32}",
    "wandb": r"[0-9a-f]{40}",
    "buildkite": r"bkua_[0-9a-f]{40}",
    "circleci": r"CCIP(AT|RJ)_[1-9A-HJ-NP-Za-km-z]{22}_[0-9a-f]{40}",
    "sonarqube": r"sq[upa]_[0-9a-f]{40}",
    "nuget": r"oy2[a-z2-7]{43}",
    "crates-io": r"cio[0-9A-Za-z]{32}",
    "artifactory": r"AKCp[0-9A-Za-z]{69}",
    "azure-devops": r"[0-9A-Za-z]{76}AZDO[0-9A-Za-z]{4}",
    "jenkins": r"11[0-9a-f]{32}",
    "snyk": HEX_UUID,
    "netlify": r"nfp_[0-9A-Za-z]{36}",
    "tailscale": r"tskey-(auth|api|client)-k[0-9A-Za-z]{7,10}CNTRL-[0-9A-Za-z]{32}",
    "openshift": r"sha256~[\w-]{43}",
    "dynatrace": r"dt0c01\.[A-Z2-7]{24}\.[A-Z2-7]{64}",
    "google-access-token": r"ya29\.[\w-]{100,}",
    "scaleway": HEX_UUID,
    "airtable": r"pat[0-9A-Za-z]{14}\.[0-9a-f]{64}",
    "asana": r"2/\d{16}/\d{16}:[0-9a-f]{32}",
    "clickup": r"pk_\d{7,8}_[0-9A-Z]{32}",
    "hubspot": rf"pat-(na|eu)1-{HEX_UUID}",
    "brevo": r"xkeysib-[0-9a-f]{64}-[0-9A-Za-z]{16}",
    "trello": r"ATTA[0-9a-f]{64}[0-9A-F]{8}",
    "contentful": r"CFPAT-[\w-]{43}",
    "launchdarkly": rf"(sdk|api)-{HEX_UUID}",
    "mapbox-secret": r"sk\.eyJ1Ijoi[\w-]+\.[\w-]{22}",
    "paypal": r"E[\w-]{79}",
    "recaptcha": r"6L[\w-]{38}",
    "azure-service-bus": r"[0-9A-Za-z+/]{43}=",
    "teams-webhook": r"[0-9a-f]{32}",
    "mattermost-webhook": r"[a-z1-9]{26}",
    "laravel-key": r"base64:[0-9A-Za-z+/]{43}=",
    "fernet-key": r"[\w-]{43}=",
    "openvpn-static": r"[0-9a-f]{512}",
    "java-session": r"[0-9A-F]{32}",
    "express-session": r"s%3A[\w-]{32}\.([0-9A-Za-z]|%2[BF]){43}",
}
VENDORS = (
    r"gsk_\w{20}|r8_\w{30}|xai-\w{40}|sk-or-v1-\w{20}|lsv2_.._\w{20}|nvapi-[\w-]{40}|bkua_\w{30}",
    r"CCIP(AT|RJ)_\w{20}|sq[upa]_\w{30}|oy2\w{40}|cio\w{32}|AKCp\w{60}|AZDO\w{4}\b|nfp_\w{30}",
    r"tskey-\w+-\w+-\w{20}|sha256~[\w-]{40}|dt0c01\.\w{24}\.|ya29\.[\w-]{40}|pat\w{14}\.\w{40}",
    r"pat-(na|eu)1-\w{8}-|xkeysib-\w{40}|ATTA\w{60}|CFPAT-[\w-]{40}|[sp]k\.eyJ",
    HEX_UUID,
)

LATER = {*(kind.name for kind in kinds_later.KINDS), "split-in-literals"}


@pytest.fixture(scope="module")
def secrets():
    found = ((one.kind, sample.value(one)) for sample in build() for one in sample.secrets)
    return [(kind, value) for kind, value in found if kind in LATER]


def test_values_are_what_their_vendors_say(secrets):
    seen = set()
    for kind, value in secrets:
        assert re.fullmatch(FORMATS.get(kind, r"\S{8,}"), value, re.ASCII), kind
        seen.add(kind)
    assert set(FORMATS) < seen == LATER


def test_a_client_key_is_a_key_in_base64(secrets):
    keys = [base64.b64decode(value) for kind, value in secrets if kind == "kubeconfig-key"]
    assert keys
    assert all(key.startswith(b"-" * 5 + b"BEGIN EC ") and key.endswith(b"-\n") for key in keys)


def test_no_later_kind_takes_the_place_of_another():
    names = [kind.name for kind in kinds_later.KINDS]
    assert len(set(names)) == len(names)
    assert all(KINDS[kind.name] is kind for kind in kinds_later.KINDS)


@pytest.mark.parametrize("path", sorted(GUARD.glob("*.py")), ids=lambda path: path.name)
def test_no_source_holds_such_a_secret(path):
    text = path.read_text(encoding="utf-8")
    assert not [found.group() for rule in VENDORS for found in re.finditer(rule, text)]
