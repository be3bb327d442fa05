"""What listens is not what it should be: one message with a hint, and not a word of code sent.

Every test ends with a command that works, in the same editor and on the same host process.
"""

from __future__ import annotations

import pytest

from fakes import (
    ClosedPort,
    FakeLlamaCpp,
    FakeOllama,
    FakeOpenAI,
    GarbageListener,
    HtmlListener,
    Script,
    SilentListener,
)
from person import wait_closed

STRANGERS = {
    "a web page": (HtmlListener, "something listens there, but no model server that we know"),
    "bytes that are no HTTP": (GarbageListener, "what listens there does not speak HTTP"),
    "silence": (SilentListener, "no answer within"),
}


@pytest.fixture(params=["auto", "openai"])
def kind(request):
    return request.param


def posts(server):
    return [path for path in server.paths() if path.startswith("POST")]


def test_nothing_listens(person, sound):
    with ClosedPort() as port:
        person.uses(port.url)
        person.asks()
        person.is_told_once(f"no model server answers ({port.url})", "start the server, or set")
    person.is_well()
    person.gets_an_answer(sound)


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_stranger_gets_a_message_and_no_post(person, sound, stranger, kind):
    listener, message = STRANGERS[stranger]
    with listener() as server:
        person.uses(server, kind)
        person.asks()
        person.is_told_once(message, "hint: ")
        assert person.sees_address(server)
        assert posts(server) == []
        assert b"def number" not in getattr(server, "received", b"")
    person.is_well()
    person.gets_an_answer(sound)


def test_another_kind_of_server_is_named(person, sound):
    with FakeOllama() as server:
        person.uses(server, "llamacpp")
        person.asks()
        person.is_told_once("Ollama answers there, and backend.kind is llamacpp", '"ollama"')
        assert posts(server) == []
    person.gets_an_answer(sound)


@pytest.mark.parametrize(("fake", "kind"), [(FakeLlamaCpp, "llamacpp"), (FakeOpenAI, "openai")])
def test_a_server_that_wants_a_key(person, sound, fake, kind):
    with fake(Script(key="the-key")) as server:
        person.uses(server, kind)
        person.asks()
        hint = "set backend.api_key_cmd or backend.api_key_env"
        person.is_told_once("the server wants an API key", hint)
        assert person.sees_address(server)
    person.is_well()
    person.gets_an_answer(sound)


@pytest.mark.parametrize(("fake", "kind"), [(FakeOllama, "ollama"), (FakeOpenAI, "openai")])
def test_a_model_that_the_server_does_not_have(person, sound, fake, kind):
    with fake() as server:
        person.uses(server, kind, model="no-such-model")
        person.asks()
        person.is_told_once("no-such-model", "choose one with :LocalModel")
    person.is_well()
    person.gets_an_answer(sound)


def test_a_server_without_models(person, sound):
    with FakeOllama(Script(models=()), resident=False) as server:
        person.uses(server, "ollama")
        person.asks()
        person.is_told_once("the server has no local model", "hint: ")
        assert posts(server) == []
    person.gets_an_answer(sound)


def test_a_model_that_loads_is_waited_for(person):
    with FakeLlamaCpp(Script(loading_requests=1 << 30)) as server:
        person.uses(server)
        person.asks()
        person.reads("loading the model")
        assert person.status() == "llm loading"
        server._loading = 0
        person.reads("Hello, world.")
        assert person.told() == []
        person.is_well()


def test_a_model_that_loads_for_too_long(person, sound):
    with FakeLlamaCpp(Script(loading_requests=1 << 30)) as server:
        person.uses(server, start_timeout_s=1)
        person.asks()
        person.is_told_once("still loading its model", "try again in a moment")
    person.is_well()
    person.gets_an_answer(sound)


def test_a_server_that_accepts_and_never_answers_the_question(person, sound):
    with FakeLlamaCpp(Script(header_delay_s=600)) as server:
        person.uses(server, start_timeout_s=1)
        person.asks()
        person.is_told_once("no answer within 1 s", "hint: ")
        wait_closed(server)
    person.is_well()
    person.gets_an_answer(sound)


@pytest.mark.parametrize("when", ["from the start", "later"])
def test_a_redirect_is_not_followed(person, sound, when):
    with SilentListener() as elsewhere, FakeLlamaCpp() as server:
        if when == "later":
            person.gets_an_answer(server)
            person.starts_over()
        server.script = Script(redirect=f"{elsewhere.url}/v1/chat/completions")
        person.uses(server)
        person.asks()
        person.is_told_once("redirects to 127.0.0.1:", "hint: set backend.url")
        assert bytes(elsewhere.received) == b""
    person.is_well()
    person.gets_an_answer(sound)
