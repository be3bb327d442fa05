""":LocalModel and :LocalBackend: what there is to choose from, and the choice."""

from __future__ import annotations

from typing import Any

from local_llm.errors import CloudRefused, ModelMissing, SettingsError
from local_llm.features.connect import Connector, Link
from local_llm.features.options import Options
from local_llm.features.port import Editor


class Picker:
    """Answers with "pick" (a list for vim.ui.select) or "notice" (what is used now)."""

    def __init__(self, editor: Editor, connector: Connector, options: Options) -> None:
        self._editor = editor
        self._connector = connector
        self._options = options

    async def models(self, ask_id: int, message: dict[str, Any]) -> None:
        """Offer the server's local models."""
        link = await self._link(message)
        current = self._options.model(link)
        items = [
            {"name": model.name, "label": _label(model.name, model.loaded), "current": chosen}
            for model in link.info.models
            if not model.remote
            for chosen in [model.name == current or (current is None and bool(model.loaded))]
        ]
        if not items:
            raise ModelMissing("the server has no local model", where=link.where)
        title = f"Model at {link.where}"
        self._editor.tell("pick", ask_id, {"title": title, "items": items, "verb": "use_model"})

    async def use_model(self, ask_id: int, message: dict[str, Any]) -> None:
        """Use a model by name. Raises ModelMissing, CloudRefused."""
        link, name = await self._link(message), str(message["model"])
        known = {model.name: model for model in link.info.models}
        model = known.get(name) or known.get(f"{name}:latest")
        if model is None:
            have = ", ".join(sorted(known)) or "none"
            raise ModelMissing(f"the server has no model {name}; it has {have}", where=link.where)
        if model.remote:
            raise CloudRefused(f"{name} runs on somebody else's machine")
        self._options.choose_model(link, model.name)
        self._notice(ask_id, f"model: {model.name} ({link.where})")

    async def backends(self, ask_id: int, message: dict[str, Any]) -> None:
        """Offer the configured backends."""
        settings = self._options.for_root(str(message.get("root") or ""))
        current = self._options.backend
        rows = [("", f"main ({settings.backend.url or settings.backend.kind})")]
        rows += [(n, f"{n} ({s.url or s.kind})") for n, s in sorted(settings.backends.items())]
        items = [
            {"name": name or "main", "label": label, "current": name == current}
            for name, label in rows
        ]
        self._editor.tell(
            "pick", ask_id, {"title": "Backend", "items": items, "verb": "use_backend"}
        )

    async def use_backend(self, ask_id: int, message: dict[str, Any]) -> None:
        """Use a backend by name and say whether it is there. Raises SettingsError and others."""
        settings = self._options.for_root(str(message.get("root") or ""))
        name = str(message["backend"])
        name = "" if name == "main" else name
        if name and name not in settings.backends:
            known = ", ".join(["main", *sorted(settings.backends)])
            raise SettingsError(f"no backend is called {name}; there are: {known}")
        self._options.choose_backend(name)
        link = await self._connector.link(settings, name)
        self._notice(ask_id, f"backend: {link.info.product} at {link.where}")

    async def _link(self, message: dict[str, Any]) -> Link:
        settings = self._options.for_root(str(message.get("root") or ""))
        return await self._connector.connect(settings, self._options.backend)

    def _notice(self, ask_id: int, text: str) -> None:
        self._editor.tell("notice", ask_id, {"level": "info", "message": text})


def _label(name: str, loaded: bool | None) -> str:
    return f"{name} (loaded)" if loaded else name
