"""The fakes' tokenizer: reversible, so that tests can predict what a server counts."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import (
    FakeKoboldCpp,
    FakeLlamaCpp,
    FakeLlamafile,
    FakeLlamafiler,
    FakeLocalAI,
    FakeTabby,
    FakeTextgen,
    FakeVllm,
)
from fakes.tokens import SPECIALS, count, count_chat, decode, encode

TEXT = "def add(a, b):\n    return a + b  # \N{SNOWMAN}\n"
HELLO = [{"role": "user", "content": "hello"}]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.booleans())
def test_encoding_is_reversible(text, special):
    assert decode(encode(text, parse_special=special)) == text


def test_special_tokens_are_one_token_only_where_asked():
    assert [count(word, parse_special=True) for word in SPECIALS] == [1] * len(SPECIALS)
    assert all(count(word) > 1 for word in SPECIALS)


@pytest.mark.parametrize(
    ("kind", "path", "body", "counted"),
    [
        (FakeLlamaCpp, "/tokenize", {"content": TEXT}, lambda said: len(said["tokens"])),
        (FakeLlamafile, "/tokenize", {"content": TEXT}, lambda said: len(said["tokens"])),
        (FakeLlamafiler, "/tokenize", {"prompt": TEXT}, lambda said: len(said["tokens"])),
        (FakeVllm, "/tokenize", {"prompt": TEXT}, lambda said: said["count"]),
        (FakeTextgen, "/v1/internal/token-count", {"text": TEXT}, lambda said: said["length"]),
        (FakeTextgen, "/v1/internal/encode", {"text": TEXT}, lambda said: said["length"]),
        (FakeLocalAI, "/v1/tokenize", {"content": TEXT}, lambda said: len(said["tokens"])),
        (FakeTabby, "/v1/token/encode", {"text": TEXT}, lambda said: said["length"]),
        (FakeKoboldCpp, "/api/extra/tokencount", {"prompt": TEXT}, lambda said: said["value"]),
    ],
)
def test_servers_count_alike(kind, path, body, counted):
    with kind() as server:
        said = httpx.post(server.url + path, json=body, trust_env=False).json()
    assert counted(said) == count(TEXT)


@pytest.mark.parametrize(
    ("kind", "path", "field"),
    [
        (FakeLlamaCpp, "/v1/chat/completions/input_tokens", "input_tokens"),
        (FakeVllm, "/tokenize", "count"),
    ],
)
def test_servers_count_chats_alike(kind, path, field):
    with kind() as server:
        said = httpx.post(server.url + path, json={"messages": HELLO}, trust_env=False).json()
    assert said[field] == count_chat(HELLO)
