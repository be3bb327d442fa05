"""The test in the place of the Python host: it sees what the editor sends, and answers."""

from __future__ import annotations

from typing import Any

from child import Child

_CATCH = """
_G.sent = {}
local host = require("local_llm.host")
local function catch(message) table.insert(_G.sent, message) end
host.notify, host.tell = catch, catch
"""
_CALL = "return require('local_llm.port').call(...)"


class PythonSide:
    """Catches the messages of an editor, so that no process is started."""

    def __init__(self, child: Child) -> None:
        self.child = child
        child.lua(_CATCH)

    def sent(self, name: str) -> list[dict[str, Any]]:
        """Return the messages of a name sent so far."""
        return [message for message in self.child.lua("return _G.sent") if message["name"] == name]

    def wait(self, name: str, count: int = 1) -> dict[str, Any]:
        """Return the last message of a name, once there are `count` of them."""
        self.child.wait_until(lambda: len(self.sent(name)) >= count, what=f"{count} x {name}")
        return self.sent(name)[count - 1]

    def call(self, name: str, ask_id: int, **data: Any) -> Any:
        """Tell the editor something, as Python does."""
        return self.child.lua(_CALL, name, ask_id, data)

    def explain(self, keys: str = ":LocalExplain<CR>") -> int:
        """Type a command that explains; return the id of the request."""
        count = len(self.sent("explain"))
        self.child.type(keys)
        return self.wait("explain", count + 1)["id"]

    def snapshot(self, keys: str) -> dict[str, Any]:
        """Type a command that explains; return what it would send."""
        self.explain(keys)
        return self.sent("explain")[-1]["snapshot"]
