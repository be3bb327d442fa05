"""Keys as they are written in files: the right structure around random numbers.

The numbers make no working key; a program that only looks at the text cannot tell.
"""

from __future__ import annotations

import base64

from guard.draw import Draw

_RSA = bytes.fromhex("300d 0609 2a864886 f70d0101 01 0500")
_EC = bytes.fromhex("3013 0607 2a8648ce 3d0201 0608 2a8648ce 3d030107")
_CURVE = bytes.fromhex("0608 2a8648ce 3d030107")


def tagged(tag: int, content: bytes) -> bytes:
    """Give a DER element."""
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    size = len(content).to_bytes(2, "big").lstrip(b"\0")
    return bytes([tag, 0x80 | len(size)]) + size + content


def integer(draw: Draw, size: int) -> bytes:
    """Give a positive DER integer of `size` bytes, its highest bit set."""
    return tagged(2, b"\0" + bytes([draw.randint(0x80, 0xFF)]) + draw.randbytes(size - 1))


def rsa_private(draw: Draw, bits: int = 2048) -> bytes:
    """Give an RSAPrivateKey (PKCS #1)."""
    half = bits // 16
    numbers = integer(draw, 2 * half) + bytes.fromhex("0203010001") + integer(draw, 2 * half)
    numbers += b"".join(integer(draw, half) for _ in range(5))
    return tagged(0x30, tagged(2, b"\0") + numbers)


def ec_private(draw: Draw) -> bytes:
    """Give an ECPrivateKey (RFC 5915) on P-256, with its public point."""
    point = tagged(3, b"\0\x04" + draw.randbytes(64))
    inner = tagged(2, b"\1") + tagged(4, draw.randbytes(32)) + tagged(0xA0, _CURVE)
    return tagged(0x30, inner + tagged(0xA1, point))


def pkcs8(draw: Draw) -> bytes:
    """Give a PrivateKeyInfo (RFC 5208) with an RSA key or one on a curve."""
    which, key = draw.choice(((_RSA, rsa_private(draw)), (_EC, ec_private(draw))))
    return tagged(0x30, tagged(2, b"\0") + which + tagged(4, key))


def encrypted_pkcs8(draw: Draw) -> bytes:
    """Give an EncryptedPrivateKeyInfo: PBES2 with its salt, and encrypted bytes."""
    salt = tagged(4, draw.randbytes(16))
    derive = tagged(0x30, bytes.fromhex("06092a864886f70d01050c") + tagged(0x30, salt))
    cipher = tagged(0x30, bytes.fromhex("060960864801650304012a") + tagged(4, draw.randbytes(16)))
    scheme = bytes.fromhex("06092a864886f70d01050d") + tagged(0x30, derive + cipher)
    return tagged(0x30, tagged(0x30, scheme) + tagged(4, draw.randbytes(1232)))


def rsa_public(draw: Draw) -> bytes:
    """Give a SubjectPublicKeyInfo with an RSA key."""
    key = tagged(0x30, integer(draw, 256) + bytes.fromhex("0203010001"))
    return tagged(0x30, _RSA + tagged(3, b"\0" + key))


def certificate(draw: Draw) -> bytes:
    """Give a Certificate with a random signature."""
    name = tagged(
        0x30, tagged(0x31, tagged(0x30, bytes.fromhex("0603550403") + tagged(12, b"acme")))
    )
    dates = tagged(0x30, tagged(23, b"250101000000Z") + tagged(23, b"350101000000Z"))
    signed = tagged(2, draw.randbytes(16)) + _RSA + name + dates + name + rsa_public(draw)
    signature = tagged(3, b"\0" + draw.randbytes(256))
    return tagged(0x30, tagged(0x30, bytes.fromhex("a003020102") + signed) + _RSA + signature)


def openssh_private(draw: Draw) -> bytes:
    """Give an unencrypted Ed25519 key in OpenSSH's own format (PROTOCOL.key)."""
    public = _strings(b"ssh-ed25519", draw.randbytes(32))
    check = draw.randbytes(4)
    inner = check + check + public + _strings(draw.randbytes(64), b"deploy@acme")
    inner += bytes(range(1, 1 + -len(inner) % 8))
    head = b"openssh-key-v1\0" + _strings(b"none", b"none", b"") + b"\0\0\0\1"
    return head + _strings(public, inner)


def ssh_public(draw: Draw, name: bytes = b"ssh-ed25519") -> str:
    """Give the middle field of a public key for SSH."""
    numbers = (draw.randbytes(32),) if name == b"ssh-ed25519" else (b"\1\0\1", draw.randbytes(256))
    return base64.b64encode(_strings(name, *numbers)).decode()


def _strings(*contents: bytes) -> bytes:
    return b"".join(len(content).to_bytes(4, "big") + content for content in contents)
