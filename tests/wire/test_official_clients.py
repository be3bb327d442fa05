"""The official Python clients of Ollama and OpenAI work against the fakes."""

from __future__ import annotations

import httpx
import ollama
import openai
import pytest

from fakes import (
    FakeKoboldCpp,
    FakeLlamaCpp,
    FakeLlamafiler,
    FakeLmStudio,
    FakeLocalAI,
    FakeOllama,
    FakeOpenAI,
    FakeTabby,
    FakeTextgen,
    FakeVllm,
    Script,
)
from fakes.tokens import count, count_chat

HELLO = [{"role": "user", "content": "hello"}]
ANSWER = "Hello, world."
MODEL = "test-model"
OPENAI_SERVERS = [
    FakeLlamaCpp,
    FakeOpenAI,
    FakeVllm,
    FakeLmStudio,
    FakeLocalAI,
    FakeTabby,
    FakeKoboldCpp,
    FakeTextgen,
    FakeLlamafiler,
]


def ollama_client(server):
    return ollama.Client(host=server.url, trust_env=False, timeout=30)


def openai_client(server, key="none"):
    plain = httpx.Client(trust_env=False, timeout=30)
    return openai.OpenAI(base_url=f"{server.url}/v1", api_key=key, max_retries=0, http_client=plain)


# The ollama client.


def test_ollama_chat():
    script = Script(thinks=True, reasoning=["hm"])
    with FakeOllama(script) as server, ollama_client(server) as client:
        answer = client.chat(MODEL, HELLO, think=True, options={"num_ctx": 4096})
    assert answer.message.content == ANSWER
    assert answer.message.thinking == "hm"
    assert answer.done_reason == "stop"
    assert answer.prompt_eval_count == count_chat(HELLO)
    assert server.requests[0].json["options"] == {"num_ctx": 4096}


def test_ollama_chat_streams():
    with FakeOllama() as server, ollama_client(server) as client:
        parts = list(client.chat(MODEL, HELLO, stream=True))
    assert [part.message.content for part in parts] == [*Script().pieces, ""]
    assert [part.done for part in parts] == [False] * 4 + [True]
    assert parts[-1].eval_count == 4


def test_ollama_generate():
    with FakeOllama() as server, ollama_client(server) as client:
        answer = client.generate(MODEL, "def add(", suffix="return")
        parts = list(client.generate(MODEL, "def add(", raw=True, stream=True))
    assert answer.response == ANSWER
    assert answer.context == [1, 2, 3]
    assert "".join(part.response for part in parts) == ANSWER
    assert parts[-1].context is None
    assert parts[-1].prompt_eval_count == count("def add(")


def test_ollama_generate_stops_at_the_limit():
    with FakeOllama() as server, ollama_client(server) as client:
        answer = client.generate(MODEL, "x", options={"num_predict": 2})
    assert (answer.response, answer.done_reason) == ("Hello, ", "length")


def test_ollama_list_show_and_ps():
    with FakeOllama(cloud=("far:cloud",)) as server, ollama_client(server) as client:
        listed = client.list().models
        shown = client.show(MODEL)
        running = client.ps().models
    assert [model.model for model in listed] == ["test-model:latest", "far:cloud"]
    assert shown.capabilities == ["completion", "insert"]
    assert shown.modelinfo["qwen2.context_length"] == 32768
    assert [(model.model, model.context_length) for model in running] == [
        ("test-model:latest", 8192)
    ]


@pytest.mark.parametrize(
    ("script", "ask", "status", "words"),
    [
        (Script(), {"model": "nope"}, 404, "model 'nope' not found"),
        (Script(), {"model": MODEL, "think": True}, 400, "does not support thinking"),
        (Script(error=(503, "server busy")), {"model": MODEL}, 503, "server busy"),
    ],
)
def test_ollama_errors_before_the_stream(script, ask, status, words):
    with (
        FakeOllama(script) as server,
        ollama_client(server) as client,
        pytest.raises(ollama.ResponseError, match=words) as error,
    ):
        client.chat(messages=HELLO, **ask)
    assert error.value.status_code == status


def test_ollama_error_in_the_stream():
    with FakeOllama(Script(error_after=2)) as server, ollama_client(server) as client:
        stream = client.chat(MODEL, HELLO, stream=True)
        assert [next(stream).message.content, next(stream).message.content] == ["Hello", ", "]
        with pytest.raises(ollama.ResponseError, match="the fake failed as told"):
            next(stream)


async def test_ollama_asynchronous_client():
    with FakeOllama() as server:
        client = ollama.AsyncClient(host=server.url, trust_env=False, timeout=30)
        parts = [part async for part in await client.chat(MODEL, HELLO, stream=True)]
        await client._client.aclose()
    assert "".join(part.message.content for part in parts) == ANSWER


