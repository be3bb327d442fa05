"""What tells who somebody is, masked on request: addresses, of people and machines, user names."""

from __future__ import annotations

import re

from local_llm.guard.secret_format import Format

_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_EMAIL = r"\b[A-Za-z0-9._%+\-]+@(?:[A-Za-z0-9\-]+\.)+[A-Za-z]{2,}\b"
_IPV4 = rf"\b(?:{_BYTE}\.){{3}}{_BYTE}\b"
_IPV6 = (
    r"(?:(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}"
    r"|(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6})"
)
_HOMES = r"(?:/home/|/Users/|[A-Za-z]:\\+Users\\+)"


def personal_formats(*, email: bool, ip: bool, user: str) -> tuple[Format, ...]:
    """Return the formats to mask.

    Args:
        email: E-mail addresses.
        ip: IP addresses, but for this machine's own.
        user: The user's name, which is masked in paths, as anybody's is there; "" = none is.

    """
    found = []
    if email:
        found.append(Format("email", _EMAIL))
    if ip:
        found += [Format("ip", _IPV4), Format("ip", _IPV6)]
    if user:
        found.append(Format("user", rf"{_HOMES}([A-Za-z0-9._\-]+)"))
        if re.fullmatch(r"[A-Za-z0-9_.\-]{2,64}", user):
            found.append(Format("user", rf"/({re.escape(user)})/"))
    return tuple(found)
