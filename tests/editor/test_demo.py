"""`make demo`: it shows an answer or says why not, and leaves nothing behind."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pyte
import pytest

import isolation
from fakes import ClosedPort, FakeLlamaCpp, Script
from waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "scripts" / "demo.py"
ANSWER = ("The ", "bucket ", "refills ", "over ", "time.")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Shared, so that the model is written once."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture
def demo_env(nvim, home, tmp_path):
    """Put the Neovim under test on PATH, where the demo looks first."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "nvim").symlink_to(nvim)
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    ours = str(ROOT / "python")
    return {**os.environ, "PATH": path, "TERM": "xterm-256color", "PYTHONPATH": ours}


@pytest.fixture
def headless(demo_env, folder):
    """Run the demo without a terminal."""

    def run(**env):
        done = subprocess.run(
            [sys.executable, DEMO, folder],
            env={**demo_env, **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert processes_of(folder) == []
        return done

    return run


def processes_of(folder):
    """Return the command lines of what has the demo's folders in its environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.fsencode(folder) in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def test_a_running_server_is_used(headless, home):
    with FakeLlamaCpp(Script(pieces=ANSWER, models=("coder",))) as server:
        done = headless(LOCAL_LLM_BACKEND__URL=server.url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"at {server.url} with coder" in done.stdout
    assert "The bucket refills over time." in done.stdout
    assert "an answer of 5 words streamed in" in done.stdout
    assert "NOISE" not in done.stdout
    written = {path.name for path in home.rglob("*") if path.is_file()}
    assert written <= {"nvim.log"}, "only the editor's log was pointed there, by the test"


def test_without_any_model_noise_is_called_noise(headless):
    done = headless(LOCAL_LLM_BACKEND__KIND="embedded")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "random weights instead" in done.stdout
    assert "THE ANSWER IS NOISE" in done.stdout
    assert "streamed in (noise, as said above)" in done.stdout


def test_a_model_of_the_user_is_used(headless, folder, home):
    from local_llm.ops.random_model import write_random_model

    store = home / "cache" / "local-llm" / "models" / "mine"
    store.mkdir(parents=True)
    write_random_model(store / "small.gguf")
    done = headless(LOCAL_LLM_BACKEND__KIND="embedded")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "using the embedded llama.cpp with mine/small" in done.stdout
    assert sorted(path.name for path in store.iterdir()) == ["small.gguf"]


@pytest.mark.parametrize(
    "script",
    [Script(raw=b""), Script(error=(500, {"error": {"message": "out of memory"}}))],
    ids=["empty", "error"],
)
def test_no_answer_is_a_failure_that_is_explained(headless, script):
    with FakeLlamaCpp(script) as server:
        done = headless(LOCAL_LLM_BACKEND__URL=server.url)
    assert done.returncode == 1
    assert "FAILED: the window above says why" in done.stdout
    assert "✗" in done.stdout


def test_a_server_that_was_named_and_is_not_there(headless):
    with ClosedPort() as port:
        done = headless(LOCAL_LLM_BACKEND__URL=port.url)
    assert done.returncode == 1
    assert "FAILED: no model server answers" in done.stdout
    assert "Traceback" not in done.stderr


def test_with_a_terminal_the_editor_is_the_users(demo_env, folder):
    with FakeLlamaCpp(Script(pieces=ANSWER)) as server:
        env = {**demo_env, "LOCAL_LLM_BACKEND__URL": server.url}
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(sys.executable, [sys.executable, str(DEMO), str(folder)], env)
        screen = pyte.Screen(80, 24)
        stream = pyte.ByteStream(screen)

        def shows(text):
            stream.feed(os.read(terminal, 1 << 16))
            return text in "\n".join(screen.display)

        wait_until(lambda: shows("The bucket refills over time."), 20, "the answer")
        os.write(terminal, b"\x1b:qa!\r")
        assert os.waitpid(pid, 0)[1] == 0
        os.close(terminal)
    wait_until(lambda: processes_of(folder) == [], 5, "the end of all processes")


def test_the_folders_are_those_of_the_demo_alone(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(DEMO.parent))
    import demo

    made = demo.folders(tmp_path / "demo")
    assert all(Path(folder).is_relative_to(tmp_path) for folder in made.values())
    theirs = isolation.private_folders(tmp_path / "home", tmp_path / "run")
    assert set(made) == {name for name in theirs if name.startswith("XDG_")} - {
        "XDG_CONFIG_DIRS",
        "XDG_DATA_DIRS",
    }
