"""`local-llm model ...`: the model files on this machine."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

from local_llm.errors import InstallError
from local_llm.installation import how_to_add, packaged
from local_llm.ops.model_store import NOISE_NAME, StoredModel, model_store

_PIP = "`pip install 'local-llm-nvim[embedded]'`"
_STEP = 1024


def register(groups: Any) -> None:
    """Add the `model` group to the program's sub-commands."""
    parser = groups.add_parser("model", help="list, fetch and remove model files")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    commands.add_parser("list", help="what is installed").set_defaults(run=_list)
    pull = commands.add_parser("pull", help="fetch a GGUF file from the Hugging Face hub")
    pull.add_argument("spec", metavar="ORG/REPO[:FILE|QUANT]", help="Q4_K_M unless you say")
    pull.set_defaults(run=_pull)
    remove = commands.add_parser("rm", help="delete a model's files, without asking")
    remove.add_argument("name", help="its name, or the beginning of it")
    remove.set_defaults(run=_remove)
    path = commands.add_parser("path", help="where a model, or all of them, lie")
    path.add_argument("name", nargs="?", help="its name, or the beginning of it")
    path.set_defaults(run=_path)
    noise = commands.add_parser("random", help="write a tiny model to try things out with")
    noise.add_argument("--seed", type=_natural, default=1, help="of its weights (1)")
    noise.add_argument(
        "--context", type=_natural, default=4096, help="trained context, tokens (4096)"
    )
    noise.set_defaults(run=_random)


def _natural(text: str) -> int:
    number = int(text)
    if not 0 < number < 1 << 31:
        raise argparse.ArgumentTypeError("has to be a whole number above 0")
    return number


def _list(_options: argparse.Namespace) -> None:
    store = model_store(os.environ)
    models = store.models()
    if not models:
        _say(f"no models in {store.folder}")
        _say("fetch one with `local-llm model pull ORG/REPO`, or copy a .gguf there")
        return
    rows = [("NAME", "SIZE", "ARCHITECTURE", "CONTEXT", ""), *map(_row, models)]
    for line in _columns(rows):
        _say(line)


def _row(model: StoredModel) -> tuple[str, ...]:
    context = str(model.context_tokens) if model.context_tokens else "?"
    remark = model.fault or (NOISE_NAME if model.noise else "")
    return (model.name, _human(model.size_bytes), model.architecture or "?", context, remark)


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _pull(options: argparse.Namespace) -> None:
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # read when the client is imported
    store = model_store(os.environ)
    store.folder.mkdir(parents=True, exist_ok=True)
    model = _module("model_pull").pull(options.spec, store)
    _say(f"{model.name}: {_human(model.size_bytes)}, checksum verified, in {store.folder}")


def _remove(options: argparse.Namespace) -> None:
    model = model_store(os.environ).remove(options.name)
    _say(f"removed {model.name} ({_human(model.size_bytes)})")


def _path(options: argparse.Namespace) -> None:
    store = model_store(os.environ)
    _say(str(store.find(options.name).path if options.name else store.folder))


def _random(options: argparse.Namespace) -> None:
    folder = model_store(os.environ).folder
    folder.mkdir(parents=True, exist_ok=True)
    unfinished, path = folder / ".random.gguf", folder / "random.gguf"
    writer = _module("random_model")
    writer.write_random_model(unfinished, seed=options.seed, context_tokens=options.context)
    unfinished.replace(path)
    _say(f"wrote {path}: random weights, so its answers are noise")


def _module(name: str) -> Any:
    """Import one of our modules that needs the packages of the extra, which take a second."""
    try:
        return importlib.import_module(f"local_llm.ops.{name}")
    except ImportError as exc:
        ours = how_to_add("embedded")
        hint = ours if packaged() else f"{ours}, or {_PIP}"
        raise InstallError(f"a package is missing: {exc.name}", hint=hint) from exc


def _human(size_bytes: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if size_bytes < _STEP:
            return f"{size_bytes:.0f} {unit}"
        size_bytes /= _STEP
    return f"{size_bytes:.1f} GiB"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
