"""The fakes misbehave as their scripts tell, and say what they saw."""

from __future__ import annotations

import time

import httpx
import pytest

from fakes import DIALECTS, FakeKoboldCpp, FakeLlamaCpp, FakeLlamafile, FakeOllama, Script
from fakes.llamafile import FakeLlamafiler

CHAT = "/v1/chat/completions"
ASK = {"model": "test-model", "messages": [{"role": "user", "content": "hi"}], "stream": True}


@pytest.fixture
def serve():
    """Start fakes, each with a client; both end with the test."""
    started = []

    def start(kind, script=None, **server):
        fake = kind(script, **server)
        fake.start()
        transport = httpx.HTTPTransport(uds=fake.uds) if fake.uds else None
        client = httpx.Client(
            base_url=fake.url, transport=transport, trust_env=False, timeout=httpx.Timeout(10)
        )
        started.append((fake, client))
        return fake, client

    yield start
    for fake, client in started:
        client.close()
        fake.stop()


def path_of(kind):
    return "/api/chat" if kind is FakeOllama else CHAT


def test_dies_after_pieces_by_closing(serve):
    _, client = serve(FakeLlamaCpp, Script(die_after=2))
    with client.stream("POST", CHAT, json=ASK) as answer:
        stream = answer.iter_raw()
        assert [next(stream).count(b'"content":"') for _ in range(2)] == [1, 1]
        with pytest.raises(httpx.RemoteProtocolError):
            next(stream)


def test_dies_after_pieces_by_reset(serve):
    _, client = serve(FakeOllama, Script(die_after=2, die_by="reset"))
    with pytest.raises(httpx.ReadError):
        client.post("/api/chat", json=ASK)


def test_dies_behind_the_last_piece(serve):
    _, client = serve(FakeLlamaCpp, Script(die_after=99))
    with pytest.raises(httpx.RemoteProtocolError):
        client.post(CHAT, json=ASK)


@pytest.mark.parametrize(
    ("kind", "marker"),
    [(FakeLlamaCpp, b"[DONE]"), (FakeOllama, b'"done":true'), (FakeLlamafile, b'"length"')],
)
def test_leaves_out_the_end_marker(serve, kind, marker):
    _, client = serve(kind, Script(end_marker=False, finish="length"))
    _, honest = serve(kind, Script(finish="length"))
    assert marker not in client.post(path_of(kind), json=ASK).content
    assert marker in honest.post(path_of(kind), json=ASK).content


def test_classic_llamafile_has_no_done(serve):
    _, client = serve(FakeLlamafile)
    assert b"[DONE]" not in client.post(CHAT, json=ASK).content


@pytest.mark.parametrize(
    ("kind", "server", "frame"),
    [
        (FakeLlamaCpp, {}, b'data: {"error":{"code":500,"message":"broken"'),
        (FakeLlamaCpp, {"old_errors": True}, b'error: {"code":500,"message":"broken"'),
        (FakeOllama, {}, b'{"error":"broken"}\n'),
    ],
)
def test_error_in_the_stream(serve, kind, server, frame):
    _, client = serve(kind, Script(error_after=2, error_message="broken"), **server)
    body = client.post(path_of(kind), json=ASK).content
    assert frame in body
    assert body.index(frame) > body.index(b", ")
    assert b"[DONE]" not in body


def test_error_before_the_stream(serve):
    _, client = serve(FakeOllama, Script(error=(500, "out of memory")))
    answer = client.post("/api/chat", json=ASK)
    assert (answer.status_code, answer.json()) == (500, {"error": "out of memory"})


def test_stalls_until_the_client_leaves(serve):
    server, client = serve(FakeLlamaCpp, Script(stall_after=2))
    with client.stream("POST", CHAT, json=ASK) as answer:
        server.wait_sent(2)
        stream = answer.iter_raw()
        next(stream)
        before = time.monotonic()
    assert server.wait_disconnect(5) >= before
    assert not server.requests[0].finished


def test_stalls_until_released(serve):
    server, client = serve(FakeLlamaCpp, Script(stall_after=2))
    with client.stream("POST", CHAT, json=ASK) as answer:
        server.wait_sent(2)
        server.release()
        assert b"[DONE]" in b"".join(answer.iter_raw())
    with pytest.raises(AssertionError, match="a disconnect: not in"):
        server.wait_disconnect(0)


