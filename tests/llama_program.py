"""Where tests get llama.cpp from: the package xllamacpp, or a `llama-server` on PATH, or both."""

from __future__ import annotations

import functools
import importlib.util
import os
import shutil
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
HAS_PACKAGE = importlib.util.find_spec("xllamacpp") is not None


@functools.cache
def real_program() -> str | None:
    """Return the machine's own `llama-server`."""
    return shutil.which("llama-server")


def program(folder: Path) -> str:
    """Return a `llama-server`: the machine's own, else a script in `folder` around the package."""
    own = real_program()
    if own is not None:
        return own
    if not HAS_PACKAGE:
        pytest.skip("no llama.cpp here: neither xllamacpp nor llama-server")
    script = folder / "llama-server"
    if not script.exists():
        script.write_text(
            f'#!/bin/sh\nexec "{sys.executable}" "{HERE / "xllama_server.py"}" "$@"\n'
        )
        script.chmod(0o755)
    return str(script)


def usual_program(folder: Path) -> str:
    """Return what the embedded backend takes by itself: "" for the package where it is there."""
    return "" if HAS_PACKAGE else program(folder)


def engine_arguments(folder: Path) -> list[str]:
    """Return what makes `local_llm.ops.embedded.server` run that llama.cpp."""
    return [] if HAS_PACKAGE else ["--program", program(folder)]


def clean_path() -> str:
    """Return PATH without the folders that hold a `llama-server`."""
    folders = os.environ["PATH"].split(os.pathsep)
    return os.pathsep.join(name for name in folders if not (Path(name) / "llama-server").exists())
