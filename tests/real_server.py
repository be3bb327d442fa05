"""The real llama.cpp server on a model that the run writes: one for the whole session.

A test module that needs it says `pytest_plugins = ["real_server"]` and asks for `real_llama`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from llama_program import engine_arguments
from local_llm.ops.random_model import RandomModel, write_random_model

PYTHON_DIR = Path(__file__).parent.parent / "python"
CONTEXT_TOKENS = 2048
TRAINED_TOKENS = 4096


@dataclass(frozen=True, kw_only=True)
class RealLlama:
    """A running server. `name` is what it calls its model; every request needs `key`."""

    url: str
    key: str
    name: str
    context_tokens: int
    trained_tokens: int
    model: RandomModel

    @property
    def headers(self) -> dict[str, str]:
        """The headers that carry the key."""
        return {"Authorization": f"Bearer {self.key}"}


@contextmanager
def run_server(
    model: RandomModel, folder: Path, key: str = "a-key", *, slots: int = 1
) -> Iterator[RealLlama]:
    """Run the server in a child process until the block ends. Raises AssertionError."""
    key_file = folder / "key"
    key_file.write_text(key)
    numbers = ["--context", str(CONTEXT_TOKENS), "--slots", str(slots), "--threads", "1"]
    files = ["--model", str(model.path), "--key-file", str(key_file)]
    log = folder / "server.log"
    command = [sys.executable, "-m", "local_llm.ops.embedded.server", *files, *numbers]
    command += engine_arguments(folder)
    with subprocess.Popen(
        [*command, "--log", str(log)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PYTHON_DIR,
    ) as child:
        assert child.stdout is not None
        said = json.loads(child.stdout.readline() or "{}")
        assert "url" in said, f"the server did not start: {said}, {log.read_text()}"
        yield RealLlama(
            url=said["url"],
            key=key,
            name=model.path.stem,
            context_tokens=CONTEXT_TOKENS,
            trained_tokens=TRAINED_TOKENS,
            model=model,
        )
        # The end of its standard input ends it; leaving the block closes that and waits.


@pytest.fixture(scope="session")
def real_llama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealLlama]:
    """A real llama.cpp server with random weights."""
    folder = tmp_path_factory.mktemp("llama")
    model = write_random_model(folder / "random.gguf", context_tokens=TRAINED_TOKENS)
    with run_server(model, folder) as server:
        yield server