def test_endless_line(serve):
    _, client = serve(FakeOllama, Script(long_line_after=1, long_line_bytes=1 << 20))
    body = client.post("/api/chat", json=ASK).content
    assert len(body.rpartition(b"\n")[2]) >= 1 << 20


def test_drips_single_bytes(serve):
    _, client = serve(FakeLlamaCpp, Script(drip=True))
    _, whole = serve(FakeLlamaCpp)
    with client.stream("POST", CHAT, json=ASK) as answer:
        parts = list(answer.iter_raw())
    assert {len(part) for part in parts} == {1}
    assert b"".join(parts) == whole.post(CHAT, json=ASK).content


def test_raw_bodies(serve):
    _, client = serve(FakeLlamaCpp, Script(raw=b"data: nonsense"), then=[Script(raw=b"")])
    bodies = [client.post(CHAT, json=ASK).content for _ in range(3)]
    assert bodies == [b"data: nonsense", b"", b""]


def test_redirects_everything(serve):
    _, client = serve(FakeLlamaCpp, Script(redirect="http://elsewhere.example/"))
    answers = [client.get("/health"), client.post(CHAT, json=ASK)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].headers["location"] == "http://elsewhere.example/"


def test_loads_for_some_requests(serve):
    _, client = serve(FakeLlamaCpp, Script(loading_requests=2, key="k"))
    codes = [client.get("/health").status_code for _ in range(3)]
    assert codes == [503, 503, 200]


def test_loading_comes_before_the_key(serve):
    _, client = serve(FakeLlamaCpp, Script(loading_requests=1, key="k"))
    assert [client.get("/props").status_code for _ in range(2)] == [503, 401]


def test_overflow_by_size_and_as_told(serve):
    _, small = serve(FakeLlamaCpp, Script(context_tokens=5))
    _, told = serve(FakeLlamaCpp, Script(overflow=True))
    for client, limit in ((small, 5), (told, 8192)):
        error = client.post(CHAT, json=ASK).json()["error"]
        assert error["type"] == "exceed_context_size_error"
        assert error["n_ctx"] == limit < error["n_prompt_tokens"]


def test_ollama_overflows_only_where_truncation_is_off(serve):
    _, client = serve(FakeOllama, Script(overflow=True))
    assert client.post("/api/chat", json=ASK).status_code == 200
    refused = client.post("/api/chat", json=ASK | {"truncate": False})
    assert refused.status_code == 400
    assert "exceed_context_size_error" in refused.json()["error"]


def test_kobold_closes_behind_a_done_without_blank_line(serve):
    _, client = serve(FakeKoboldCpp)
    answer = client.post(CHAT, json=ASK)
    assert answer.content.endswith(b"data: [DONE]")
    assert "transfer-encoding" not in answer.headers


def test_llamafiler_refuses_chunked_requests(serve):
    _, client = serve(FakeLlamafiler)
    body = httpx.Request("POST", client.base_url, json=ASK).content
    chunked = client.post(CHAT, content=iter([body]))
    assert (chunked.status_code, client.post(CHAT, json=ASK).status_code) == (501, 200)


@pytest.mark.parametrize("kind", DIALECTS.values(), ids=DIALECTS.keys())
def test_every_dialect_says_the_whole_answer(serve, kind):
    _, client = serve(kind)
    answer = client.post(path_of(kind), json=ASK)
    assert answer.status_code == 200
    assert [answer.content.count(piece) for piece in (b'"Hello"', b'"world"')] == [1, 1]


def test_serves_on_a_unix_socket(serve, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _, client = serve(FakeLlamaCpp, uds="s.sock")
    assert client.get("/health").json() == {"status": "ok"}


def test_starts_again_on_the_same_port(serve):
    server, client = serve(FakeLlamaCpp)
    assert client.get("/health").status_code == 200
    server.stop()
    with pytest.raises(httpx.TransportError):
        client.get("/health")
    server.start()
    assert client.get("/health").status_code == 200


def test_a_bug_of_the_fake_reaches_the_test():
    class Broken(FakeLlamaCpp):
        async def _health(self, exchange, script):
            raise ValueError("a bug")

    server = Broken()
    server.start()
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(server.url + "/health", trust_env=False)
    with pytest.raises(ValueError, match="a bug"):
        server.stop()
