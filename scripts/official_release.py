"""Unpack an official release of Neovim: `official_release.py VERSION FOLDER`.

A program of its own: what it imports would cost the usual run, where nothing is to be fetched,
half of its time. Exits 1 with the reason on stderr.
"""

from __future__ import annotations

import platform
import sys
import tarfile
import urllib.request
from pathlib import Path

RELEASES = "https://github.com/neovim/neovim/releases/download"
# A machine without the internet is to be told so soon; a slow one may take long between two reads.
PATIENCE_S = 5.0


def url(version: str) -> str:
    """Return the archive's address for this machine. Raises: OSError, when there is none."""
    machine = {"amd64": "x86_64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    system = {"Linux": "linux", "Darwin": "macos"}.get(platform.system())
    if system is None:
        raise OSError(f"there is none for {platform.system()}")
    return f"{RELEASES}/v{version}/nvim-{system}-{machine}.tar.gz"


def fetch(address: str, folder: Path) -> None:
    """Unpack the archive at `address`, without its outer folder, into the new `folder`.

    Raises: OSError, tarfile.TarError.
    """
    # The address is made from the constant above, so no other scheme can come in.
    with (
        urllib.request.urlopen(address, timeout=PATIENCE_S) as answer,  # noqa: S310
        tarfile.open(fileobj=answer, mode="r|gz") as archive,
    ):
        archive.extractall(folder, filter="data")
    (outer,) = folder.iterdir()
    for part in outer.iterdir():
        part.rename(folder / part.name)
    outer.rmdir()


def main() -> int:
    version, folder = sys.argv[1:]
    try:
        fetch(url(version), Path(folder))
    except (OSError, tarfile.TarError) as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
