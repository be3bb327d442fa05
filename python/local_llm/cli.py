"""The program `local-llm`: what is done outside the editor.

A group of sub-commands is a module with `register`, which adds its parsers and sets `run` to a
function of the parsed arguments. It raises LocalLlmError for what a user can put right.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from local_llm import __version__, trust
from local_llm.errors import LocalLlmError
from local_llm.ops import audit_cli, model_cli

INTERRUPTED = 130  # as a shell reports a program that Ctrl-C ended
_PACKAGES = ("xllamacpp", "gguf", "huggingface_hub")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; returns its exit status: 0, 1 for a failure, 130 after Ctrl-C."""
    try:
        options = parser().parse_args(argv)
        options.run(options)
        sys.stdout.flush()
    except LocalLlmError as exc:
        return _fail(exc.sentence(), exc.hint)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `local-llm model list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as exc:
        return _fail(f"{exc.strerror or exc} ({exc.filename})" if exc.filename else str(exc), "")
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole program; the documentation is made from it too."""
    program = argparse.ArgumentParser(prog="local-llm", description="Local models for Neovim.")
    groups = program.add_subparsers(metavar="COMMAND", required=True)
    for register in GROUPS:
        register(groups)
    return program


def _register_version(groups: Any) -> None:
    version = groups.add_parser("version", help="versions of this program and its parts")
    version.set_defaults(run=_version)


def _version(_options: argparse.Namespace) -> None:
    sys.stdout.write(f"local-llm {__version__}\n")
    for package in _PACKAGES:
        try:
            found = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found = "not installed"
        sys.stdout.write(f"{package} {found}\n")


def _fail(sentence: str, hint: str) -> int:
    sys.stderr.write(f"local-llm: {sentence}\n" + (f" {hint}\n" if hint else ""))
    return 1


GROUPS: tuple[Callable[[Any], None], ...] = (
    model_cli.register,
    trust.register,
    audit_cli.register,
    _register_version,
)

if __name__ == "__main__":
    sys.exit(main())
