"""Values that are public though they look like keys: public keys, sums, encoded pictures."""

from __future__ import annotations

import base64

from guard import der
from guard.checksums import bech32, crc24_line
from guard.draw import BASE36, Draw
from guard.kind import Block
from guard.kinds_keys import framed, wrapped
from guard.lookalike import Look

_HEADS = {"png": b"\x89PNG\r\n\x1a\n", "gif": b"GIF89a", "jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF"}
# What Nix leaves out, so that no words come up.
_NIX = "".join(sorted(set(BASE36) - set("eotu")))


def _image(draw: Draw) -> str:
    kind = draw.choice(sorted(_HEADS))
    return f"data:image/{kind};base64,{_content(_HEADS[kind], draw, (90, 500))}"


def _font(draw: Draw) -> str:
    return f"data:font/woff2;base64,{_content(b'wOF2', draw, (200, 700))}"


def _content(head: bytes, draw: Draw, sizes: tuple[int, int]) -> str:
    return base64.b64encode(head + draw.randbytes(draw.randint(*sizes))).decode()


def _sri(draw: Draw) -> str:
    return draw.choice((f"sha384-{draw.base64(48)}", f"sha512-{draw.base64(64)}"))


def _digest(draw: Draw) -> str:
    return f"{draw.host()}/acme/{draw.noun()}@sha256:{draw.hex(64)}"


def _nix(draw: Draw) -> str:
    return draw.choice(("sha256-" + draw.base64(32), draw.chars(_NIX, 52)))


def _public_pem(draw: Draw) -> Block:
    return framed("PUBLIC KEY", wrapped(der.rsa_public(draw)))


def _certificate(draw: Draw) -> Block:
    return framed("CERTIFICATE", wrapped(der.certificate(draw)))


def _pgp_public(draw: Draw) -> Block:
    packets = b"\x99" + draw.randbytes(draw.randint(400, 900))
    name = draw.choice(("PGP PUBLIC KEY BLOCK", "PGP SIGNATURE"))
    return framed(name, [*wrapped(packets), crc24_line(packets)], ("",))


def _ssh_public(draw: Draw) -> str:
    name = draw.choice((b"ssh-ed25519", b"ssh-ed25519", b"ssh-rsa"))
    return f"{name.decode()} {der.ssh_public(draw, name)} {draw.noun()}@acme.example"


def _fingerprint(draw: Draw) -> str:
    pairs = ":".join(f"{byte:02x}" for byte in draw.randbytes(draw.choice((16, 20, 32))))
    return draw.choice((f"SHA256:{draw.base64(32).rstrip('=')}", pairs.upper(), pairs))


PUBLIC = (
    Look("subresource-integrity", _sri, ("integrity", "script_integrity")),
    Look("image-digest", _digest, ("image", "base_image", "runner_image"), count=60),
    Look("nix-hash", _nix, ("hash", "vendor_hash", "npm_deps_hash")),
    Look("data-uri-image", _image, ("logo", "icon", "placeholder_image", "avatar"), count=60),
    Look("data-uri-font", _font, ("font_src", "webfont"), count=25),
    Look("public-key-pem", _public_pem, ("public_key", "jwt_public_key", "verify_key"), count=40),
    Look("certificate", _certificate, ("ca_cert", "tls_certificate", "client_ca"), count=30),
    Look("pgp-public", _pgp_public, ("gpg_public_key", "release_signature"), count=25),
    Look("ssh-public-key", _ssh_public, ("ssh_public_key", "authorized_key", "deploy_public_key")),
    Look(
        "age-public-key",
        lambda draw: bech32("age", draw.randbytes(32)),
        ("recipient", "age_recipient"),
    ),
    Look("wireguard-public-key", lambda draw: draw.base64(32), ("peer_public_key",), count=30),
    Look(
        "key-fingerprint", _fingerprint, ("fingerprint", "host_key_fingerprint", "cert_thumbprint")
    ),
    Look("gpg-key-id", lambda draw: draw.hex(40).upper(), ("gpg_key_id", "signing_key_id")),
)
