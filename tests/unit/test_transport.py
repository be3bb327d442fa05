import asyncio
import socket
import threading

import pytest

from fakes.llamacpp import FakeLlamaCpp
from fakes.script import Script
from local_llm.backends.base import Reply, Request
from local_llm.body import Timeouts
from local_llm.errors import (
    BackendError,
    BackendSilent,
    BackendUnreachable,
    BadStream,
    RequestRejected,
    StreamBroken,
    StreamStalled,
)
from local_llm.transport import Transport

ASK = Request(
    method="POST",
    path="/completion",
    body=b'{"prompt":"x","n_predict":64,"stream":true}',
)


def rejected(reply: Reply) -> BackendError:
    return RequestRejected(f"status {reply.status}", where="here")


async def read_all(transport, request=ASK):
    pieces = []
    async with transport.stream(request, rejected) as body:
        while data := await body.read():
            pieces.append(data)
    return pieces


async def test_a_closed_port_is_unreachable():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    transport = Transport(url)
    with pytest.raises(BackendUnreachable) as caught:
        await transport.fetch(Request(path="/"), timeout_s=5)
    assert caught.value.where == url
    await transport.aclose()


async def test_a_silent_listener_is_told_from_a_dead_one():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        transport = Transport(f"http://127.0.0.1:{listener.getsockname()[1]}")
        with pytest.raises(BackendSilent, match=r"no answer within 0\.2 s"):
            await transport.fetch(Request(path="/"), timeout_s=0.2)
        await transport.aclose()


def raw_server(answers):
    """Serve fixed bytes, one connection an answer; return its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        with listener:
            for answer in answers:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    return listener.getsockname()[1]


async def test_bytes_that_are_not_http_are_a_bad_stream():
    port = raw_server([b"SSH-2.0-OpenSSH_9.2\r\n"])
    transport = Transport(f"http://127.0.0.1:{port}")
    with pytest.raises((BadStream, StreamBroken)):
        await transport.fetch(Request(path="/"), timeout_s=5)
    await transport.aclose()


async def test_a_body_cut_short_is_a_broken_stream():
    cut = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
    transport = Transport(f"http://127.0.0.1:{raw_server([cut])}")
    async with transport.stream(ASK, rejected) as body:
        assert await body.read() == b"hello"  # what came before the fault is kept
        with pytest.raises(StreamBroken):
            await body.read()
    await transport.aclose()


async def test_a_reused_connection_that_died_is_tried_once_more():
    ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    transport = Transport(f"http://127.0.0.1:{raw_server([ok, ok])}")
    for _ in range(2):  # the first connection is kept by us and closed by the server
        reply = await transport.fetch(Request(path="/"), timeout_s=5)
        assert reply.body == b"ok"
    await transport.aclose()


async def test_a_fresh_connection_that_dies_is_not_tried_again():
    seen = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        with listener:
            for _ in range(2):
                connection, _address = listener.accept()
                seen.append(connection.recv(65536))
                connection.close()

    threading.Thread(target=serve, daemon=True).start()
    transport = Transport(f"http://127.0.0.1:{listener.getsockname()[1]}")
    with pytest.raises(StreamBroken):
        await transport.fetch(ASK, timeout_s=5)
    assert len(seen) == 1
    await transport.aclose()


async def test_a_status_other_than_200_becomes_the_backends_error():
    with FakeLlamaCpp(Script(error=(418, {"error": "x"}))) as server:
        transport = Transport(server.url)
        with pytest.raises(RequestRejected, match="status 418"):
            await read_all(transport)
        await transport.aclose()


async def test_redirects_are_not_followed():
    with FakeLlamaCpp(Script(redirect="http://127.0.0.2:1/")) as server:
        transport = Transport(server.url)
        with pytest.raises(RequestRejected, match="status 302"):
            await read_all(transport)
        await transport.aclose()
        assert len(server.requests) == 1


async def test_a_stall_before_and_after_the_first_byte():
    clock = Timeouts(first_byte_s=0.3, idle_s=0.3)
    with FakeLlamaCpp(Script(header_delay_s=30)) as server:
        transport = Transport(server.url, timeouts=clock)
        with pytest.raises(BackendSilent):
            await read_all(transport)
        await transport.aclose()
    with FakeLlamaCpp(Script(stall_after=1)) as server:
        transport = Transport(server.url, timeouts=clock)
        with pytest.raises(StreamStalled):
            await read_all(transport)
        await transport.aclose()


async def test_what_arrives_while_the_reader_is_busy_comes_as_one_piece():
    words = [f"word{n} " for n in range(200)]
    with FakeLlamaCpp(Script(pieces=words, tokens_per_second=2000)) as server:
        transport = Transport(server.url)
        pieces = 0
        async with transport.stream(ASK, rejected) as body:
            while await body.read():
                pieces += 1
                await asyncio.sleep(0.02)
        await transport.aclose()
    assert pieces < 50


async def test_leaving_the_stream_closes_the_socket():
    with FakeLlamaCpp(Script(pieces=["x"] * 1000, tokens_per_second=50)) as server:
        transport = Transport(server.url)
        async with transport.stream(ASK, rejected) as body:
            await body.read()
        assert await asyncio.to_thread(server.wait_disconnect, 5)
        await transport.aclose()


async def test_a_cancelled_reader_closes_the_socket():
    with FakeLlamaCpp(Script(stall_after=1)) as server:
        transport = Transport(server.url)
        task = asyncio.create_task(read_all(transport))
        await asyncio.to_thread(server.wait_sent, 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(server.wait_disconnect, 5)
        await transport.aclose()


async def test_proxies_of_the_environment_are_ignored(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with FakeLlamaCpp(Script()) as server:
        transport = Transport(server.url)
        reply = await transport.fetch(Request(path="/health"), timeout_s=5)
        assert reply.status == 200
        await transport.aclose()


async def test_a_plan_is_driven_and_missing_answers_are_none():
    def plan():
        first, second = yield [Request(path="/health"), Request(path="/slow-nowhere")]
        return first.status, second.status

    with FakeLlamaCpp(Script()) as server:
        transport = Transport(server.url)
        assert await transport.run(plan(), timeout_s=5) == (200, 404)
        await transport.aclose()

    def lonely():
        (answer,) = yield [Request(path="/")]
        return answer

    transport = Transport("http://127.0.0.1:9")
    assert await transport.run(lonely(), timeout_s=1) is None
    await transport.aclose()


def test_nothing_secret_is_shown():
    request = Request(method="POST", path="/x", body=b"secret prompt")
    assert "secret" not in repr(request)
    assert "secret" not in repr(Reply(status=200, body=b"secret answer"))
