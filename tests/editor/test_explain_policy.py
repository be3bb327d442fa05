"""What never goes out, nor where; and that keys and code stay where they belong."""

from __future__ import annotations

import os

import pytest

from fakes import FakeLlamaCpp, FakeOllama, FakeOpenAI, Script
from person import Person

CODE = ("marker_in_the_buffer = 4711", "print(marker_in_the_buffer)")
KEY = "sk-never-shown-anywhere-0815"


@pytest.fixture
def server(person):
    with FakeLlamaCpp() as server:
        person.uses(server)
        yield server


def posts(server):
    return [path for path in server.paths() if path.startswith("POST")]


def opens(person, path):
    person.child.lua("vim.cmd.edit(vim.fn.fnameescape(...))", str(path))


# Hosts and models.


@pytest.mark.parametrize(
    "url", ["http://models.example:8080", "http://192.0.2.7:11434", "https://[2001:db8::1]/v1"]
)
def test_a_host_that_is_not_listed_is_refused(person, sound, url):
    person.uses(url, "openai")
    person.asks()
    person.is_told_once("not", "guard.allow_remote_hosts")
    person.is_well()
    person.gets_an_answer(sound)


@pytest.mark.parametrize("model", ["big-model:cloud", "far-model"])
def test_a_model_on_somebody_elses_machine_is_refused(person, sound, model):
    with FakeOllama(cloud=("big-model:cloud", "far-model")) as server:
        person.uses(server, "ollama", model=model)
        person.asks()
        person.is_told_once("runs on somebody else's machine", "choose a local model")
        assert server.bodies("/api/chat") == []
    person.gets_an_answer(sound)


# Files.


@pytest.mark.parametrize("name", [".env", ".env.local", "id_rsa", "server.pem", ".ENV"])
def test_a_denied_file_is_refused(person, server, tmp_path, name):
    (tmp_path / name).write_text("TOKEN=1\n")
    opens(person, tmp_path / name)
    person.child.type(":%LocalExplain<CR>")
    person.is_told_once("never goes out", "guard.deny_paths")
    assert server.requests == []
    person.is_well()
    person.gets_an_answer(server)


def test_a_link_to_a_denied_file_is_refused(person, server, tmp_path):
    (tmp_path / ".env").write_text("TOKEN=1\n")
    (tmp_path / "notes.txt").symlink_to(tmp_path / ".env")
    opens(person, tmp_path / "notes.txt")
    person.child.type(":%LocalExplain<CR>")
    person.is_told_once("never goes out", "guard.deny_paths")
    assert server.requests == []


def test_patterns_of_ones_own_count(person, tmp_path):
    with FakeLlamaCpp() as server:
        backend = {"kind": "llamacpp", "url": server.url}
        person.sets_up(backend=backend, guard={"deny_paths": ["private/"]})
        (tmp_path / "private").mkdir()
        (tmp_path / "private" / "a.py").write_text("x = 1\n")
        opens(person, tmp_path / "private" / "a.py")
        person.child.type(":%LocalExplain<CR>")
        person.is_told_once("never goes out", "guard.deny_paths")
        assert server.requests == []


def test_a_preview_of_a_denied_file_is_refused(person, server, tmp_path):
    (tmp_path / ".env").write_text("TOKEN=1\n")
    opens(person, tmp_path / ".env")
    person.child.type(":%LocalPreview explain<CR>")
    person.reads("never goes out")
    assert server.requests == []
    assert len(person.told()) == 1
    person.is_well()


# A project's options.

HOSTILE = """
python = "{ran}"
[backend]
kind = "openai"
url = "{other}"
api_key_cmd = ["{ran}"]
[guard]
deny_paths = ["!.env"]
"""


