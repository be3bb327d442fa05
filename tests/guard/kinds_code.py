"""Tokens of code hosts, package registries and model hosts.

Sources: the vendors' pages on token formats, named beside each.
"""

from __future__ import annotations

import base64
from collections.abc import Callable

from guard.checksums import crc_base62
from guard.draw import ALNUM, DIGITS, LETTERS, URLSAFE, Draw
from guard.kind import KEY, Kind

# What OpenAI's keys have in their middle: "OpenAI" in base64, so that it can be searched for.
_MIDDLE = base64.b64encode(b"OpenAI").decode()


def checked(prefix: str) -> Callable[[Draw], str]:
    """Make tokens as GitHub and npm do: 30 random characters and their checksum.

    Source: https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/
    """

    def make(draw: Draw) -> str:
        body = draw.chars(ALNUM, 30)
        return prefix + body + crc_base62(body)

    return make


def _fine_grained(draw: Draw) -> str:
    return f"github_pat_{draw.chars(ALNUM, 22)}_{draw.chars(ALNUM, 59)}"


def _pypi(draw: Draw) -> str:
    """Give a macaroon (version 2) with the location and a caveat, as Warehouse issues it."""
    head = b"\x02\x01" + _field(b"pypi.org") + b"\x02" + _field(draw.uuid().encode())
    caveat = b"[0,%d,%d]" % (draw.randint(10**9, 2 * 10**9), draw.randint(10**9, 2 * 10**9))
    body = head + b"\x00\x02" + _field(caveat) + b"\x00\x00\x06" + _field(draw.randbytes(32))
    return "pypi-" + base64.urlsafe_b64encode(body).decode().rstrip("=")


def _field(content: bytes) -> bytes:
    return bytes([len(content)]) + content


def _openai(prefix: str, side: int) -> Callable[[Draw], str]:
    alphabet = ALNUM if side == 20 else URLSAFE
    return lambda draw: prefix + draw.chars(alphabet, side) + _MIDDLE + draw.chars(alphabet, side)


def _anthropic(draw: Draw) -> str:
    return f"sk-ant-api03-{draw.chars(URLSAFE, 93)}AA"


def _hugging_face(draw: Draw) -> str:
    return "hf_" + draw.chars(LETTERS, 34)


def _docker(draw: Draw) -> str:
    return "dckr_pat_" + draw.chars(URLSAFE, 26) + draw.choice(DIGITS)


_GITHUB = ("github_token", "gh_token", "gh_api_token")
_NPM = {
    "ini": (
        "//registry.npmjs.org/:_authToken=@value@",
        "@@acme:registry=https://npm.@host@/\n//npm.@host@/:_authToken=@value@",
    ),
    "yaml": ("npmRegistries:\n  //registry.npmjs.org:\n    npmAuthToken: @value@",),
    "shell": (
        'echo "//registry.npmjs.org/:_authToken=@value@" >> ~/.npmrc',
        "npm config set //registry.npmjs.org/:_authToken @value@",
    ),
    "dockerfile": ("ENV NPM_TOKEN=@value@\nRUN npm ci", "ARG NPM_TOKEN=@value@"),
    "dotenv": ("NPM_TOKEN=@value@",),
    "javascript": ("const registry = { npmToken: '@value@', scope: '@@acme' };",),
}

KINDS = (
    Kind("github-personal", checked("ghp_"), _GITHUB, count=10),
    Kind("github-oauth", checked("gho_"), _GITHUB),
    Kind("github-user", checked("ghu_"), _GITHUB),
    Kind("github-server", checked("ghs_"), _GITHUB),
    Kind("github-refresh", checked("ghr_"), ("github_refresh", "refresh_token")),
    Kind("github-fine-grained", _fine_grained, _GITHUB, count=8),
    Kind("npm", checked("npm_"), places=_NPM, count=8),
    Kind("pypi", _pypi, ("pypi_token", "twine_password", "uv_publish_token")),
    Kind("rubygems", lambda draw: "rubygems_" + draw.hex(48), ("gem_host_api_key", "api_key")),
    Kind("docker-hub", _docker, ("docker_password", "dockerhub_token")),
    Kind("hugging-face", _hugging_face, ("hf_token", "hugging_face_hub_token")),
    Kind("openai-project", _openai("sk-proj-", 74), ("openai_api_key", *KEY), count=8),
    Kind("openai-service", _openai("sk-svcacct-", 58), ("openai_api_key", *KEY)),
    Kind("openai-old", _openai("sk-", 20), ("openai_api_key", "openai_key")),
    Kind("anthropic", _anthropic, ("anthropic_api_key", "claude_key"), count=8),
)
