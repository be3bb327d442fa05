"""Sessions, and keys of several lines that are no PEM of a usual kind. Held out: see `kinds_later`.

Sources: PuTTY's appendix "PPK file format", OpenVPN's --genkey, the Servlet specification
(JSESSIONID), express-session (connect.sid, signed by cookie-signature).
"""

from __future__ import annotations

import base64
import textwrap
import urllib.parse

from guard import der
from guard.draw import ALNUM, URLSAFE, Draw
from guard.kind import Block, Kind
from guard.kinds_keys import framed, wrapped
from guard.places_later_settings import cookie


def _ppk(draw: Draw) -> Block:
    name, size = draw.choice(((b"ssh-ed25519", 36), (b"ssh-rsa", 530)))
    public = textwrap.wrap(der.ssh_public(draw, name), 64)
    private = wrapped(draw.randbytes(size))
    about = ("Encryption: none", f"Comment: {draw.noun()}-key-2024", f"Public-Lines: {len(public)}")
    return Block(
        f"PuTTY-User-Key-File-3: {name.decode()}",
        tuple(private),
        f"Private-MAC: {draw.hex(64)}",
        (*about, *public, f"Private-Lines: {len(private)}"),
    )


def _openvpn(draw: Draw) -> Block:
    return framed("OpenVPN Static key V1", [draw.hex(32) for _ in range(16)])


def _express(draw: Draw) -> str:
    signature = base64.b64encode(draw.randbytes(32)).decode().rstrip("=")
    signed = f"s:{draw.chars(URLSAFE, 31)}{draw.choice(ALNUM)}.{signature}"
    return urllib.parse.quote(signed, safe="")


KINDS = (
    Kind("ppk", _ppk, ("putty_key", "ppk_key", "sftp_key"), count=12),
    Kind("openvpn-static", _openvpn, ("tls_auth", "ta_key", "tls_crypt_key"), count=12),
    Kind(
        "java-session",
        lambda draw: draw.hex(32).upper(),
        places=cookie("JSESSIONID"),
        count=10,
    ),
    Kind("express-session", _express, places=cookie("connect.sid"), count=10),
)
