"""Keys of several lines, JSON Web Tokens and age keys.

Sources: RFC 7468 (PEM), RFC 1421 (encrypted headers), OpenSSH's PROTOCOL.key, RFC 4880 (armor),
RFC 7519 (JWT), https://age-encryption.org/v1.
"""

from __future__ import annotations

import base64
import json
import textwrap
from collections.abc import Callable

from guard import der
from guard.checksums import bech32, crc24_line
from guard.draw import Draw
from guard.kind import Block, Kind

# Put together here, so that no line of this file begins a key.
_DASHES = "-" * 5
_PRIVATE = "PRIVATE" + " KEY"

_SERVICE_ACCOUNT = (
    '"type": "service_account",\n"project_id": "acme-@noun@",\n"private_key": "@key_escaped@",\n'
    '"client_email": "@noun@@@acme-@noun@.iam.gserviceaccount.com"'
)
_GCP = {
    "json": (_SERVICE_ACCOUNT,),
    "python": (
        (
            'CREDENTIALS = {\n    "type": "service_account",\n    "private_key": "@key_escaped@",\n'
            '    "client_email": "@noun@@@acme.iam.gserviceaccount.com",\n}'
        ),
    ),
    "yaml": (
        (
            "gcp.json: |\n  {\n"
            '    "type": "service_account",\n    "private_key": "@key_escaped@",\n'
            '    "token_uri": "https://oauth2.googleapis.com/token"\n  }'
        ),
    ),
    "javascript": (
        "const credentials = {\n  type: 'service_account',\n  private_key: '@key_escaped@',\n};",
    ),
    "terraform": ('  credentials = "{\\"private_key\\": \\"@key_escaped@\\"}"',),
    "dotenv": ('GOOGLE_PRIVATE_KEY="@key_escaped@"',),
}


def framed(name: str, lines: list[str], after: tuple[str, ...] = ()) -> Block:
    """Put `lines` between the first and the last line that PEM and armor have."""
    first, last = (f"{_DASHES}{word} {name}{_DASHES}" for word in ("BEGIN", "END"))
    return Block(first, tuple(lines), last, after)


def wrapped(content: bytes, width: int = 64) -> list[str]:
    """Give base64 in lines."""
    return textwrap.wrap(base64.b64encode(content).decode(), width)


def _pem(name: str, make: Callable[[Draw], bytes], width: int = 64) -> Callable[[Draw], Block]:
    label = f"{name} {_PRIVATE}".strip()
    return lambda draw: framed(label, wrapped(make(draw), width))


def _encrypted(draw: Draw) -> Block:
    if draw.random() < 0.5:
        return framed(f"ENCRYPTED {_PRIVATE}", wrapped(der.encrypted_pkcs8(draw)))
    headers = ("Proc-Type: 4,ENCRYPTED", f"DEK-Info: AES-128-CBC,{draw.hex(32).upper()}", "")
    return framed(f"RSA {_PRIVATE}", wrapped(draw.randbytes(1200)), headers)


def _pgp(draw: Draw) -> Block:
    packets = b"\x95" + draw.randbytes(draw.randint(900, 1500))
    lines = [*wrapped(packets), crc24_line(packets)]
    return framed("PGP " + _PRIVATE + " BLOCK", lines, ("",))


def _jwt(draw: Draw) -> str:
    head = {"alg": draw.choice(("HS256", "RS256")), "typ": "JWT"}
    now = draw.randint(16 * 10**8, 18 * 10**8)
    told = {"sub": draw.uuid(), "name": draw.noun(), "iat": now, "exp": now + 3600}
    parts = (json.dumps(part, separators=(",", ":")).encode() for part in (head, told))
    signature = draw.randbytes(32 if head["alg"] == "HS256" else 256)
    return ".".join(map(_base64url, (*parts, signature)))


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _age(draw: Draw) -> str:
    return bech32("age-secret-key-", draw.randbytes(32)).upper()


_NAMES = ("private_key", "signing_key", "deploy_key", "tls_key")

KINDS = (
    Kind("pem-rsa", _pem("RSA", der.rsa_private), _NAMES, count=24),
    Kind("pem-ec", _pem("EC", der.ec_private), _NAMES, count=18),
    Kind("pem-openssh", _pem("OPENSSH", der.openssh_private, 70), ("ssh_key", *_NAMES), count=18),
    Kind("pem-pkcs8", _pem("", der.pkcs8), _NAMES, count=24),
    Kind("pem-encrypted", _encrypted, _NAMES, count=14),
    Kind("pgp-private-key", _pgp, ("gpg_key", "signing_key"), count=12),
    Kind("gcp-service-account", _pem("", der.pkcs8), places=_GCP, count=8),
    Kind("jwt", _jwt, ("id_token", "session_token", "service_token"), count=10),
    Kind("age", _age, ("age_key", "sops_age_key")),
)
