"""Local token counts equal the real llama.cpp server's `/tokenize`, for every label we know.

The vocabulary stays the same and only the label in the GGUF changes, so a difference is a
difference in how words are split.
"""

from __future__ import annotations

import http.client
import json
import socket
from urllib.parse import urlsplit

import msgspec
import pytest
from token_texts import texts

from local_llm.ops import random_model
from local_llm.ops.bpe import learn_merges
from local_llm.ops.random_model import write_random_model
from local_llm.tokens.count import LocalCounter
from local_llm.tokens.gguf_vocab import read_vocab
from local_llm.tokens.pre import PRES
from real_server import RealLlama, run_server

TEXTS = texts()

# Tokens across borders that some patterns draw and others do not; code alone teaches few of them.
_CASES = [(a.encode(), b.encode()) for a in "abeilnorstz" for b in "ABCESTZ"]
_MARKS = [(b"\xcc", b"\x81"), *((a.encode(), b"\xcc\x81") for a in "aeno")]
_ENDS = [
    (b"\n", b"\n"),
    (b"\n\n", b"\n\n"),
    (b"\r", b"\n"),
    (b";", b"\n"),
    (b".", b"\n"),
    (b".", b"/"),
]
_QUOTES = [(b"'", a.encode()) for a in "stmdSTMD"]
BORDERS = [*_CASES, *_MARKS, *_ENDS, *_QUOTES]


def learn_with_borders(count, seed):
    learned = learn_merges(count, seed)
    known = {a + b for a, b in learned.merges}
    extra = tuple(pair for pair in BORDERS if pair[0] + pair[1] not in known)
    return learned._replace(merges=learned.merges + extra)


@pytest.fixture(autouse=True)
def vocabulary(monkeypatch):
    monkeypatch.setattr(random_model, "learn_merges", learn_with_borders)


class Connection(http.client.HTTPConnection):
    """HTTP over the server's unix socket, or its loopback port; httpx would take twice as long."""

    def __init__(self, url: str) -> None:
        self._scheme, _, self._path = url.partition(":")
        super().__init__(urlsplit(url).netloc or "localhost", timeout=30)

    def connect(self) -> None:
        if self._scheme != "unix":
            super().connect()
            return
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(30)
        self.sock.connect(self._path)


def server_counts(server: RealLlama) -> dict[str, int]:
    connection = Connection(server.url)
    try:
        return {text: server_count(connection, text, server.headers) for text in TEXTS}
    finally:
        connection.close()


def server_count(connection: Connection, text: str, headers: dict[str, str]) -> int:
    asked = {"content": text, "add_special": False, "parse_special": False}
    connection.request("POST", "/tokenize", json.dumps(asked), headers)
    reply = connection.getresponse()
    body = reply.read()
    assert reply.status == 200, body
    return len(json.loads(body)["tokens"])


def test_there_are_enough_texts():
    assert len(TEXTS) >= 200


@pytest.mark.parametrize("label", sorted(PRES))
def test_counts_equal_the_real_servers(label, tmp_path):
    model = write_random_model(tmp_path / "random.gguf", pre=label)
    vocab = read_vocab(model.path)
    assert vocab is not None
    counter = LocalCounter(vocab, "GGUF vocabulary")
    with run_server(model, tmp_path) as server:
        counted = server_counts(server)
    wrong = {
        text: (counter.count(text), n) for text, n in counted.items() if counter.count(text) != n
    }
    assert wrong == {}


def test_the_texts_tell_the_patterns_apart(tmp_path):
    """A comparison on texts where two patterns give the same counts would not prove much."""
    vocab = read_vocab(write_random_model(tmp_path / "random.gguf", pre="qwen2").path)
    assert vocab is not None
    labels = {pre.pattern: label for label, pre in PRES.items()}.values()
    counters = [LocalCounter(msgspec.structs.replace(vocab, pre=label), "") for label in labels]
    counts = {tuple(counter.count(text) for text in TEXTS) for counter in counters}
    assert len(counts) == len(labels)
