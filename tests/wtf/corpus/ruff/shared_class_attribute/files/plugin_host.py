from collections.abc import Callable
from typing import Any

Hook = Callable[[dict[str, Any]], None]


class PluginHost:
    """Keeps what plugins want to be called for."""

    known_events = ("open", "save", "close")
    hooks: dict[str, list[Hook]] = {}

    def on(self, event: str, hook: Hook) -> None:
        if event not in self.known_events:
            raise ValueError(event)
        self.hooks.setdefault(event, []).append(hook)

    def emit(self, event: str, **payload: Any) -> None:
        for hook in self.hooks.get(event, []):
            hook(payload)
