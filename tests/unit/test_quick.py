"""The fast path: what is sent, to whom, and how the transport uses it."""

import asyncio
import socket
import traceback

import pytest

from fakes import DIALECTS, FakeLlamaCpp, Script
from local_llm.backends.base import Request
from local_llm.errors import BackendError, LocalLlmError, RequestRejected, ServerFailed
from local_llm.quick import QuickBody, reaches
from local_llm.quick_wire import Wire
from local_llm.transport import Transport
from peer import listening
from quickly import ASK, CHUNKED, OK, answering, quick, read_all, rejected


async def test_the_request_goes_out_whole_and_in_one_write(monkeypatch):
    writes = []
    write = asyncio.selector_events._SelectorSocketTransport.write
    ours = []

    def noted(transport, data):
        if transport.get_protocol() in ours:
            writes.append(bytes(data))
        write(transport, data)

    made = Wire.connection_made
    monkeypatch.setattr(Wire, "connection_made", lambda w, t: (ours.append(w), made(w, t))[1])
    monkeypatch.setattr(asyncio.selector_events._SelectorSocketTransport, "write", noted)
    serve = answering(OK + b"Content-Length: 0\r\n\r\n")
    async with listening(serve) as server, quick(server.url + "/prefix") as client:
        client.use_auth({"Authorization": "Bearer made-up"})
        await read_all(client)
        await read_all(client, Request(path="/health"))
        tcp = ours[0]._transport.get_extra_info("socket")
        assert tcp.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    constant = (
        f"Host: {server.url.removeprefix('http://')}\r\n"
        "Accept: */*\r\nAccept-Encoding: identity\r\nConnection: keep-alive\r\n"
        "User-Agent: local-llm.nvim\r\n"
    )
    assert writes == [
        f"POST /prefix/completion HTTP/1.1\r\n{constant}Content-Type: application/json\r\n"
        f"Authorization: Bearer made-up\r\nContent-Length: {len(ASK.body)}\r\n\r\n".encode()
        + ASK.body,
        f"GET /prefix/health HTTP/1.1\r\n{constant}"
        "Authorization: Bearer made-up\r\nContent-Length: 0\r\n\r\n".encode(),
    ]
    assert server.requests == writes


HOSTS = {
    "http://localhost": b"localhost",
    "http://127.0.0.1": b"127.0.0.1",
    "http://127.0.0.2:8080": b"127.0.0.2:8080",
    "http://[::1]:8080/llm": b"[::1]:8080",
}


@pytest.mark.parametrize(("url", "host"), HOSTS.items(), ids=HOSTS)
async def test_the_host_header(url, host, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    serve = answering(OK + b"Content-Length: 2\r\n\r\nok")
    async with listening(serve, uds="s") as server, quick(url, uds="s") as client:
        assert await read_all(client) == b"ok"
    assert b"\r\nHost: %b\r\n" % host in server.requests[0]


@pytest.mark.parametrize("key", ["two\r\nlines", "schl\u00fcssel"])
async def test_a_key_that_no_header_can_hold_is_refused_and_not_shown(key):
    async with quick("http://127.0.0.1:9") as client:
        client.use_auth({"Authorization": key})
        with pytest.raises(BackendError, match="the request failed") as caught:
            await read_all(client)
    shown = "".join(traceback.format_exception(caught.value))
    assert not any(part in shown for part in ("lines", "schl"))


async def test_a_new_key_is_used_at_once():
    with FakeLlamaCpp(Script(key="second")) as server:
        async with quick(server.url) as client:
            for key, status in (("first", "401"), ("second", "")):
                client.use_auth({"Authorization": f"Bearer {key}"})
                if status:
                    with pytest.raises(RequestRejected, match=status):
                        await read_all(client)
                else:
                    assert b"Hello" in await read_all(client)


async def test_proxies_of_the_environment_are_ignored(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with FakeLlamaCpp() as server:
        async with quick(server.url) as client:
            assert b"Hello" in await read_all(client)


async def test_nothing_secret_is_shown():
    secret = Request(method="POST", path="/x", body=b"secret prompt")
    shown = []

    async def serve(peer):
        await peer.request()
        peer.send(CHUNKED + b"6\r\nsecret\r\n")
        await peer.gone()

    async with listening(serve) as server, quick(server.url) as client:
        client.use_auth({"Authorization": "Bearer secret"})
        async with client.stream(secret, rejected) as body:
            shown += [repr(client), repr(body)]
            talk = body._talk
            shown += [repr(talk), repr(talk.wire), repr(client._pool)]
            shown += [repr(head) for head in client._heads.values()]
    assert "secret" not in "".join(shown)


async def test_the_callers_errors_pass_and_learn_the_address():
    with FakeLlamaCpp() as server:
        async with quick(server.url) as client:
            for error in (ServerFailed("x"), TimeoutError("mine"), LocalLlmError("y")):
                with pytest.raises(type(error)) as caught:
                    async with client.stream(ASK, rejected):
                        raise error
                assert caught.value is error
                if isinstance(error, BackendError):
                    assert error.where == "here"


PLACES = {
    ("http://127.0.0.1:8080", None): True,
    ("http://127.9.9.9/prefix", None): True,
    ("http://[::1]:1", None): True,
    ("http://localhost", "/run/s"): True,
    ("http://localhost:8080", None): False,
    ("https://127.0.0.1", None): False,
    ("http://10.0.0.1", None): False,
    ("http://[::2]", None): False,
}


@pytest.mark.parametrize(("place", "reached"), PLACES.items(), ids=str)
def test_only_this_machine_is_reached(place, reached):
    assert reaches(*place) is reached


async def test_a_transport_streams_quickly_on_this_machine_and_as_ever_elsewhere():
    with FakeLlamaCpp(Script(key="made-up")) as server:
        for url, is_quick in ((server.url, True), (f"http://localhost:{server.port}", False)):
            transport = Transport(url, where="there")
            transport.use_auth({"Authorization": "Bearer made-up"})
            transport.prepare()
            async with transport.stream_quickly(ASK, rejected) as body:
                assert isinstance(body, QuickBody) is is_quick
                assert b"Hello" in await body.read()
                await body.finish()
                assert await body.read() == b""
            with pytest.raises(RequestRejected) as caught:
                async with transport.stream_quickly(Request(path="/none"), rejected):
                    pass
            assert caught.value.where == "there"
            await transport.aclose()


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_every_servers_answer_is_read_to_its_end(dialect):
    with DIALECTS[dialect]() as server:
        transport = Transport(server.url)
        chat = b'{"model":"test-model","messages":[{"role":"user","content":"x"}],"stream":true}'
        ask = Request(method="POST", path="/v1/chat/completions", body=chat)
        got = []
        for stream in (transport.stream, transport.stream_quickly):
            text = b""
            async with stream(ask, rejected) as body:
                while data := await body.read():
                    text += data
            got.append(text)
        await transport.aclose()
    assert b"Hello" in got[0]
    assert [text.count(b"\n") for text in got] == [got[0].count(b"\n")] * 2


async def test_a_transport_streams_quickly_over_a_unix_socket(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with FakeLlamaCpp(uds="s") as server:
        transport = Transport(server.url, socket="s")
        async with transport.stream_quickly(ASK, rejected) as body:
            assert isinstance(body, QuickBody)
            assert b"Hello" in await body.read()
        await transport.aclose()
