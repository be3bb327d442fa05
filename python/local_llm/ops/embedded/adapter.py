"""The embedded backend as the use-cases ask for it: settings in, address and key file out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from local_llm.errors import InstallError, ModelStoreError
from local_llm.ops.embedded.client import EmbeddedClient
from local_llm.ops.embedded.engine import Engine, engine
from local_llm.ops.embedded.server import DEFAULT_CONTEXT_TOKENS
from local_llm.ops.model_store import ModelStore, model_store
from local_llm.settings import Server, Settings


class EmbeddedLlama:
    """Fulfils features.port.EmbeddedServer; belongs to one event loop.

    Args:
        env: The environment, for the XDG folders and PATH.

    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._client: EmbeddedClient | None = None

    def possible(self, settings: Settings) -> bool:
        """Tell whether llama.cpp and a model are at hand; quick, starts nothing."""
        try:
            self._engine(settings)
        except InstallError:
            return False
        return model_store(self._env).default_model() is not None

    def describe(self, settings: Settings) -> str:
        """Return which llama.cpp would run, and where it came from. Raises: InstallError."""
        return self._engine(settings).words()

    async def start(self, settings: Settings, server: Server) -> tuple[str, str]:
        """Return the URL of the running server and the path of its key file.

        Raises: InstallError, ModelStoreError, ModelMissing, ServerFailed, BackendUnreachable.
        """
        chosen = self._engine(settings)
        if self._client is None:
            self._client = EmbeddedClient(self._env, idle_s=settings.embedded.idle_s)
        target = await self._client.acquire(
            _model_file(server.model, model_store(self._env)),
            server.context_tokens or DEFAULT_CONTEXT_TOKENS,
            threads=settings.embedded.threads,
            program=chosen.program,
        )
        return target.url, str(target.key_file)

    async def aclose(self) -> None:
        """Let go of it; it ends by itself when nobody holds it."""
        if self._client is not None:
            await self._client.close()

    def _engine(self, settings: Settings) -> Engine:
        return engine(settings.embedded.server, self._env)


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
