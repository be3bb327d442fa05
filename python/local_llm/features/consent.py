"""Which hosts a search may be opened at without asking: one small file for all editors.

It is read anew at every question, so that what one editor forgets is forgotten in all.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from local_llm import kept
from local_llm.errors import SettingsError

_LIMIT_BYTES = 64 * 1024


class Consent:
    """The record.

    Args:
        path: Its file, below the XDG state folder; folder (0700) and file (0600) are made when
            something is first allowed.

    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def hosts(self) -> tuple[str, ...]:
        """Return the hosts that were allowed; none where the record cannot be read."""
        try:
            with self._path.open("rb") as file:
                if os.fstat(file.fileno()).st_uid != os.geteuid():
                    return ()
                content = file.read(_LIMIT_BYTES + 1)
            return tuple(sorted(msgspec.json.decode(content, type=set[str])))
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return ()

    def allow(self, host: str) -> None:
        """Record a host. Raises SettingsError where that cannot be kept."""
        known = self.hosts()
        if host in known:
            return
        try:
            self._write(sorted({*known, host}))
        except OSError as error:
            raise SettingsError(
                f"your permission is not kept: {error.strerror}",
                where=str(self._path),
                hint="make the folder writable; until then every search asks",
            ) from error

    def forget(self) -> None:
        """Take every permission back. Raises SettingsError where the file stays."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise SettingsError(
                f"the permission cannot be taken back: {error.strerror}",
                where=str(self._path),
                hint="remove the file",
            ) from error

    def _write(self, hosts: list[str]) -> None:
        """Replace the record at once."""
        kept.replace(self._path, msgspec.json.encode(hosts))
