"""The fast path against the real llama.cpp server."""

from __future__ import annotations

import json

import pytest

from local_llm.backends.base import Request
from local_llm.backends.llamacpp import LlamaCpp
from local_llm.errors import BackendError
from local_llm.quick import QuickBody
from local_llm.transport import Transport
from peer import until

pytest_plugins = ["real_server"]


def ask(tokens):
    body = {"prompt": "def add(", "n_predict": tokens, "stream": True, "ignore_eos": True}
    return Request(method="POST", path="/completion", body=json.dumps(body).encode())


@pytest.fixture
async def transport(real_llama):
    transport = Transport(real_llama.url)
    transport.use_auth(real_llama.headers)
    yield transport
    await transport.aclose()


async def test_answers_to_their_end(transport):
    for _ in range(5):
        async with transport.stream_quickly(ask(4), LlamaCpp().error) as body:
            assert isinstance(body, QuickBody)
            transport.prepare()
            text = b""
            while b'"stop":true' not in text:
                text += await body.read()
            await body.finish()
            assert await body.read() == b""
        idle = transport._quick._pool._idle
        # It says keep-alive and closes behind a streamed answer; only the spare one is left.
        await until(lambda idle=idle: [talk.wire.quiet() for talk in idle].count(True) == 1)


async def test_leaving_early_frees_the_slot(transport):
    for _ in range(5):  # there is one slot: a request that is not cancelled would hold up the next
        async with transport.stream_quickly(ask(1_000_000), LlamaCpp().error) as body:
            assert b"data:" in await body.read()


async def test_errors_are_the_backends(transport):
    with pytest.raises(BackendError, match="HTTP 404"):
        async with transport.stream_quickly(Request(path="/nowhere"), LlamaCpp().error):
            pass
