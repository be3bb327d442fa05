"""The plugin as a packager leaves it, in folders that look like Nix's store.

    store = Store(tmp_path / "store", nvim)
    manifest = store.manifest("full")
    ...
    assert store.changes() == []

The plugin and the interpreter lie in folders of their own, a pack folder links to the plugin, all
is read-only and of the year 1970, and a file in the plugin names the interpreter.
"""

from __future__ import annotations

import atexit
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from nobody import without_override
from plugin_copy import ROOT, copy_plugin

NAME = "local-llm.nvim"
_EPOCH = 1  # seconds; the time of every file in Nix's store


@cache
def _compiled() -> Path:
    """Return a copy with byte code that asks for no file's time, made once in a run."""
    folder = Path(tempfile.mkdtemp(prefix="local-llm-compiled-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    plugin = copy_plugin(folder / "plugin")
    command = (sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash")
    subprocess.run([*command, plugin / "python", plugin / "rplugin"], check=True)
    return plugin


class Store:
    """A read-only folder with the plugin, an interpreter, a pack folder and an editor.

    Args:
        folder: Where to make it.
        nvim: The editor to wrap.
        kind: "start" or "opt".
        bound: Whether modes bind the editor, as they do everyone but root.
        compiled: Whether the packager has compiled the plugin's Python, as the flake does.

    """

    def __init__(
        self,
        folder: Path,
        nvim: str | Path,
        kind: str = "start",
        *,
        bound: bool = True,
        compiled: bool = True,
    ) -> None:
        self.folder = folder
        source = _compiled() if compiled else ROOT
        self.plugin = copy_plugin(folder / f"aaaa-vimplugin-{NAME}", source, compiled=compiled)
        self.python = self._script("bbbb-python3-env/bin/python3", sys.executable)
        (self.plugin / "python-interpreter").write_text(f"{self.python}\n")
        self.packs = folder / "cccc-vim-pack-dir"
        link = self.packs / "pack" / "packages" / kind / NAME
        link.parent.mkdir(parents=True)
        link.symlink_to(self.plugin)
        self._nvim = nvim
        rights = without_override() if bound else []
        self.nvim = self._script("dddd-neovim/bin/nvim", *rights, nvim)
        self._system = folder / "dddd-neovim" / "rplugin.vim"
        self._system.write_text(self._made_by_update())
        self.lock()

    def lock(self) -> None:
        """Make everything read-only, and remember how it is."""
        for path in self._all():
            if not path.is_symlink():
                path.chmod(0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444)
            os.utime(path, (_EPOCH, _EPOCH), follow_symlinks=False)
        self._before = self._state()

    def unlock(self) -> None:
        """Let the folder be changed, or removed."""
        for path in self._all():
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | 0o200)

    def changes(self) -> list[str]:
        """Return what was added, removed, written or touched since `lock`."""
        now = self._state()
        return sorted(path for path, _ in self._before.items() ^ now.items())

    def lose_interpreter(self) -> str:
        """Let the file name a path that is no longer there, as after a collection of garbage."""
        self.unlock()
        gone = self.folder / "zzzz-python3-env" / "bin" / "python3"
        (self.plugin / "python-interpreter").write_text(f"{gone}\n")
        self.lock()
        return str(gone)

    def manifest(self, state: str) -> str:
        """Return the path of a manifest: "none" (no such file), "empty", "full" or "stale"."""
        path = self.folder / f"manifest-{state}" / "rplugin.vim"
        text = self._system.read_text()
        texts = {
            "empty": '" python3 plugins\n\n\n',
            "full": text,
            "stale": text.replace("aaaa-vimplugin", "0000-vimplugin"),
        }
        if state != "none":
            self.unlock()
            path.parent.mkdir()
            path.write_text(texts[state])
            self.lock()
        return str(path)

    def _script(self, name: str, *command: str | Path) -> Path:
        """Write a wrapper that becomes the command."""
        path = self.folder / name
        path.parent.mkdir(parents=True)
        path.write_text(f'#!/bin/sh\nexec {shlex.join(map(str, command))} "$@"\n')
        path.chmod(0o755)
        return path

    def _made_by_update(self) -> str:
        """Return what :UpdateRemotePlugins writes at build time, where it finds the host."""
        out = self.folder / "built.vim"
        init = self.folder / "built-init.vim"
        init.write_text(f"set rtp^={self.plugin}\nlet g:python3_host_prog = '{self.python}'\n")
        done = subprocess.run(
            [
                *(self._nvim, "--headless", "-n", "-i", "NONE", "-u", init),
                *("-c", "UpdateRemotePlugins", "+qa"),
            ],
            env={**os.environ, "NVIM_RPLUGIN_MANIFEST": str(out), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert out.exists(), done.stdout + done.stderr
        text = out.read_text()
        assert "LocalExplain" in text, done.stdout + done.stderr
        out.unlink()
        init.unlink()
        return text

    def _all(self) -> list[Path]:
        return [self.folder, *sorted(self.folder.rglob("*"))]

    def _state(self) -> dict[str, tuple[int, int, int]]:
        found = {}
        for path in self._all():
            it = path.lstat()
            found[str(path)] = (it.st_mode, it.st_mtime_ns, it.st_size)
        return found
