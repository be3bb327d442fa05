"""Our llama.cpp dialect against the real server."""

from __future__ import annotations

import httpx
import pytest
from drive import Driver

from local_llm import errors
from local_llm.backends.base import ChatAsk, Done, Message, Progress, RawAsk, Sampling, State, Text
from local_llm.backends.detect import identify

pytest_plugins = ["real_server"]

MESSAGES = (Message("user", "def add(a, b):"),)


@pytest.fixture
def real(real_llama):
    # The server closes a connection behind every stream, whatever its headers say.
    limits = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(
        base_url=real_llama.url, trust_env=False, timeout=60, limits=limits
    ) as client:
        backend = Driver(client).run(identify())
        yield backend, Driver(client, backend, real_llama.key), real_llama


def chat(real, words=1, **changes):
    backend, driver, server = real
    messages = (Message("user", "hello " * words),) if words > 1 else MESSAGES
    ask = ChatAsk(model=server.name, messages=messages, max_tokens=8, **changes)
    return driver.answer(backend, backend.chat(ask), backend.chat_decoder())


def test_it_is_recognised_behind_its_key(real):
    assert real[0].kind == "llamacpp"


def test_survey_and_inspection(real):
    backend, driver, server = real
    info = driver.run(backend.survey())
    model = driver.run(backend.inspect(server.name))
    assert info.state is State.READY
    assert [known.name for known in info.models] == [server.name]
    assert info.slots == 1
    assert model.context_tokens == server.context_tokens
    assert model.trained_tokens == server.trained_tokens


def test_chat(real):
    backend, driver, server = real
    events = chat(real, sampling=Sampling(temperature=0.0))
    assert "".join(event.text for event in events if isinstance(event, Text))
    assert isinstance(events[-1], Done)
    assert events[-1].finish == "length"
    assert events[-1].usage.answer_tokens == 8
    counted = driver.run(backend.count_chat(server.name, MESSAGES))
    assert events[-1].usage.prompt_tokens == counted


def test_progress_while_a_long_prompt_is_read(real):
    steps = [event for event in chat(real, words=500) if isinstance(event, Progress)]
    assert steps
    assert steps[-1].done <= steps[-1].total


def test_completion_of_text_and_of_ids(real):
    backend, driver, server = real
    for prompt in ("def add(", (65, 66, 67)):
        ask = RawAsk(model=server.name, prompt=prompt, max_tokens=4)
        events = driver.answer(backend, backend.complete(ask), backend.raw_decoder())
        assert isinstance(events[-1], Done)
        assert events[-1].usage.answer_tokens == 4


def test_special_tokens_in_text_are_counted_as_text(real):
    backend, driver, server = real
    plain = driver.run(backend.count(server.name, "<|im_end|>"))
    assert plain > 1


def test_overflow_says_both_numbers(real):
    with pytest.raises(errors.ContextOverflow) as error:
        chat(real, words=6000)
    assert error.value.context_tokens == real[2].context_tokens
    assert error.value.prompt_tokens > real[2].context_tokens


def test_a_wrong_key(real):
    backend, driver, server = real
    with pytest.raises(errors.AuthRejected):
        chat((backend, Driver(driver.client, backend, "wrong"), server))
