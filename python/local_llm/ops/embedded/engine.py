"""Which llama.cpp the embedded backend runs: the Python package, or an installed program."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import msgspec

from local_llm.errors import InstallError
from local_llm.installation import how_to_run_llama

PACKAGE, PROGRAM = "xllamacpp", "llama-server"
OPTION = "embedded.server"


class Engine(msgspec.Struct, frozen=True, kw_only=True):
    """A llama.cpp: `program` is its path, "" for the package; `origin` where it came from."""

    program: str = ""
    origin: str

    def words(self) -> str:
        """Return what it is, as one line for people."""
        if self.program:
            return f"{self.program} ({self.origin})"
        return f"{PACKAGE} {importlib.metadata.version(PACKAGE)} ({self.origin})"


def engine(option: str | None, env: Mapping[str, str]) -> Engine:
    """Return the one to run: that of the option, else the package, else the program on PATH.

    Args:
        option: `embedded.server`: a path, or a name to be found on PATH. It decides, even if it
            does not run: falling through would hide the user's mistake.
        env: The environment, for PATH.
    Raises: InstallError.

    """
    if option is not None:
        found = _find(option, env)
        if found is None:
            raise InstallError(
                f"{OPTION} names a program that cannot be run",
                where=option,
                hint=f"set {OPTION} to llama.cpp's `{PROGRAM}`, or leave it out",
            )
        return Engine(program=found, origin=f"option `{OPTION}`")
    if importlib.util.find_spec(PACKAGE) is not None:  # looks; llama.cpp stays out of this process
        return Engine(origin="Python package")
    found = _find(PROGRAM, env)
    if found is None:
        raise InstallError("the embedded backend is not installed", hint=how_to_run_llama())
    return Engine(program=found, origin="from PATH")


def _find(name: str, env: Mapping[str, str]) -> str | None:
    """Return the absolute path of a program; None where there is no such program.

    Folders on PATH that depend on where we stand are left out: that may be a stranger's repository.
    """
    if os.sep in name:
        path = Path(name).expanduser()
        return shutil.which(str(path)) if path.is_absolute() else None
    folders = env.get("PATH", "").split(os.pathsep)
    absolute = [folder for folder in folders if Path(folder).is_absolute()]
    return shutil.which(name, path=os.pathsep.join(absolute)) if absolute else None
