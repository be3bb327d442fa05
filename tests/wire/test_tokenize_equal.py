"""Local token ids equal the real llama.cpp server's `/tokenize`, for every label we know.

The vocabulary stays the same and only the label in the GGUF changes, so a difference is a
difference in how words are split.
"""

from __future__ import annotations

import http.client
import json
import socket
from urllib.parse import urlsplit

import gguf
import msgspec
import pytest
from token_texts import texts

from local_llm.ops import random_model
from local_llm.ops.bpe import learn_merges
from local_llm.ops.random_model import RandomModel, write_random_model
from local_llm.tokens.count import LocalCounter
from local_llm.tokens.gguf_vocab import read_vocab
from local_llm.tokens.pre import PRES
from local_llm.tokens.words import Words
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


def server_ids(server: RealLlama, asked: list[str], **more: bool) -> dict[str, tuple[int, ...]]:
    connection = Connection(server.url)
    try:
        return {text: _ids(connection, text, server.headers, more) for text in asked}
    finally:
        connection.close()


def _ids(
    connection: Connection, text: str, headers: dict[str, str], more: dict[str, bool]
) -> tuple[int, ...]:
    asked = {"content": text, "add_special": False, "parse_special": False} | more
    connection.request("POST", "/tokenize", json.dumps(asked), headers)
    reply = connection.getresponse()
    body = reply.read()
    assert reply.status == 200, body
    return tuple(json.loads(body)["tokens"])


def local_counter(model: RandomModel) -> LocalCounter:
    vocab = read_vocab(model.path)
    assert vocab is not None
    return LocalCounter(vocab, "GGUF vocabulary")


def wrong_ids(counter: LocalCounter, ids: dict[str, tuple[int, ...]]) -> dict[str, object]:
    local = {text: counter.encode(text) for text in ids}
    return {text: (local[text], theirs) for text, theirs in ids.items() if local[text] != theirs}


def test_there_are_enough_texts():
    assert len(TEXTS) >= 200


@pytest.mark.parametrize("label", sorted(PRES))
def test_ids_and_counts_equal_the_real_servers(label, tmp_path):
    model = write_random_model(tmp_path / "random.gguf", pre=label)
    counter = local_counter(model)
    with run_server(model, tmp_path) as server:
        ids = server_ids(server, TEXTS)
    assert wrong_ids(counter, ids) == {}
    assert {text: counter.count(text) for text in ids} == {t: len(i) for t, i in ids.items()}
    assert all(
        b"".join(map(counter.piece, counter.encode(text) or ())) == text.encode() for text in ids
    )


NAMES = [*random_model.SPECIALS.values(), "<tool_call>", "<tool_call>x", "<|message|>"]
NAMED = [f"a {name} b{name}{name}\n" for name in NAMES] + ["".join(NAMES), " ".join(NAMES)]


@pytest.fixture(params=["the metadata name the parts", "they do not"])
def doubtful_types(request, monkeypatch):
    """Every special token is of the user-defined type, as converters have written them."""
    write = gguf.GGUFWriter.add_token_types
    control, user = gguf.TokenType.CONTROL, gguf.TokenType.USER_DEFINED

    def add(writer, kinds):
        write(writer, [user if kind == control else kind for kind in kinds])

    more = {name: name for name in NAMES if name not in random_model.SPECIALS.values()}
    monkeypatch.setattr(gguf.GGUFWriter, "add_token_types", add)
    monkeypatch.setattr(random_model, "SPECIALS", random_model.SPECIALS | more)
    if request.param == "they do not":
        monkeypatch.setattr(gguf.GGUFWriter, "add_uint32", _leave_out_parts)


def _leave_out_parts(writer, key, value):
    if ".fim_" not in key:
        writer.add_key_value(key, value, gguf.GGUFValueType.UINT32)


def test_types_that_the_server_does_not_believe_are_not_believed_here(doubtful_types, tmp_path):
    model = write_random_model(tmp_path / "random.gguf")
    counter = local_counter(model)
    with run_server(model, tmp_path) as server:
        ids = server_ids(server, NAMED)
        parsed = server_ids(server, NAMES, parse_special=True)
    assert wrong_ids(counter, ids) == {}
    assert {name: (counter.special(name),) for name in NAMES} == parsed


@pytest.mark.parametrize("label", ["qwen2", "starcoder", "llama-bpe", "lfm2", "glm4", "tekken"])
def test_a_prompt_begins_with_bos_where_the_server_begins_it_so(label, tmp_path, monkeypatch):
    monkeypatch.setattr(gguf.GGUFWriter, "add_add_bos_token", lambda writer, value: None)
    model = write_random_model(tmp_path / "random.gguf", pre=label)
    counter = local_counter(model)
    with run_server(model, tmp_path) as server:
        (ids,) = server_ids(server, ["x"], add_special=True).values()
    first = counter.bos()
    assert ids == (*(() if first is None else (first,)), *(counter.encode("x") or ()))


def test_the_texts_tell_the_patterns_apart(tmp_path):
    """A comparison on texts where two patterns give the same counts would not prove much."""
    vocab = read_vocab(write_random_model(tmp_path / "random.gguf", pre="qwen2").path)
    assert vocab is not None
    labels = {pre.pattern: label for label, pre in PRES.items()}.values()
    counters = [LocalCounter(msgspec.structs.replace(vocab, pre=label), "") for label in labels]
    counts = {tuple(counter.count(text) for text in TEXTS) for counter in counters}
    assert len(counts) == len(labels)


@pytest.mark.parametrize(
    "label", sorted({pre.pattern: name for name, pre in PRES.items()}.values())
)
def test_tokens_do_not_reach_across_words(label, tmp_path):
    vocab = read_vocab(write_random_model(tmp_path / "random.gguf", pre="qwen2").path)
    assert vocab is not None
    words = Words(label)
    counter = LocalCounter(msgspec.structs.replace(vocab, pre=label), "")
    for text in TEXTS:
        cut = words.split(text)
        assert "".join(cut) == text
        assert sum((counter.encode(word) or () for word in cut), ()) == counter.encode(text)
