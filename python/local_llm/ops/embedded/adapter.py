"""The embedded backend as the use-cases ask for it: settings in, address and key file out."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path

from local_llm.errors import InstallError, ModelStoreError
from local_llm.ops.embedded.client import EmbeddedClient
from local_llm.ops.embedded.server import DEFAULT_CONTEXT_TOKENS
from local_llm.ops.model_store import ModelStore, model_store
from local_llm.settings import Server, Settings


class EmbeddedLlama:
    """Fulfils features.port.EmbeddedServer; belongs to one event loop.

    Args:
        env: The environment, for the XDG folders.

    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._client: EmbeddedClient | None = None

    def possible(self) -> bool:
        """Tell whether its packages and a model are at hand; quick, starts nothing."""
        return _installed() and model_store(self._env).default_model() is not None

    async def start(self, settings: Settings, server: Server) -> tuple[str, str]:
        """Return the URL of the running server and the path of its key file.

        Raises: InstallError, ModelStoreError, ModelMissing, ServerFailed, BackendUnreachable.
        """
        if not _installed():
            raise InstallError(
                "the embedded backend is not installed", hint="run `:LocalInstall embedded`"
            )
        if self._client is None:
            self._client = EmbeddedClient(self._env, idle_s=settings.embedded.idle_s)
        target = await self._client.acquire(
            _model_file(server.model, model_store(self._env)),
            server.context_tokens or DEFAULT_CONTEXT_TOKENS,
            threads=settings.embedded.threads,
        )
        return target.url, str(target.key_file)

    async def aclose(self) -> None:
        """Let go of it; it ends by itself when nobody holds it."""
        if self._client is not None:
            await self._client.close()


def _installed() -> bool:
    """Look for the package without loading it: llama.cpp stays out of this process."""
    return importlib.util.find_spec("xllamacpp") is not None


def _model_file(name: str | None, store: ModelStore) -> Path:
    """Return the file that `backend.model` means: a path, a name in the store, or nil."""
    if name:
        path = Path(name).expanduser()
        return path if path.is_absolute() else store.find(name).path
    model = store.default_model()
    if model is None:
        raise ModelStoreError(
            f"there is no model in {store.folder}",
            hint="fetch one with `local-llm model pull ORG/REPO`, or copy a .gguf there",
        )
    return model.path
