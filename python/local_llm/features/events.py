"""The `User` events of a request, for statuslines and scripts: who and when, never what."""

from __future__ import annotations

from local_llm.features.port import Editor

Fields = dict[str, str]


class Events:
    """Sees to it that each "Started" is followed by exactly one "Finished" or "Failed".

    Args:
        editor: Who runs the autocommands.

    """

    def __init__(self, editor: Editor) -> None:
        self._editor = editor
        self._under_way: dict[int, Fields] = {}

    def started(self, ask_id: int, command: str, model: str, backend: str) -> None:
        """Tell that a request goes out to a model."""
        self._under_way[ask_id] = {"command": command, "model": model, "backend": backend}
        self._tell(ask_id, "Started", self._under_way[ask_id])

    def first_token(self, ask_id: int) -> None:
        """Tell that the model has begun to answer."""
        if ask_id in self._under_way:
            self._tell(ask_id, "FirstToken", self._under_way[ask_id])

    def finished(self, ask_id: int) -> None:
        """Tell the end of a request, completed or stopped; nothing of one that never started."""
        if (about := self._under_way.pop(ask_id, None)) is not None:
            self._tell(ask_id, "Finished", about)

    def failed(self, ask_id: int, command: str, code: str) -> None:
        """Tell a failure, of a request under way or of one that found no model."""
        unknown = {"command": command, "model": "", "backend": ""}
        about = self._under_way.pop(ask_id, unknown)
        self._tell(ask_id, "Failed", {**about, "code": code})

    def _tell(self, ask_id: int, name: str, about: Fields) -> None:
        self._editor.tell("event", ask_id, {"name": f"LocalLlmRequest{name}", **about})
