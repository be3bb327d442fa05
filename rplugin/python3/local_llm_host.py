"""The pynvim plugin: hands every call to the app and decides nothing.

pynvim imports this file by its bare name, so it must not be called like the package, and a
failing import would empty a manifest without an error: nothing heavy stands at the top.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pynvim

_ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(_ROOT / "python"))

if TYPE_CHECKING:
    from local_llm.host import Host

_TELL = "require('local_llm.port').call(...)"
_RUN = "require('local_llm.commands').from_manifest(...)"


@pynvim.plugin
class LocalLlmHost:
    """What Neovim can call.

    The commands serve those whose manifest names them (`:UpdateRemotePlugins`, Nix) in the
    moment before the Lua definitions replace them; they go back to Lua, which runs them on the
    plugin's own interpreter with the selection that a manifest's command loses.
    """

    def __init__(self, nvim: pynvim.Nvim) -> None:
        self._nvim = nvim
        self._host: Host | None = None

    @pynvim.rpc_export("local_llm", sync=False)
    @pynvim.decode("")  # the text is decoded by then; another walk through it costs a key 0.05 ms
    def call(self, message: dict[str, Any]) -> None:
        """Take one message of the editor; see lua/local_llm/host.lua for their fields."""
        try:
            self._started().receive(message)
        except Exception as exc:  # noqa: BLE001 - pynvim would print the message's text with it
            self._refuse(message.get("id") or 0, type(exc).__name__)

    def _started(self) -> Host:
        if self._host is None:
            from local_llm.host import Host  # noqa: PLC0415 - see the module docstring

            self._host = Host(self._nvim)
        return self._host

    def _refuse(self, ask_id: int, fault: str) -> None:
        # Where a packager chose the interpreter, nothing can be installed into it.
        packaged = (_ROOT / "python-interpreter").is_file()
        failure = {
            "code": "InstallError",
            "message": f"the Python side cannot start: {fault}",
            "hint": ("" if packaged else "run :LocalInstall, then ") + ":checkhealth local_llm",
            "where": "",
        }
        self._nvim.exec_lua(_TELL, "fail", ask_id, failure, async_=True)

    @pynvim.command("LocalExplain", range="", sync=False)
    def explain(self, span: list[int]) -> None:
        """Explain the selection, the range or the function under the cursor."""
        self._nvim.exec_lua(_RUN, "LocalExplain", span, [], async_=True)

    @pynvim.command("LocalWtf", nargs="*", range="", bang=True, sync=False)
    def wtf(self, args: list[str], span: list[int], bang: bool) -> None:
        """Explain the diagnostics of the line, the range or (with !) the buffer."""
        self._nvim.exec_lua(_RUN, "LocalWtf", span, args, bang, async_=True)

    @pynvim.command("LocalWtfFix", nargs="*", range="", sync=False)
    def wtf_fix(self, args: list[str], span: list[int]) -> None:
        """Mend what the diagnostics complain about."""
        self._nvim.exec_lua(_RUN, "LocalWtfFix", span, args, async_=True)

    @pynvim.command("LocalPreview", nargs="*", range="", sync=False)
    def preview(self, args: list[str], span: list[int]) -> None:
        """Show the prompt that a command would send."""
        self._nvim.exec_lua(_RUN, "LocalPreview", span, args, async_=True)

    @pynvim.command("LocalComplete", nargs="?", sync=False)
    def complete(self, args: list[str]) -> None:
        """Suggest text at the cursor, or switch suggestions while typing."""
        self._nvim.exec_lua(_RUN, "LocalComplete", [], args, async_=True)

    @pynvim.command("LocalStats", nargs="?", sync=False)
    def stats(self, args: list[str]) -> None:
        """Show what suggestions did."""
        self._nvim.exec_lua(_RUN, "LocalStats", [], args, async_=True)

    @pynvim.command("LocalHistory", nargs="*", bang=True, sync=False)
    def history(self, args: list[str], bang: bool) -> None:
        """List past answers, search them, or forget them."""
        self._nvim.exec_lua(_RUN, "LocalHistory", [], args, bool(bang), async_=True)

    @pynvim.command("LocalWtfSearch", nargs="?", bang=True, sync=False)
    def wtf_search(self, args: list[str], bang: bool) -> None:
        """Open a search for the diagnostic of the cursor's line."""
        self._nvim.exec_lua(_RUN, "LocalWtfSearch", [], args, bang, async_=True)

    @pynvim.command("LocalStop", sync=False)
    def stop(self) -> None:
        """Stop what is under way."""
        self._nvim.exec_lua(_RUN, "LocalStop", [], [], async_=True)

    @pynvim.command("LocalModel", nargs="?", sync=False)
    def model(self, args: list[str]) -> None:
        """Choose the model."""
        self._nvim.exec_lua(_RUN, "LocalModel", [], args, async_=True)

    @pynvim.command("LocalBackend", nargs="?", sync=False)
    def backend(self, args: list[str]) -> None:
        """Choose the backend."""
        self._nvim.exec_lua(_RUN, "LocalBackend", [], args, async_=True)

    @pynvim.command("LocalLog", sync=False)
    def log(self) -> None:
        """Open the log."""
        self._nvim.exec_lua(_RUN, "LocalLog", [], [], async_=True)

    @pynvim.command("LocalInstall", nargs="*", sync=False)
    def install(self, args: list[str]) -> None:
        """Make the plugin's own Python environment."""
        self._nvim.exec_lua(_RUN, "LocalInstall", [], args, async_=True)
