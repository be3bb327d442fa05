"""Our dialects and the fakes agree: who it is, what it has, what it says, how it fails."""

from __future__ import annotations

import httpx
import pytest
from drive import Driver

from fakes import (
    DIALECTS,
    FakeLlamaCpp,
    FakeLlamafile,
    FakeOllama,
    FakeRouter,
    FakeTabby,
    FakeTextgen,
    FakeVllm,
    GarbageListener,
    HtmlListener,
    Script,
)
from fakes.tokens import count, count_chat
from local_llm import errors
from local_llm.backends.base import ChatAsk, Done, Message, Progress, RawAsk, State, Text, Thinking
from local_llm.backends.detect import identify

MODEL = "test-model"
MESSAGES = (Message("system", "be brief"), Message("user", "hello"))
AS_SENT = [{"role": message.role, "content": message.content} for message in MESSAGES]
CODE = "def add(a, b):\n    return a + b\n"

# What identify() calls each fake; a router is a llama.cpp server.
KINDS = {"router": "llamacpp", "llamafiler": "llamafile"} | dict.fromkeys(
    ("vllm", "lmstudio", "localai", "tabby", "koboldcpp"), "openai"
)


@pytest.fixture
def meet():
    """Start a fake and identify it."""
    started = []

    def start(kind, script=None, *, wanted="auto", key="", **server):
        fake = kind(script, **server)
        fake.start()
        client = httpx.Client(base_url=fake.url, trust_env=False, timeout=10)
        started.append((fake, client))
        backend = Driver(client).run(identify(wanted))
        return fake, backend, Driver(client, backend, key)

    yield start
    for fake, client in started:
        client.close()
        fake.stop()


def chat(driver, backend, **changes):
    ask = ChatAsk(model=MODEL, messages=MESSAGES, max_tokens=100, **changes)
    return driver.answer(backend, backend.chat(ask), backend.chat_decoder())


def said(events, kind=Text):
    return "".join(event.text for event in events if isinstance(event, kind))


@pytest.mark.parametrize("name", DIALECTS)
def test_each_is_recognised_by_gets_alone(meet, name):
    server, backend, _ = meet(DIALECTS[name])
    assert backend.kind == KINDS.get(name, name)
    assert {request.method for request in server.requests} == {"GET"}


@pytest.mark.parametrize("stranger", [HtmlListener, GarbageListener])
@pytest.mark.parametrize("wanted", ["auto", "openai", "ollama"])
def test_strangers_are_refused(meet, stranger, wanted):
    with pytest.raises(errors.WrongServer):
        meet(stranger, wanted=wanted)


@pytest.mark.parametrize("name", DIALECTS)
def test_survey_and_inspection(meet, name):
    server, backend, driver = meet(DIALECTS[name])
    info = driver.run(backend.survey())
    assert info.state is State.READY
    assert [model.name.removesuffix(":latest") for model in info.models] == [MODEL]
    assert {request.method for request in server.requests} == {"GET"}
    model = driver.run(backend.inspect(info.models[0].name))
    knows_context = name not in ("llamafiler", "textgen", "openai", "localai")
    assert model.context_tokens == (8192 if knows_context else None)
    assert not any("chat" in path or "completion" in path for path in server.paths())


@pytest.mark.parametrize("name", DIALECTS)
def test_chat(meet, name):
    _, backend, driver = meet(DIALECTS[name])
    events = chat(driver, backend)
    assert said(events) == "Hello, world."
    assert isinstance(events[-1], Done)
    assert sum(isinstance(event, Done) for event in events) == 1
    assert events[-1].finish == "stop"
    if name != "koboldcpp":  # usage is not asked of it
        assert events[-1].usage.prompt_tokens == count_chat(AS_SENT)
        assert events[-1].usage.answer_tokens == 4


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("carrier", ["field", "inline", "end-tag"])
def test_reasoning_by_every_carrier(meet, name, carrier):
    script = Script(thinks=True, reasoning=["first ", "this"], carrier=carrier)
    _, backend, driver = meet(DIALECTS[name], script)
    events = chat(driver, backend)
    assert "first this" not in said(events) or carrier == "end-tag"
    assert said(events).endswith("Hello, world.")
    assert "think>" not in said(events)
    if carrier != "end-tag":
        assert said(events, Thinking).strip() == "first this"


@pytest.mark.parametrize("name", DIALECTS)
def test_completion(meet, name):
    _, backend, driver = meet(DIALECTS[name])
    ask = RawAsk(model=MODEL, prompt=CODE, max_tokens=2)
    events = driver.answer(backend, backend.complete(ask), backend.raw_decoder())
    assert said(events) == "Hello, "
    assert events[-1].finish == "length"


