"""The embedded backend as the use-cases see it, in this process."""

import asyncio
import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from embedded_editors import (
    browser,
    folder,
    generates,
    leftovers,
    server_pid,
    supervisor_pid,
    wait_nothing_left,
)
from llama_program import clean_path, program, usual_program
from local_llm.errors import (
    BackendUnreachable,
    InstallError,
    ModelMissing,
    ModelStoreError,
    ServerFailed,
)
from local_llm.ops.embedded.adapter import EmbeddedLlama
from local_llm.ops.embedded.client import LOG_NAME, EmbeddedClient
from local_llm.ops.embedded.folder import remove_leftovers
from local_llm.ops.model_store import model_store
from local_llm.ops.places import state_folder
from local_llm.ops.random_model import write_random_model
from local_llm.settings import Embedded, Server, Settings
from waiting import wait_until

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
    assert not llama.possible(SETTINGS)
    put("noise")
    assert llama.possible(SETTINGS)
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


@pytest.fixture
def no_package(monkeypatch):
    """Hide the package, and any `llama-server` on PATH."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", clean_path())


async def test_without_llama_cpp_what_to_do_is_named(no_package, llama):
    put("noise")
    assert not llama.possible(SETTINGS)
    with pytest.raises(InstallError):
        llama.describe(SETTINGS)
    with pytest.raises(InstallError, match="not installed") as caught:
        await llama.start(SETTINGS, Server())
    assert ":LocalInstall embedded" in caught.value.hint
    assert "`llama-server` on $PATH" in caught.value.hint


async def test_without_the_package_a_program_on_the_path_serves(
    no_package, llama, monkeypatch, tmp_path
):
    put("noise")
    (tmp_path / "bin").mkdir()
    found = program(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{Path(found).parent}{os.pathsep}{os.environ['PATH']}")
    assert llama.possible(SETTINGS)
    assert llama.describe(SETTINGS) == f"{found} (from PATH)"
    url, key_file = await llama.start(SETTINGS, Server(context_tokens=512))
    assert generates({"url": url, "key_file": key_file})
    assert_listens_as(url, "--api-key-file", key_file)


async def test_the_program_of_the_option_comes_before_the_package(llama, tmp_path):
    put("noise")
    found = program(tmp_path)
    settings = Settings(embedded=Embedded(idle_s=0.1, threads=1, server=found))
    assert llama.describe(settings) == f"{found} (option `embedded.server`)"
    url, key_file = await llama.start(settings, Server(context_tokens=512))
    assert generates({"url": url, "key_file": key_file})
    assert_listens_as(url, "--api-key-file", key_file)


def assert_listens_as(url, *words):
    """The process behind the socket is the program itself, called with these words."""
    line = Path(f"/proc/{server_pid(url)}/cmdline")
    if not line.exists():
        pytest.skip("this system shows no command lines under /proc")
    called = line.read_text().split("\0")
    assert set(words) <= set(called)
    assert "local_llm.ops.embedded.server" not in called


@pytest.fixture
def strange(tmp_path):
    """Return a function that writes a program which only begins like `llama-server`."""

    def write(body):
        path = tmp_path / "llama-server"
        path.write_text(f'#!/bin/sh\n[ "$1" = --help ] && echo "{HELP}" && exit\n{body}\n')
        path.chmod(0o755)
        return Settings(embedded=Embedded(idle_s=0.1, threads=1, server=str(path)))

    return write


HELP = "--model --host --api-key-file --parallel --ctx-size"


async def test_a_program_that_cannot_load_the_model_is_named(llama, strange):
    put("noise")
    settings = strange("echo 'no such architecture' >&2; exit 3")
    with pytest.raises(ServerFailed, match="could not load the model") as caught:
        await llama.start(settings, Server(context_tokens=512))
    assert str(settings.embedded.server) in caught.value.sentence()
    log = state_folder(os.environ) / LOG_NAME
    assert str(log) in caught.value.hint
    assert "no such architecture" in log.read_text()


async def test_a_program_that_crashes_while_it_loads_is_named_with_its_signal(llama, strange):
    """As a build for another processor does."""
    put("noise")
    with pytest.raises(ServerFailed, match="could not load the model: SIGILL"):
        await llama.start(strange("kill -ILL $$"), Server(context_tokens=512))


@pytest.mark.parametrize(("program", "said"), [("false", "status 1"), ("true", "lacks --model")])
async def test_a_program_that_is_no_llama_server_is_refused(llama, program, said):
    put("noise")
    settings = Settings(embedded=Embedded(idle_s=0.1, server=program))
    with pytest.raises(ServerFailed, match="is no llama-server") as caught:
        await llama.start(settings, Server(context_tokens=512))
    assert said in str(caught.value)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_a_supervisor_that_ends_while_it_loads_leaves_no_process(
    llama, strange, home, number
):
    put("noise")
    waits = strange("sleep 600 & wait")  # a wrapper, which does not become what it starts
    starting = asyncio.create_task(llama.start(waits, Server(context_tokens=512)))
    await asyncio.to_thread(wait_until, lambda: "sleep" in running(home), 20, "its start")
    starting.cancel()
    await llama.aclose()
    os.kill(supervisor_pid(), number)
    await asyncio.to_thread(wait_until, lambda: not running(home), 20, lambda: running(home))
    remove_leftovers(folder())


def running(home):
    """Return the names of the processes that a test with this HOME has started."""
    if not Path("/proc/self/environ").exists():
        pytest.skip("this system shows no environments under /proc")
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"HOME={home}\0".encode() in (process / "environ").read_bytes():
                found.append((process / "comm").read_text().strip())
    return found


async def test_loading_is_told_once_and_only_when_it_happens(home, tmp_path):
    told = []
    client = EmbeddedClient(os.environ, idle_s=0.1)
    told_by = {"on_loading": lambda: told.append("loading"), "program": usual_program(tmp_path)}
    model = put("noise")
    for _ in range(2):
        await client.acquire(model, 512, threads=1, **told_by)
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


async def test_a_cancelled_wait_does_not_mix_up_later_answers(home, tmp_path):
    model, other = put("one"), put("two")
    llama = {"threads": 1, "program": usual_program(tmp_path)}
    client = EmbeddedClient(os.environ, idle_s=0.1)
    loading = asyncio.Event()
    asking = asyncio.create_task(client.acquire(model, 512, on_loading=loading.set, **llama))
    await loading.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    first = await client.acquire(other, 512, **llama)
    second = await client.acquire(model, 512, **llama)
    assert first.url != second.url
    with browser(second.url, second.key_file.read_text()) as http:
        assert http.get("/props").json()["model_alias"] == "one"
    await client.close()
    wait_nothing_left()
