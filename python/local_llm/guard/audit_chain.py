"""How records hang together: each carries the MAC of the one before it, and one of its own.

    mac = HMAC-SHA256(key, prev + canonical JSON of the record without `mac`)

in lower-case hexadecimal, where `prev` is the 64 characters of the record before (and a field of
this one). Record 1 follows a genesis value made of a constant, the key's instance and the name of
the sink, so that records of one log are none of another. A chain without a key would show accidents
only; with one it shows whatever was done by somebody who cannot read the key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Any, TypeGuard

import msgspec

from local_llm.guard.audit_record import Record, canonical, fields_of

VERSION = 1
RETENTION = "audit.retention"  # the event that says how much of the log's beginning was removed
_GENESIS = b"local-llm audit 1"
_HEAD = re.compile(r"0*([0-9]{1,18}):([0-9a-f]{64})")
_MAC = re.compile(r"[0-9a-f]{64}")


class Head(msgspec.Struct, frozen=True):
    """The end of a chain: the last record's number and MAC; number 0 = there is none yet."""

    seq: int
    mac: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.mac}"


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """What a line says of its place in the chain.

    genuine: Its MAC fits: whoever wrote it had the key, and not a byte has changed since.
    left: Where it says that the log's beginning was removed, the first record that is left.
    """

    seq: int
    prev: str
    mac: str
    genuine: bool
    left: int = 0


def genesis(key: bytes, sink: str) -> Head:
    """Return what the first record follows; `sink` is "file", "syslog" or "stdout"."""
    parts = (_GENESIS, instance(key).encode(), sink.encode())
    return Head(0, hashlib.sha256(b"\0".join(parts)).hexdigest())


def instance(key: bytes) -> str:
    """Return a name of this installation that tells nothing of its key."""
    return _hmac(key, b"instance")[:16]


def fingerprint(key: bytes, token: str) -> str:
    """Return eight hexadecimal digits that stand for a token; without the key they tell nothing."""
    return _hmac(key, b"token\0" + token.encode("utf-8", "surrogatepass"))[:8]


def head_of(text: str) -> Head | None:
    """Read what `str(head)` wrote; None where it is something else."""
    match = _HEAD.fullmatch(text.strip())
    return Head(int(match[1]), match[2]) if match else None


def linked(record: Record, head: Head, key: bytes) -> tuple[bytes, Head]:
    """Put a record at the end of a chain.

    Returns: Its line, newline included, and the new end.
    """
    place = {"v": VERSION, "seq": head.seq + 1, "prev": head.mac}
    fields = fields_of(record) | place
    mac = _mac(key, head.mac, canonical(fields))
    return canonical(fields | {"mac": mac}) + b"\n", Head(head.seq + 1, mac)


def read(line: bytes, key: bytes) -> Link | None:
    """Return what a line, without its newline, says of its place; None where it is no record."""
    fields = parsed(line)
    if fields is None:
        return None
    seq, prev, mac = (fields.get(name) for name in ("seq", "prev", "mac"))
    if type(seq) is not int or not _is_mac(prev) or not _is_mac(mac):
        return None
    genuine = _is_genuine(line, fields, key)
    return Link(seq=seq, prev=prev, mac=mac, genuine=genuine, left=_left(fields))


def parsed(line: bytes) -> dict[str, Any] | None:
    """Return the fields of a line; None where it is no JSON object."""
    try:
        fields = msgspec.json.decode(line)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else None


def _is_genuine(line: bytes, fields: dict[str, Any], key: bytes) -> bool:
    """Tell whether the MAC fits and the line is spelt as we spell it.

    Other spellings of the same fields (blanks, a field given twice) may read otherwise elsewhere.
    """
    unsigned = {name: value for name, value in fields.items() if name != "mac"}
    try:
        spelt, signed = canonical(fields), canonical(unsigned)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return False
    same = spelt == line
    return hmac.compare_digest(_mac(key, fields["prev"], signed), fields["mac"]) and same


def _left(fields: dict[str, Any]) -> int:
    target = fields.get("target")
    left = target.get("seq") if isinstance(target, dict) else None
    return left if fields.get("event") == RETENTION and type(left) is int else 0


def _is_mac(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and _MAC.fullmatch(value) is not None


def _mac(key: bytes, prev: str, signed: bytes) -> str:
    return _hmac(key, prev.encode() + signed)


def _hmac(key: bytes, message: bytes) -> str:
    return hmac.new(key, message, hashlib.sha256).hexdigest()