# The openai client.


@pytest.mark.parametrize("kind", OPENAI_SERVERS)
def test_openai_chat(kind):
    with kind() as server, openai_client(server) as client:
        answer = client.chat.completions.create(model=MODEL, messages=HELLO)
    assert answer.choices[0].message.content == ANSWER
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.prompt_tokens == count_chat(HELLO)


@pytest.mark.parametrize("kind", OPENAI_SERVERS)
def test_openai_chat_streams_with_usage(kind):
    asked = {"stream": True, "stream_options": {"include_usage": True}}
    with (
        kind() as server,
        openai_client(server) as client,
        client.chat.completions.create(model=MODEL, messages=HELLO, **asked) as stream,
    ):
        parts = list(stream)
    texts = [part.choices[0].delta.content or "" for part in parts if part.choices]
    assert "".join(texts) == ANSWER
    ends = [part.choices[0].finish_reason for part in parts if part.choices]
    assert [end for end in ends if end] == ["stop"]
    assert parts[-1].choices == []
    assert parts[-1].usage.completion_tokens == 4


@pytest.mark.parametrize("kind", OPENAI_SERVERS)
def test_openai_completion(kind):
    with kind() as server, openai_client(server) as client:
        answer = client.completions.create(model=MODEL, prompt="def add(", max_tokens=2)
        with client.completions.create(model=MODEL, prompt="def add(", stream=True) as stream:
            texts = [part.choices[0].text for part in stream if part.choices]
    assert (answer.choices[0].text, answer.choices[0].finish_reason) == ("Hello, ", "length")
    assert answer.usage.prompt_tokens == count("def add(")
    assert "".join(texts) == ANSWER


@pytest.mark.parametrize("kind", OPENAI_SERVERS)
def test_openai_models(kind):
    with kind() as server, openai_client(server) as client:
        assert [model.id for model in client.models.list()] == [MODEL]


def test_openai_against_ollama():
    with FakeOllama() as server, openai_client(server) as client:
        assert [model.id for model in client.models.list()] == ["test-model:latest"]
        answer = client.chat.completions.create(model=MODEL, messages=HELLO)
        with client.chat.completions.create(model=MODEL, messages=HELLO, stream=True) as stream:
            texts = [part.choices[0].delta.content for part in stream]
        with pytest.raises(openai.NotFoundError):
            client.chat.completions.create(model="nope", messages=HELLO)
    assert answer.choices[0].message.content == ANSWER
    assert "".join(texts) == ANSWER


@pytest.mark.parametrize(
    ("kind", "script", "error"),
    [
        (FakeLlamaCpp, Script(key="k"), openai.AuthenticationError),
        (FakeVllm, Script(key="k"), openai.AuthenticationError),
        (FakeTextgen, Script(key="k"), openai.AuthenticationError),
        (FakeTabby, Script(key="k"), openai.AuthenticationError),
        (FakeOpenAI, Script(key="k"), openai.AuthenticationError),
        (FakeLlamaCpp, Script(overflow=True), openai.BadRequestError),
        (FakeVllm, Script(overflow=True), openai.BadRequestError),
        (FakeTabby, Script(overflow=True), openai.BadRequestError),
        (FakeLlamafiler, Script(overflow=True), openai.InternalServerError),
        (FakeVllm, Script(models=["another"]), openai.NotFoundError),
        (FakeLlamaCpp, Script(loading_requests=1), openai.InternalServerError),
        (FakeKoboldCpp, Script(loading_requests=1), openai.InternalServerError),
        (FakeOpenAI, Script(error=(429, "slow down")), openai.RateLimitError),
    ],
)
def test_openai_errors_before_the_stream(kind, script, error):
    with kind(script) as server, openai_client(server) as client, pytest.raises(error):
        client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)


@pytest.mark.parametrize("kind", [FakeLlamaCpp, FakeVllm, FakeTabby])
def test_openai_error_in_the_stream(kind):
    with kind(Script(error_after=2)) as server, openai_client(server) as client:
        stream = client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
        with stream, pytest.raises(openai.APIError, match="the fake failed as told"):
            list(stream)


async def test_openai_asynchronous_client():
    plain = httpx.AsyncClient(trust_env=False, timeout=30)
    with FakeVllm(Script(reasoning=["hm"])) as server:
        async with openai.AsyncOpenAI(
            base_url=f"{server.url}/v1", api_key="none", max_retries=0, http_client=plain
        ) as client:
            stream = await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
            deltas = [part.choices[0].delta async for part in stream]
    assert "".join(delta.content or "" for delta in deltas) == ANSWER
    assert [delta.reasoning for delta in deltas if hasattr(delta, "reasoning")] == ["hm"]