@pytest.mark.parametrize("name", DIALECTS)
def test_counts(meet, name):
    _, backend, driver = meet(DIALECTS[name])
    counting = backend.count(MODEL, CODE)
    assert (counting is None) == (name in ("ollama", "openai", "lmstudio"))
    if counting is not None:
        assert driver.run(counting) == count(CODE)


@pytest.mark.parametrize("kind", [FakeLlamaCpp, FakeRouter, FakeVllm, FakeTextgen])
def test_counts_of_chats(meet, kind):
    _, backend, driver = meet(kind)
    assert driver.run(backend.count_chat(MODEL, MESSAGES)) == count_chat(AS_SENT)


def test_progress_of_the_prompt(meet):
    _, backend, driver = meet(FakeLlamaCpp, Script(progress=[0, 5, 10]))
    steps = [event for event in chat(driver, backend) if isinstance(event, Progress)]
    assert [step.done for step in steps] == [0, 5, 10]


@pytest.mark.parametrize(
    ("kind", "script", "error"),
    [
        (FakeLlamaCpp, Script(overflow=True), errors.ContextOverflow),
        (FakeOllama, Script(overflow=True), errors.ContextOverflow),
        (FakeVllm, Script(overflow=True), errors.ContextOverflow),
        (FakeTabby, Script(overflow=True), errors.ContextOverflow),
        (DIALECTS["llamafiler"], Script(overflow=True), errors.ContextOverflow),
        (FakeOllama, Script(models=["another"]), errors.ModelMissing),
        (FakeRouter, Script(models=["another"]), errors.ModelMissing),
        (FakeVllm, Script(models=["another"]), errors.ModelMissing),
        (FakeOllama, Script(error=(503, "server busy")), errors.ServerFailed),
        (FakeLlamaCpp, Script(error_after=2), errors.ServerFailed),
        (FakeLlamafile, Script(error_after=2), errors.ServerFailed),
        (FakeOllama, Script(error_after=2), errors.ServerFailed),
        (FakeVllm, Script(error_after=2), errors.ServerFailed),
        (FakeTabby, Script(error_after=2), errors.ServerFailed),
        (DIALECTS["localai"], Script(error_after=2), errors.ServerFailed),
        (FakeLlamaCpp, Script(end_marker=False), errors.StreamBroken),
        (FakeOllama, Script(end_marker=False), errors.StreamBroken),
        (FakeVllm, Script(end_marker=False), errors.StreamBroken),
        (FakeTextgen, Script(end_marker=False), errors.StreamBroken),
        (FakeLlamaCpp, Script(raw=b""), errors.StreamBroken),
        (FakeOllama, Script(raw=b""), errors.StreamBroken),
        (FakeLlamaCpp, Script(raw=b"<html>no stream</html>\n\n"), errors.BadStream),
        (FakeLlamaCpp, Script(long_line_after=1, long_line_bytes=10 << 20), errors.BadStream),
        (FakeOllama, Script(long_line_after=1, long_line_bytes=10 << 20), errors.BadStream),
    ],
)
def test_errors(meet, kind, script, error):
    _, backend, driver = meet(kind, script)
    with pytest.raises(error):
        chat(driver, backend)


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (FakeLlamaCpp, "llamacpp"),
        (FakeTextgen, "textgen"),
        (FakeVllm, "openai"),
        (FakeTabby, "openai"),
    ],
)
def test_keys(meet, kind, wanted):
    script = Script(key="secret")
    _, backend, driver = meet(kind, script, wanted=wanted, key="secret")
    assert said(chat(driver, backend)) == "Hello, world."
    _, backend, driver = meet(kind, script, wanted=wanted, key="wrong")
    with pytest.raises(errors.AuthRejected):
        chat(driver, backend)


def test_a_server_that_loads_its_model(meet):
    _, backend, driver = meet(FakeLlamaCpp, Script(loading_requests=1000))
    assert driver.run(backend.survey()).state is State.LOADING
    with pytest.raises(errors.ModelLoading):
        chat(driver, backend)


@pytest.mark.parametrize("name", DIALECTS)
def test_bytes_one_at_a_time(meet, name):
    script = Script(pieces=["a\N{LINE SEPARATOR}b", "\N{SNOWMAN}", "\x85", "\n\n"], drip=True)
    _, backend, driver = meet(DIALECTS[name], script)
    assert said(chat(driver, backend)) == "".join(script.pieces)
