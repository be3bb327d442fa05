"""Run llama.cpp's server for one model: `python -m local_llm.ops.embedded.server --model FILE ...`.

With `--program` it becomes an installed `llama-server` (watched.py); else it runs the one inside
the package xllamacpp, which only this module imports. It speaks the llama.cpp dialect on a unix
socket, or on a random loopback port where there can be none, and always wants an API key, which it
reads from a file: a command line is public. It prints one JSON line when it is ready
({"url": "unix:/..."}) or cannot be ({"error": "..."}), and ends at once when its standard input
does: whoever holds the other end of that pipe cannot die without taking the server along.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

from local_llm.ops.embedded.program import Job
from local_llm.ops.embedded.watched import become, free_port

LONGEST_SOCKET_PATH = 103  # bytes; sun_path holds 104 on macOS and 108 on Linux, with its NUL
DEFAULT_CONTEXT_TOKENS = 8192

# Errors only. At the next level llama.cpp quotes the end of a malformed request.
_LOG_LEVEL = 1


def main() -> None:
    """Load the model, say so, and serve until standard input ends."""
    options = _parser().parse_args()
    os.umask(0o077)
    if options.log:
        _send_errors_to(options.log)
    try:
        _check_key(options.key_file)
        if options.program:
            become(_job(options), _say)
        server = _start(options)
    except (ImportError, OSError, RuntimeError) as exc:
        _say(error=_reason(exc))
        os._exit(1)
    _say(url=_client_url(server.listening_address))
    while os.read(0, 4096):
        pass  # nothing is ever sent; the end of file is the message
    _leave(options.socket)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="local_llm.ops.embedded.server", description=__doc__)
    parser.add_argument("--model", required=True, help="GGUF file")
    parser.add_argument("--program", default="", help="`llama-server` to run (else xllamacpp)")
    parser.add_argument("--key-file", required=True, type=Path, help="file with the API key")
    parser.add_argument("--socket", default="", help="unix socket to make (else a loopback port)")
    parser.add_argument(
        "--context", type=int, default=DEFAULT_CONTEXT_TOKENS, help="tokens a request may use"
    )
    parser.add_argument("--slots", type=int, default=2, help="requests served at the same time")
    parser.add_argument(
        "--threads", type=int, help="that compute (else what llama.cpp thinks best)"
    )
    parser.add_argument("--log", default="", help="file for llama.cpp's errors (else stderr)")
    parser.add_argument("--metrics", action="store_true", help="offer /metrics")
    parser.add_argument("--show-slots", action="store_true", help="offer /slots")
    return parser


def _check_key(path: Path) -> str:
    key = path.read_text("ascii").strip()
    if not key:
        raise OSError(f"the key file is empty: {path}")
    return key


def _job(options: argparse.Namespace) -> Job:
    listen = _listen_at(options.socket)
    more = {"--slots": options.show_slots, "--metrics": options.metrics}
    return Job(
        program=options.program,
        model=options.model,
        key_file=str(options.key_file),
        listen=listen,
        port=0 if listen == options.socket else free_port(listen),
        context_tokens=options.context,
        slots=options.slots,
        threads=options.threads,
        more=tuple(name for name, wanted in more.items() if wanted),
    )


def _start(options: argparse.Namespace) -> Any:
    """Return the running server; the model is loaded by then."""
    key = _check_key(options.key_file)
    import xllamacpp  # noqa: PLC0415 - after the log is redirected, and a clear error if missing

    return xllamacpp.Server(_params(xllamacpp.CommonParams(), options, key))


def _params(params: Any, options: argparse.Namespace, key: str) -> Any:
    params.model.path = options.model
    params.model_alias = {Path(options.model).stem}
    params.hostnames = [_listen_at(options.socket)]
    params.port = 0
    params.api_keys = [key]
    params.n_parallel = options.slots
    params.n_ctx = options.context * options.slots  # llama.cpp divides it evenly among the slots
    if options.threads:
        params.cpuparams.n_threads = options.threads
    params.ui = False
    params.cors_origins = ""
    params.endpoint_slots = options.show_slots
    params.endpoint_metrics = options.metrics
    params.verbosity = _LOG_LEVEL
    return params


def _listen_at(path: str) -> str:
    """Return the socket's path, or the loopback address where a unix socket cannot be had.

    llama.cpp takes a host name that ends in `.sock` for a unix socket.
    """
    fits = path.endswith(".sock") and len(os.fsencode(path)) <= LONGEST_SOCKET_PATH
    if not fits or not hasattr(socket, "AF_UNIX"):
        return "127.0.0.1"
    Path(path).unlink(missing_ok=True)  # one that a killed server left could not be bound again
    return path


def _client_url(address: str) -> str:
    """Spell `unix:///path` as the rest of this project does: `unix:/path`."""
    return address.replace("unix://", "unix:", 1)


def _reason(exc: Exception) -> str:
    if isinstance(exc, ImportError):
        return "the package xllamacpp is not installed"
    if isinstance(exc, OSError):
        return f"{exc.strerror}: {exc.filename}" if exc.filename else str(exc)
    return "llama.cpp could not load the model"


def _send_errors_to(log: str) -> None:
    """Point file descriptor 2, which llama.cpp writes to directly, at the log file."""
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(handle, 2)
    os.close(handle)


def _say(**fields: str) -> None:
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


def _leave(path: str) -> None:
    """End without waiting for requests under way or for destructors."""
    if path:
        with contextlib.suppress(OSError):
            Path(path).unlink()
    os._exit(0)


if __name__ == "__main__":
    main()
