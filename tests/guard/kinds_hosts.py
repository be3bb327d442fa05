"""Credentials of hosts, networks and what watches them. Held out: see `kinds_later`.

Sources: Tailscale's "Key prefixes", Dynatrace's "Tokens and authentication", OpenShift's OAuth
access tokens, Google's "OAuth 2.0 access tokens", Yandex Cloud's "API keys", the command line
clients of Netlify, Linode, Hetzner and Scaleway, which name the variables.
"""

from __future__ import annotations

from guard.draw import ALNUM, BASE32, URLSAFE, Draw
from guard.kind import Kind

_OPENSHIFT = {
    "shell": (
        "oc login --token=@value@ --server=https://api.@host@:6443",
        'export OC_TOKEN="@value@"',
        'curl -H "Authorization: Bearer @value@" https://api.@host@:6443/apis/user.openshift.io',
    ),
    "yaml": (
        "users:\n- name: @noun@/api-acme\n  user:\n    token: @value@",
        "script:\n  - oc login --token=@value@ --server=https://api.@host@:6443",
    ),
    "markdown": ("```sh\noc login --token=@value@ --server=https://api.@host@:6443\n```",),
    "python": ('configuration.api_key = {"authorization": "Bearer @value@"}',),
    "dotenv": ("OPENSHIFT_TOKEN=@value@",),
    "terraform": ('  token = "@value@"\n  host  = "https://api.@host@:6443"',),
}


def _netlify(draw: Draw) -> str:
    return "nfp_" + draw.chars(ALNUM, 36)


def _tailscale(draw: Draw) -> str:
    kind = draw.choice(("auth", "auth", "api", "client"))
    return f"tskey-{kind}-k{draw.chars(ALNUM, (7, 10))}CNTRL-{draw.chars(ALNUM, 32)}"


def _openshift(draw: Draw) -> str:
    return "sha256~" + draw.chars(URLSAFE, 42) + draw.choice(ALNUM)


def _dynatrace(draw: Draw) -> str:
    return f"dt0c01.{draw.chars(BASE32, 24)}.{draw.chars(BASE32, 64)}"


def _yandex(draw: Draw) -> str:
    return "AQVN" + draw.chars(URLSAFE, (34, 35)) + draw.choice(ALNUM)


def _google_access(draw: Draw) -> str:
    return "ya29.a0" + draw.chars(URLSAFE, (150, 210)) + draw.choice(ALNUM)


KINDS = (
    Kind("netlify", _netlify, ("netlify_auth_token", "netlify_token"), count=8),
    Kind(
        "tailscale",
        _tailscale,
        ("ts_authkey", "tailscale_authkey", "tailscale_api_key", "tailscale_auth_key"),
        count=8,
    ),
    Kind("openshift", _openshift, places=_OPENSHIFT, count=10),
    Kind("dynatrace", _dynatrace, ("dt_api_token", "dynatrace_api_token"), count=8),
    Kind("yandex-cloud", _yandex, ("yc_api_key", "yandex_api_key"), count=8),
    Kind(
        "google-access-token",
        _google_access,
        ("google_access_token", "google_oauth_access_token", "gcloud_token"),
        count=8,
    ),
    Kind(
        "linode",
        lambda draw: draw.hex(64),
        ("linode_token", "linode_cli_token"),
        shaped=False,
        count=8,
    ),
    Kind(
        "hetzner",
        lambda draw: draw.chars(ALNUM, 64),
        ("hcloud_token", "hetzner_api_token"),
        shaped=False,
        count=8,
    ),
    Kind("scaleway", Draw.uuid, ("scw_secret_key",), shaped=False, count=8),
)
