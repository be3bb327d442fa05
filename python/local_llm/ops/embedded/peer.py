"""Who is at the other end of a unix socket, where the system tells."""

from __future__ import annotations

import os
import socket
import struct
import sys
from typing import Protocol

_DARWIN_SOL_LOCAL, _DARWIN_LOCAL_PEERCRED = 0, 1  # <sys/un.h>


class _Socket(Protocol):
    def getsockopt(self, level: int, option: int, size: int, /) -> bytes: ...


def is_ours(connection: _Socket) -> bool:
    """Tell whether the peer runs as this user; True where the system does not say.

    The socket lies in a folder that nobody else can enter; this is the second lock on the door.
    """
    uid = _peer_uid(connection)
    return uid is None or uid == os.geteuid()


def _peer_uid(connection: _Socket) -> int | None:
    if hasattr(socket, "SO_PEERCRED"):  # struct ucred: pid, uid, gid; see unix(7)
        data = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        return int(struct.unpack("iII", data)[1])
    if sys.platform == "darwin":  # struct xucred: version, uid, group count, groups
        data = connection.getsockopt(_DARWIN_SOL_LOCAL, _DARWIN_LOCAL_PEERCRED, 76)
        return int(struct.unpack_from("II", data)[1])
    return None
