"""The real llama.cpp server on a random model, behind recording_proxy.py."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from llama_program import engine_arguments
from waiting import wait_until

HERE = Path(__file__).resolve().parent
PYTHON_DIR = HERE.parent.parent / "python"
KEY, KEY_ENV = "a-key-for-the-benchmark", "BENCH_SERVER_KEY"
PATIENCE_S = 30.0


class Real:
    """A running server; `url` is that of the proxy.

    Args:
        model: A GGUF file.
        folder: For the key.
        context_tokens: Of each of its two slots.

    """

    def __init__(self, model: Path, folder: Path, context_tokens: int) -> None:
        os.environ[KEY_ENV] = KEY
        key_file = folder / "key"
        key_file.write_text(KEY, "ascii")
        self._held = ExitStack()
        numbers = ["--context", str(context_tokens), "--slots", "2", "--threads", "1"]
        files = ["--model", model, "--key-file", key_file, "--log", folder / "llama.log"]
        module = [sys.executable, "-m", "local_llm.ops.embedded.server", "--metrics"]
        module += engine_arguments(folder)
        said = json.loads(self._started([*module, *files, *numbers], PYTHON_DIR) or "{}")
        assert "url" in said, f"the server did not start: {said}"
        self._server = said["url"]
        self.url = self._started([sys.executable, HERE / "recording_proxy.py", self._server])

    def _started(self, command: list[Any], cwd: Path | None = None) -> str:
        """Start a process that ends with its standard input; return its first line."""
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=cwd
        )
        assert process.stdin is not None
        assert process.stdout is not None
        self._held.callback(process.wait, 10)
        self._held.callback(process.stdin.close)
        return process.stdout.readline().strip()

    def log(self) -> list[dict[str, Any]]:
        """Return the completions asked for, in order; see recording_proxy.Asked."""
        asked = json.loads(_get(f"{self.url}/_fake/log"))
        assert isinstance(asked, list)
        return asked

    def reset(self) -> None:
        """Forget what was asked."""
        _get(f"{self.url}/_fake/reset")

    def prompt_tokens(self) -> int:
        """Return the prompt tokens the server has evaluated since its start, by its own count."""
        said = _get(f"{self._server}/metrics")
        found = re.search(r"^llamacpp:prompt_tokens_total (\d+)", said, re.MULTILINE)
        assert found is not None, said
        return int(found[1])

    def wait(self, field: str, count: int) -> None:
        """Wait until the completion number `count` (from 1) has a time in a field of its log."""
        wait_until(
            lambda: len(log := self.log()) >= count and log[count - 1][field],
            PATIENCE_S,
            lambda: f"{field} of request {count}: {self.log()[-2:]}",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()


def _get(url: str) -> str:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {KEY}"})
    with urllib.request.urlopen(request) as reply:
        text: str = reply.read().decode()
        return text
