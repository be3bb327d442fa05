"""Files that hold little else than look-alikes: lock files, sums, style sheets, known hosts."""

from __future__ import annotations

import base64

from guard import der
from guard.draw import Draw
from guard.lookalike import Dense


def _known_host(draw: Draw) -> str:
    return der.ssh_public(draw)


def _urlsafe_number(draw: Draw) -> str:
    return base64.urlsafe_b64encode(draw.randbytes(256)).decode().rstrip("=")


def _sha256(draw: Draw) -> str:
    return draw.hex(64)


def _mixed_sum(draw: Draw) -> str:
    return draw.choice(("h1:" + draw.base64(32), "zh:" + draw.hex(64)))


# How many files there are of each.
EACH = 4

FILES = (
    Dense(
        "npm-lock",
        "package-lock.json",
        "json",
        '    "node_modules/@noun@-@alnum4@": {\n      "version": "1.@num@.0",\n'
        '      "integrity": "sha512-@value@"\n    }',
        lambda draw: draw.base64(64),
        head='{\n  "name": "@noun@",\n  "lockfileVersion": 3,\n  "packages": {\n',
        foot="\n  }\n}\n",
        between=",\n",
    ),
    Dense(
        "yarn-lock",
        "yarn.lock",
        "yaml",
        '"@noun@-@alnum4@@@^1.@num@.0":\n  version "1.@num@.0"\n  integrity sha512-@value@\n',
        lambda draw: draw.base64(64),
        head="# yarn lockfile v1\n\n\n",
        size=20,
    ),
    Dense(
        "cargo-lock",
        "Cargo.lock",
        "toml",
        '[[package]]\nname = "@noun@-@alnum4@"\nversion = "0.@num@.1"\nchecksum = "@value@"\n',
        _sha256,
        head="version = 4\n\n",
        size=20,
    ),
    Dense(
        "poetry-lock",
        "poetry.lock",
        "toml",
        '    {file = "@noun@-1.@num@.0-py3-none-any.whl", hash = "sha256:@value@"},',
        _sha256,
        head='[[package]]\nname = "@noun@"\nversion = "1.4.0"\nfiles = [\n',
        foot="\n]\n",
        size=40,
    ),
    Dense(
        "pip-hashes",
        "requirements.txt",
        "ini",
        "@noun@-@alnum4@==1.@num@.0 \\\n    --hash=sha256:@value@",
        _sha256,
        size=36,
    ),
    Dense(
        "go-sum",
        "go.sum",
        "go",
        "github.com/acme/@noun@-@alnum4@ v1.@num@.0/go.mod h1:@value@",
        lambda draw: draw.base64(32),
        size=60,
    ),
    Dense(
        "terraform-lock",
        ".terraform.lock.hcl",
        "terraform",
        '    "@value@",',
        _mixed_sum,
        head='provider "registry.terraform.io/acme/aws" {\n  version = "5.1.0"\n  hashes = [\n',
        foot="\n  ]\n}\n",
    ),
    Dense("sum-file", "SHA256SUMS", "shell", "@value@  @noun@-@num@.tar.gz", _sha256, size=40),
    Dense(
        "gem-lock",
        "Gemfile.lock",
        "ruby",
        "  @noun@-@alnum4@ (1.@num@.0) sha256=@value@",
        _sha256,
        head="GEM\n  remote: https://rubygems.org/\n\nCHECKSUMS\n",
        size=40,
    ),
    Dense(
        "known-hosts",
        "known_hosts",
        "ssh",
        "@host@,10.0.@num@.7 ssh-ed25519 @value@",
        _known_host,
        size=30,
    ),
    Dense(
        "style-sheet",
        "theme.css",
        "css",
        ".@noun@-token--@alnum4@ { color: @value@; border: 1px solid #ddd; }",
        lambda draw: "#" + draw.hex(6),
        size=70,
    ),
    Dense(
        "identifier-list",
        "fixtures.json",
        "json",
        '  { "id": "@value@", "name": "@noun@", "key": "@other@" }',
        Draw.uuid,
        head="[\n",
        foot="\n]\n",
        between=",\n",
        size=60,
    ),
    Dense(
        "key-set",
        "jwks.json",
        "json",
        '    { "kty": "RSA", "use": "sig", "kid": "k@num@", "e": "AQAB",\n      "n": "@value@" }',
        _urlsafe_number,
        head='{\n  "keys": [\n',
        foot="\n  ]\n}\n",
        between=",\n",
        size=14,
    ),
    Dense(
        "git-log",
        "history.txt",
        "text",
        "commit @value@\nAuthor: @noun@ <@noun@@@acme.example>\n\n    @verb@ the @other@\n",
        lambda draw: draw.hex(40),
        size=20,
    ),
    Dense(
        "large-file-pointer",
        "assets.txt",
        "text",
        "@noun@.bin\nversion https://git-lfs.github.com/spec/v1\noid sha256:@value@\nsize @num@",
        _sha256,
        size=25,
    ),
)
