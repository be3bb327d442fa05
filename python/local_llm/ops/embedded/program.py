"""An installed `llama-server`: how it is asked what it knows, and how it is called.

The key reaches it in a file, whose name may be on a command line.
Source: tools/server/README.md of llama.cpp; tried with its build 11669 (Debian's llama.cpp 0.7.0).
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import msgspec

_HELP_S = 60.0  # a build for GPUs looks for them first
_NEEDED = ("--model", "--host", "--api-key-file", "--parallel", "--ctx-size")
# What older builds lack, and can do without.
_WANTED = (("--no-webui",), ("--offline",), ("--cors-origins", ""), ("--no-slots",))


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be served.

    listen: path of the unix socket, or a loopback address. port: of the latter.
    context_tokens: for one request. more: further options for the server.
    """

    program: str
    model: str
    key_file: str
    listen: str
    port: int = 0
    context_tokens: int
    slots: int
    threads: int | None = None
    more: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """Where it will listen, as the rest of this project spells it."""
        return f"unix:{self.listen}" if self.port == 0 else f"http://{self.listen}:{self.port}"


def known_options(program: str) -> str:
    """Return what the program says of its options. Raises: OSError where it is not what we need."""
    try:
        asked = subprocess.run(  # noqa: S603 - what the user's option or PATH names, without a shell
            [program, "--help"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=server_env(os.environ),
            timeout=_HELP_S,
            check=False,
        )
    except subprocess.TimeoutExpired as exc:
        raise OSError(f"{program} --help does not end") from exc
    text = (asked.stdout + asked.stderr).decode(errors="replace")
    lacks = [name for name in _NEEDED if name not in text]
    reason = f"lacks {lacks[0]}" if lacks else ""
    if asked.returncode:
        reason = f"ended with status {asked.returncode}"
    if reason:
        raise OSError(f"{program} is no llama-server that we can run: --help {reason}")
    return text


def command(job: Job, known: str) -> list[str]:
    """Return the command line; `known` is the program's help."""
    words = [job.program, "--model", job.model, "--alias", Path(job.model).stem]
    words += ["--host", job.listen, *(["--port", str(job.port)] if job.port else [])]
    words += ["--api-key-file", job.key_file, "--parallel", str(job.slots)]
    # llama.cpp divides it evenly among the slots
    words += ["--ctx-size", str(job.context_tokens * job.slots)]
    words += ["--threads", str(job.threads)] if job.threads else []
    for wanted in _WANTED:
        words += wanted if wanted[0] in known else ()
    return [*words, *_quiet(known), *job.more]


def _quiet(known: str) -> list[str]:
    """Return what limits the log to errors: the next level quotes the end of a bad request."""
    if "1: error" in known:
        return ["--log-verbosity", "1"]
    return ["--log-disable"]  # older builds count otherwise


def server_env(env: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without settings for a server of the user's own.

    They could move ours to the network, give it tools or another key.
    """
    return {name: value for name, value in env.items() if not name.startswith("LLAMA_")}
