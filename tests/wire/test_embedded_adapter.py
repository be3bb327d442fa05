"""The embedded backend as the use-cases see it, in this process."""

import asyncio
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from embedded_editors import browser, generates, leftovers, wait_nothing_left
from local_llm.errors import BackendUnreachable, InstallError, ModelMissing, ModelStoreError
from local_llm.ops.embedded.adapter import EmbeddedLlama
from local_llm.ops.embedded.client import EmbeddedClient
from local_llm.ops.model_store import model_store
from local_llm.ops.random_model import write_random_model
from local_llm.settings import Embedded, Server, Settings

SETTINGS = Settings(embedded=Embedded(idle_s=0.1, threads=1))


@pytest.fixture
async def llama(home):
    adapter = EmbeddedLlama(os.environ)
    yield adapter
    await adapter.aclose()
    wait_nothing_left()


def put(name):
    folder = model_store(os.environ).folder
    folder.mkdir(parents=True, exist_ok=True)
    return write_random_model(folder / f"{name}.gguf", merges=300).path


async def test_the_default_model_of_the_store_is_served(llama):
    assert not llama.possible()
    put("noise")
    assert llama.possible()
    url, key_file = await llama.start(SETTINGS, Server(kind="embedded", context_tokens=512))
    assert generates({"url": url, "key_file": key_file})
    assert (url, key_file) == await llama.start(SETTINGS, Server(context_tokens=512))


async def test_a_model_is_named_by_the_store_or_by_a_path(llama, tmp_path):
    put("one")
    elsewhere = write_random_model(tmp_path / "two.gguf", merges=300).path
    by_name = await llama.start(SETTINGS, Server(model="one", context_tokens=512))
    by_path = await llama.start(SETTINGS, Server(model=str(elsewhere), context_tokens=512))
    assert by_name != by_path


@pytest.mark.parametrize("fault", [ModelStoreError, ModelMissing])
async def test_no_model_is_said_with_what_to_do(llama, fault):
    server = Server(model="none" if fault is ModelMissing else None)
    with pytest.raises(fault) as caught:
        await llama.start(SETTINGS, server)
    assert "local-llm model" in caught.value.hint


async def test_without_the_packages_the_command_to_run_is_named(llama, monkeypatch):
    put("noise")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    assert not llama.possible()
    with pytest.raises(InstallError, match="not installed") as caught:
        await llama.start(SETTINGS, Server())
    assert ":LocalInstall embedded" in caught.value.hint


async def test_loading_is_told_once_and_only_when_it_happens(home):
    told = []
    client = EmbeddedClient(os.environ, idle_s=0.1)
    model = put("noise")
    for _ in range(2):
        await client.acquire(model, 512, threads=1, on_loading=lambda: told.append("loading"))
    assert told == ["loading"]
    await client.close()
    wait_nothing_left()


@pytest.mark.parametrize(
    ("python", "said"), [("/no/python", "No such file"), ("false", "did not start")]
)
async def test_an_interpreter_that_cannot_start_it_is_an_error(home, python, said):
    client = EmbeddedClient(os.environ, python=python)
    with pytest.raises(BackendUnreachable, match=said):
        await client.acquire(put("noise"), 512)
    assert leftovers() == []


async def test_a_server_without_its_package_is_an_error_with_the_command_to_run(home, tmp_path):
    (tmp_path / "xllamacpp.py").write_text("raise ImportError('made to fail')")
    client = EmbeddedClient({**os.environ, "PYTHONPATH": str(tmp_path)}, idle_s=0.1)
    with pytest.raises(InstallError, match="xllamacpp is not installed") as caught:
        await client.acquire(put("noise"), 512)
    assert ":LocalInstall embedded" in caught.value.hint
    await client.close()
    wait_nothing_left()


def test_the_editor_s_side_does_not_load_llama_cpp():
    program = (
        "import sys, local_llm.ops.embedded.adapter, local_llm.ops.embedded.supervisor;"
        "sys.exit(not {'xllamacpp', 'gguf', 'numpy', 'huggingface_hub'}.isdisjoint(sys.modules))"
    )
    folder = Path(__file__).parents[2] / "python"
    assert subprocess.run([sys.executable, "-c", program], cwd=folder, check=False).returncode == 0


async def test_a_cancelled_wait_does_not_mix_up_later_answers(home):
    model, other = put("one"), put("two")
    client = EmbeddedClient(os.environ, idle_s=0.1)
    loading = asyncio.Event()
    asking = asyncio.create_task(client.acquire(model, 512, threads=1, on_loading=loading.set))
    await loading.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    first = await client.acquire(other, 512, threads=1)
    second = await client.acquire(model, 512, threads=1)
    assert first.url != second.url
    with browser(second.url, second.key_file.read_text()) as http:
        assert http.get("/props").json()["model_alias"] == "one"
    await client.close()
    wait_nothing_left()
