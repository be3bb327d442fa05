"""The prompts that `:LocalWtf` makes of the corpus, in a real editor with real language servers.

One editor has all cases in one workspace; a fake model server keeps what it is sent.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from child import Child
from fakes import FakeLlamaCpp, Script
from waiting import wait_until
from wtf.cases import TOOLS, Case

BIN = TOOLS / "bin"
CHAT = "/v1/chat/completions"
LATE = "not used, it came too late: "
WARM_S = 60.0
CONTEXT_TOKENS = 8192
SERVERS = {
    "python": ["pyright-langserver", "--stdio"],
    "typescript": ["typescript-language-server", "--stdio"],
    "javascript": ["typescript-language-server", "--stdio"],
    "c": ["clangd"],
    "cpp": ["clangd"],
}
_START = """
local name, command, root = ...
vim.lsp.start({ name = name, cmd = command, root_dir = root })
"""
_EDIT = "vim.cmd.edit({ args = { ... }, magic = { file = false } })"
_READY = """
local clients = vim.lsp.get_clients({ bufnr = 0 })
return #clients > 0 and clients[1].initialized == true
"""
_REPORT = """
vim.diagnostic.reset()
local item = ...
-- What a language server says itself would only make two of one.
for _, client in ipairs(vim.lsp.get_clients()) do
  client.handlers["textDocument/publishDiagnostics"] = function() end
end
vim.diagnostic.set(vim.api.nvim_create_namespace("corpus"), 0, { item })
"""
_NOTES = """
local answer = require("local_llm.answer").current()
return answer and not answer.running and answer.outcome or ""
"""


def _installed(home: Path) -> Path:
    """Return a folder of programs that have their modules and manuals where they belong."""
    folder = home / "python" / "bin"
    folder.mkdir(parents=True)
    (folder.parent / "lib").symlink_to(TOOLS / "python" / "lib")
    (folder.parent / "share").symlink_to(TOOLS / "debian" / "root" / "usr" / "share")
    for name in ("mypy", "yamllint", "luacheck"):
        shutil.copy(BIN / name, folder)
    return folder


class Prompted:
    """An editor that is asked about case after case.

    Args:
        nvim: The program.
        home: A folder for everything.
        env: Folders of the editor, see isolation.private_folders.

    """

    def __init__(self, nvim: str, home: Path, env: Mapping[str, str]) -> None:
        self.root = home / "workspace"
        self.server = FakeLlamaCpp(Script(pieces=("Fine.",), context_tokens=CONTEXT_TOKENS))
        self.server.__enter__()
        path = os.pathsep.join((str(_installed(home)), str(BIN), os.environ["PATH"]))
        setup = {"backend": {"kind": "llamacpp", "url": self.server.url}}
        folders = {**env, "PATH": path}
        self.child = Child(nvim, setup=setup, env=folders, lines=30, columns=100)
        self._modules = TOOLS / "node" / "node_modules"

    def close(self) -> None:
        """End the editor and the server."""
        self.child.close()
        self.server.__exit__(None, None, None)

    def prompts(self, case: Case) -> tuple[str, str]:
        """Return the prompt of the first question and that of one asked when all is known."""
        first, late = self.first(case)
        before, prompt, deadline = "", first, time.monotonic() + WARM_S
        # A tool that was too slow for its own limit is asked again, and not named as late.
        while (late or prompt != before) and time.monotonic() < deadline:
            before = prompt
            prompt, late = self._ask("gr")
        assert not late, f"still too late after {WARM_S:g} s: {late}"
        return first, prompt

    def first(self, case: Case) -> tuple[str, list[str]]:
        """Ask about a case; return the prompt, and what is said to have come too late for it."""
        self._open(case)
        return self._ask(":LocalWtf<CR>")

    def _open(self, case: Case) -> None:
        folder = self.root / case.name
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(case.files, folder)
        if case.language in ("javascript", "typescript"):
            (folder / "node_modules").symlink_to(self._modules)
        child = self.child
        child.lua("vim.cmd('silent! only! | silent! stopinsert')")
        child.lua(_EDIT, str(folder / case.file))
        child.lua("vim.bo.filetype = ...", case.filetype)
        if command := SERVERS.get(case.language):
            child.lua(_START, case.language, command, str(self.root))
            child.wait_until(lambda: child.lua(f"{_READY}"), WARM_S, "a language server")
        item = case.diagnostic.as_neovim(folder)
        child.lua(_REPORT, item)
        child.api("win_set_cursor", 0, [item["lnum"] + 1, 0])

    def _ask(self, keys: str) -> tuple[str, list[str]]:
        """Ask, or ask again; return what was sent, and what came too late for it."""
        count = len(self.server.bodies(CHAT))
        self.child.type(keys)
        wait_until(lambda: len(self.server.bodies(CHAT)) > count, WARM_S, "a request")
        self.child.wait_until(lambda: self.child.lua(_NOTES) == "done", WARM_S, "the answer")
        shown = self.child.buffer()
        late = [line for line in shown if LATE in line]
        body: dict[str, Any] = self.server.bodies(CHAT)[-1]
        return "\n".join(message["content"] for message in body["messages"]), late
