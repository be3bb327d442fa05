"""A llama.cpp server in router mode: started without a model, it starts a child for each one.

Source: llama.cpp tools/server/server-models.cpp (routes, status, errors).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import wraps
from typing import Any
from urllib.parse import parse_qs

from fakes import llamacpp_shapes as shapes
from fakes.llamacpp import FakeLlamaCpp
from fakes.script import Script
from fakes.server import Handler
from fakes.wire import Exchange


class FakeRouter(FakeLlamaCpp):
    """A llama-server without a model of its own.

    Args:
        states: Status by model name ("loaded", "unloaded", "loading", "sleeping"); without it the
            script's models, the first one loaded.

    """

    def __init__(
        self,
        script: Script | None = None,
        *,
        states: Mapping[str, str] | None = None,
        **server: Any,
    ) -> None:
        super().__init__(script, **server)
        names = self.script.models
        self.states = dict(states or dict.fromkeys(names, "unloaded") | {names[0]: "loaded"})

    def routes(self) -> dict[tuple[str, str], Handler]:
        """Return the routes of one model, each behind the choice of a model."""
        own = {
            ("GET", "/health"): self._health,
            ("GET", "/v1/health"): self._health,
            ("GET", "/models"): self._list,
            ("GET", "/v1/models"): self._list,
            ("GET", "/props"): self._router_props,
            ("POST", "/models/load"): self._load,
            ("POST", "/models/unload"): self._unload,
        }
        routed = {key: self._routed(handler) for key, handler in super().routes().items()}
        return routed | own

    def _routed(self, handler: Handler) -> Handler:
        @wraps(handler)
        async def choose(exchange: Exchange, script: Script) -> None:
            body = exchange.request.json
            name = str((body if isinstance(body, dict) else {}).get("model", ""))
            if await self._ready(exchange, name):
                await handler(exchange, script.serving(name))

        return choose

    async def _ready(self, exchange: Exchange, name: str) -> bool:
        """Load the model that a request names, or answer with the router's complaint."""
        autoload = parse_qs(exchange.request.query).get("autoload", ["true"])[0] in ("true", "1")
        if not name:
            await self.refuse(exchange, 400, "model name is missing from the request")
        elif name not in self.states:
            await self.refuse(exchange, 400, f"model '{name}' not found")
        elif self.states[name] != "loaded" and not autoload:
            await self.refuse(exchange, 400, "model is not loaded")
        else:
            self.states[name] = "loaded"
            return True
        return False

    async def _router_props(self, exchange: Exchange, script: Script) -> None:
        name = parse_qs(exchange.request.query).get("model", [""])[0]
        if not name:
            await self.send_json(exchange, 200, _own_props(script.version or shapes.BUILD))
        elif await self._ready(exchange, name):
            await self._props(exchange, script.serving(name))

    async def _list(self, exchange: Exchange, script: Script) -> None:
        data = [_entry(name, state, script) for name, state in self.states.items()]
        await self.send_json(exchange, 200, {"data": data, "object": "list"})

    async def _load(self, exchange: Exchange, script: Script) -> None:
        await self._turn(exchange, "loaded")

    async def _unload(self, exchange: Exchange, script: Script) -> None:
        await self._turn(exchange, "unloaded")

    async def _turn(self, exchange: Exchange, state: str) -> None:
        name = (exchange.request.json or {}).get("model", "")
        if name not in self.states:
            await self.refuse(exchange, 404, "model is not found", "not_found_error")
            return
        self.states[name] = state
        await self.send_json(exchange, 200, {"success": True})


def _own_props(build: str) -> dict[str, Any]:
    return {
        "role": "router",
        "max_instances": 4,
        "models_autoload": True,
        "model_alias": "llama-server",
        "model_path": "none",
        "default_generation_settings": {"params": {}, "n_ctx": 0},
        "ui_settings": {},
        "build_info": build,
        "cors_proxy_enabled": False,
    }


def _entry(name: str, state: str, script: Script) -> dict[str, Any]:
    entry = {
        "id": name,
        "aliases": [],
        "tags": [],
        "object": "model",
        "owned_by": "llamacpp",
        "created": shapes.CREATED,
        "status": {"value": state, "args": []},
        "architecture": {"input_modalities": ["text"], "output_modalities": ["text"]},
        "source": "preset",
        "can_remove": False,
    }
    if state in ("loaded", "sleeping"):
        known = shapes.models(name, script.context_tokens, script.trained_tokens)
        entry["meta"] = known["data"][0]["meta"]
    return entry
