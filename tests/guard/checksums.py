"""The checksums that vendors document for their tokens."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence

from guard.draw import ALNUM, BASE36, Draw

_BECH32 = "qpzry9x8" + "gf2tvdw0" + "s3jn54kh" + "ce6mua7l"
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def in_base(number: int, alphabet: str, width: int) -> str:
    """Write `number` in the base of `alphabet`, filled up to `width` with its zero."""
    digits = ""
    while number:
        number, rest = divmod(number, len(alphabet))
        digits = alphabet[rest] + digits
    return digits.rjust(width, alphabet[0])


def crc_base62(body: str) -> str:
    """Give the six characters that GitHub and npm append to the 30 random ones.

    Source: https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/
    """
    return in_base(zlib.crc32(body.encode()), ALNUM, 6)


def routable(draw: Draw, prefix: str) -> str:
    """Give a routable GitLab token: payload, version, the payload's length and a CRC-32.

    Source: https://docs.gitlab.com/security/tokens/ and routable_token.rb in GitLab
    """
    cell, organization, user = (in_base(draw.randint(1, 40_000_000), BASE36, 1) for _ in range(3))
    routes = f"c:{cell}\no:{organization}\nu:{user}".encode()
    payload = base64.urlsafe_b64encode(routes + draw.randbytes(16) + b"\x10").decode().rstrip("=")
    checked = f"{prefix}{payload}.01.{in_base(len(payload), BASE36, 2)}"
    return checked + in_base(zlib.crc32(checked.encode()), BASE36, 7)


def crc_hex(body: str) -> str:
    """Give a CRC-32 as hexadecimal digits, the low byte first, as Grafana appends it.

    Source: CalculateChecksum in Grafana's generator of service account tokens
    """
    return zlib.crc32(body.encode()).to_bytes(4, "little").hex()


def crc24_line(packets: bytes) -> str:
    """Give the line that ends OpenPGP armor. Source: RFC 4880, 6.1."""
    crc = 0xB704CE
    for byte in packets:
        crc ^= byte << 16
        for _ in range(8):
            crc = (crc << 1) ^ (0x1864CFB if crc & 0x800000 else 0)
    return "=" + base64.b64encode((crc & 0xFFFFFF).to_bytes(3, "big")).decode()


def bech32(human: str, data: bytes) -> str:
    """Encode as BIP 173 says; age writes its keys so."""
    bits = int.from_bytes(data, "big") << (-len(data) * 8 % 5)
    count = -(-len(data) * 8 // 5)
    words = [bits >> 5 * (count - 1 - place) & 31 for place in range(count)]
    spread = [ord(char) >> 5 for char in human] + [0] + [ord(char) & 31 for char in human]
    check = _polymod([*spread, *words, *[0] * 6]) ^ 1
    words += [check >> 5 * (5 - place) & 31 for place in range(6)]
    return f"{human}1" + "".join(_BECH32[word] for word in words)


def _polymod(values: Sequence[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATORS):
            check ^= generator if top >> place & 1 else 0
    return check