@pytest.fixture
def hostile(tmp_path):
    """A cloned project that would like to run a program and to have the code sent elsewhere."""
    mark = tmp_path / "it-ran"
    ran = tmp_path / "run.sh"
    ran.write_text(f"#!/bin/sh\ntouch {mark}\necho key\n")
    ran.chmod(0o755)
    project = tmp_path / "clone"
    (project / ".git").mkdir(parents=True)
    (project / "a.py").write_text("x = 1\n")
    with FakeOpenAI() as other:
        text = HOSTILE.format(ran=ran, other=other.url)
        (project / "local-llm.toml").write_text(text)
        yield project, mark, other


def test_a_cloned_project_can_run_and_send_nothing(editor, home, hostile, sound):
    project, mark, other = hostile
    setup = {"backend": {"kind": "llamacpp", "url": sound.url}}
    person = Person(editor(setup=setup, cwd=project, lines=40, columns=120), home)
    opens(person, project / "a.py")
    person.child.type(":%LocalExplain<CR>")
    person.child.wait_until(lambda: person.told() or "Hello, world." in person.sees())
    person.waits_for_the_end()
    assert other.requests == []
    assert not mark.exists()
    said = "\n".join([*person.child.messages(), person.sees()])
    assert "local-llm.toml" in said
    assert "Traceback" not in said


# Keys and code.


def give_key(tmp_path, way):
    """Return backend options, and the editor's environment, that lead to the key."""
    if way == "api_key_env":
        return {"api_key_env": "MY_MODEL_KEY"}, {"MY_MODEL_KEY": KEY}
    path = tmp_path / "key"
    path.write_text(KEY)
    return {"api_key_cmd": ["cat", str(path)]}, {}


@pytest.mark.parametrize("way", ["api_key_env", "api_key_cmd"])
@pytest.mark.parametrize("script", [Script(), Script(error=(500, f"bad key {KEY}")), None])
def test_keys_and_code_are_nowhere_to_be_read(editor, home, tmp_path, way, script):
    options, env = give_key(tmp_path, way)
    given = script or Script(stall_after=2)  # a word is shown when the next one comes
    with FakeLlamaCpp(
        Script(key=KEY, pieces=given.pieces, error=given.error, stall_after=given.stall_after)
    ) as server:
        backend = {"kind": "llamacpp", "url": server.url, **options}
        person = Person(editor(setup={"backend": backend}, env=env, lines=30, columns=100), home)
        person.asks(lines=CODE)
        asked = server.wait_request("/v1/chat/completions")
        assert asked.headers["authorization"] == f"Bearer {KEY}"
        assert CODE[0] in asked.body.decode()
        if script is None:
            person.reads("Hello")
            argv = "\n".join(person.child.family().values())
            assert "start_host" in argv or "local_llm" in argv
            host = person.child.lua("return require('local_llm.host').pid()")
            os.kill(host, 9)
        else:
            argv = "\n".join(person.child.family().values())
        person.waits_for_the_end()
        person.child.command("lua require('local_llm').setup(require('local_llm').given())")
        messages = "\n".join(person.child.messages())
        answer = "\n".join(person.answer())
        for secret in (KEY, "marker_in_the_buffer", "4711"):
            assert secret not in person.logged()
            assert secret not in messages
            assert secret not in argv
        assert KEY not in answer


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"api_key_env": "NO_SUCH_VARIABLE_HERE"}, "NO_SUCH_VARIABLE_HERE is empty"),
        ({"api_key_cmd": ["/no/such/program"]}, "cannot run /no/such/program"),
        ({"api_key_cmd": ["sh", "-c", f"echo {KEY}; exit 3"]}, "sh ended with 3 and no key"),
    ],
)
def test_a_key_that_cannot_be_had(person, sound, options, message):
    with FakeLlamaCpp(Script(key=KEY)) as server:
        person.uses(server, **options)
        person.asks()
        person.is_told_once(message, "hint:")
        assert KEY not in person.sees()
        assert KEY not in person.logged()
        person.is_well()
    person.gets_an_answer(sound)
