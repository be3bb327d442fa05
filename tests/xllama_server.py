"""Stands for `llama-server` where only the package is installed: takes those of its options that
we use, knows no others, and serves with the llama.cpp inside xllamacpp.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

import xllamacpp


def parser() -> argparse.ArgumentParser:
    it = argparse.ArgumentParser(prog="llama-server", allow_abbrev=False)
    for name in ("--model", "--alias", "--host", "--api-key-file", "--cors-origins"):
        it.add_argument(name)
    for name in ("--port", "--parallel", "--ctx-size", "--threads"):
        it.add_argument(name, type=int)
    it.add_argument("--log-verbosity", type=int, help="0: generic output, 1: error, 2: warning")
    for name in ("--no-webui", "--offline", "--no-slots", "--slots", "--metrics"):
        it.add_argument(name, action="store_true")
    return it


def serve(asked: argparse.Namespace) -> None:
    it = xllamacpp.CommonParams()
    it.model.path = asked.model
    it.model_alias = {asked.alias}
    # As the program does: a setting in the environment counts where no option is given.
    it.hostnames = [asked.host or os.environ.get("LLAMA_ARG_HOST", "127.0.0.1")]
    it.port = asked.port or 8080
    it.api_keys = Path(asked.api_key_file).read_text().split()
    it.n_parallel, it.n_ctx = asked.parallel, asked.ctx_size
    it.cpuparams.n_threads = asked.threads or -1
    it.ui = not asked.no_webui
    it.offline = asked.offline
    it.cors_origins = asked.cors_origins
    it.endpoint_slots, it.endpoint_metrics = not asked.no_slots, asked.metrics
    it.verbosity = asked.log_verbosity
    server = xllamacpp.Server(it)
    while server:
        signal.pause()


if __name__ == "__main__":
    try:
        serve(parser().parse_args())
    except RuntimeError as trouble:
        sys.exit(str(trouble))
