"""Choose the server of the demo: one that runs, else llama.cpp with a model at hand, else noise."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_llm import config
from local_llm.backends.base import State
from local_llm.errors import InstallError, LocalLlmError, ServerFailed
from local_llm.features.connect import Connector
from local_llm.ops.embedded.engine import engine
from local_llm.ops.model_store import StoredModel, model_store
from local_llm.settings import Server, Settings

NOISE_TOKENS = 200  # it never ends by itself
_NOISE = "random-weights"


class NoBackend(Exception):
    """The demo cannot run here; the arguments say why and what to do."""

    def __str__(self) -> str:
        return "; ".join(str(part) for part in self.args if part)


@dataclass(frozen=True)
class Choice:
    """What `setup{}` gets, what to tell the user, and whether the answers are noise."""

    setup: dict[str, Any]
    lines: tuple[str, ...]
    noise: bool = False


class _NotNow:
    """Stands for the embedded server while running ones are looked for."""

    def possible(self, _settings: Settings) -> bool:
        return False

    def describe(self, _settings: Settings) -> str:
        raise ServerFailed("the embedded server is not meant")

    async def start(self, _settings: Settings, _server: Server) -> tuple[str, str]:
        raise ServerFailed("the embedded server is not meant")

    async def aclose(self) -> None:
        """Nothing was started."""


def choose(env: Mapping[str, str], private: Mapping[str, str]) -> Choice:
    """Return the server to use; writes a model where there is none at all.

    Args:
        env: The user's environment; their models are looked at, nothing of theirs is changed.
        private: The variables of the demo's own folders.
    Raises: NoBackend.

    """
    settings = config.load({}, env, lambda _path: None).settings
    if settings.backend.kind == "embedded":
        return _embedded(settings, env, private)
    try:
        return asyncio.run(_running(env, settings))
    except LocalLlmError as trouble:
        if settings.backend.url is not None or settings.backend.kind != "auto":
            raise NoBackend(trouble.sentence(), trouble.hint) from trouble
    return _embedded(settings, env, private, "no model server is running on this machine")


async def _running(env: Mapping[str, str], settings: Settings) -> Choice:
    """Identify a running server by GET. Raises: LocalLlmError."""
    connector = Connector(env, _NotNow())
    try:
        link = await connector.connect(settings)
        if link.info.state is not State.LOADING:
            model = await connector.model(link, settings.backend.model)
            name = f" with {model.name}"
        else:
            name = ", which is loading its model"
    finally:
        await connector.aclose()
    line = f"using {link.info.product} {link.info.version} at {link.where}{name}"
    url = settings.backend.url or link.target.base_url
    return Choice({"backend": {"url": url}}, (line,))


def _embedded(
    settings: Settings, env: Mapping[str, str], private: Mapping[str, str], *lines: str
) -> Choice:
    try:
        chosen = engine(settings.embedded.server, env)
    except InstallError as trouble:
        advice = "start a model server (Ollama, llama.cpp ...) and try again"
        raise NoBackend(f"no llama.cpp here: {trouble.sentence()}", advice) from trouble
    theirs, ours = model_store(env), model_store(private)
    ours.folder.mkdir(parents=True, exist_ok=True)
    model = theirs.default_model()
    if model is None:
        took_s = _write_noise(ours.folder / f"{_NOISE}.gguf")
        lines += (f"no model in {theirs.folder}: random weights instead ({took_s:.1f} s)",)
    else:
        _link(model, ours.folder)
        lines += (f"using the embedded llama.cpp with {model.name}",)
    name = model.name if model else _NOISE
    setup: dict[str, Any] = {"backend": {"kind": "embedded", "model": name}}
    # Nobody else uses the demo's llama.cpp: it ends with the editor.
    setup["embedded"] = {"idle_s": 0} | ({"server": chosen.program} if chosen.program else {})
    if noise := model is None or model.noise:
        lines += ("random weights know nothing: THE ANSWER IS NOISE, everything else is real",)
        setup["explain"] = {"answer_tokens": NOISE_TOKENS}
    return Choice(setup, lines, noise)


def _link(model: StoredModel, folder: Path) -> None:
    """Let the demo's own store have the model, so that it is shown by its name."""
    store = model.path.parents[model.name.count("/")]
    for path in model.paths:
        link = folder / path.relative_to(store)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(path)


def _write_noise(path: Path) -> float:
    """Write the model, unless an earlier run did; return the seconds it took."""
    began = time.monotonic()
    if not path.exists():
        from local_llm.ops.random_model import write_random_model  # noqa: PLC0415 - loads numpy

        part = path.with_name(f".{path.name}.{os.getpid()}")
        write_random_model(part)
        part.rename(path)
    return time.monotonic() - began
