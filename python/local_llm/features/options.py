"""The options in force for a place, and what was chosen in this session with the commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from local_llm import config
from local_llm.features.connect import Link
from local_llm.settings import Settings


class Options:
    """Loads options anew for every command, so that an edited file counts at once (1 ms).

    Args:
        env: The environment.
        trusted: Tells whether a project's file was trusted with this content.

    """

    def __init__(self, env: Mapping[str, str], trusted: Callable[[str, bytes], bool]) -> None:
        self._env = env
        self._trusted = trusted
        self._setup: Mapping[str, Any] = {}
        self._cwd = ""
        self._backend = ""
        self._models: dict[str, str] = {}

    def configure(self, setup: Mapping[str, Any], cwd: str) -> tuple[str, ...]:
        """Take the table given to `setup{}`; return what is wrong with all sources."""
        self._setup, self._cwd = setup, cwd
        return self.warnings()

    def warnings(self) -> tuple[str, ...]:
        """Return what is wrong with the options, one sentence each; files relative to the cwd."""
        warnings = self._load(self._cwd).warnings
        return tuple(w.replace(f"{self._cwd}/", "") if self._cwd else w for w in warnings)

    def everywhere(self) -> Settings:
        """Return the options without any project's."""
        return self._load("").settings

    def for_root(self, root: str) -> Settings:
        """Return the options for a project. Raises SettingsError where a guard rule is broken."""
        loaded = self._load(root or self._cwd)
        if loaded.refused is not None:
            raise loaded.refused
        return loaded.settings

    @property
    def backend(self) -> str:
        """The backend chosen with :LocalBackend; "" = the main one."""
        return self._backend

    def choose_backend(self, name: str) -> None:
        """Use the backend `name` from now on."""
        self._backend = name

    def choices(self) -> tuple[object, ...]:
        """Return what was chosen in this session; it changes when a choice does."""
        return self._backend, tuple(sorted(self._models.items()))

    def model(self, link: Link) -> str | None:
        """Return the model chosen for this link, else the configured one, else None."""
        return self._models.get(link.name) or link.server.model

    def choose_model(self, link: Link, model: str) -> None:
        """Use `model` on this link from now on."""
        self._models[link.name] = model

    def _load(self, root: str) -> config.Loaded:
        return config.load(
            self._setup, self._env, config.read_bounded, root=root, trusted=self._trusted
        )
