"""The fast path: servers that are absent, silent, or speak something else."""

import asyncio
import traceback

import pytest

from fakes import ClosedPort, FakeLlamaCpp, GarbageListener, Script, SilentListener
from local_llm.errors import BackendSilent, BackendUnreachable, BadStream, StreamStalled
from peer import listening, until
from quickly import CHUNKED, OK, connect_endlessly, quick, read_all, watch_segments


async def test_a_closed_port_is_unreachable(tmp_path):
    with ClosedPort() as closed:
        async with quick(closed.url, where=closed.url) as client:
            with pytest.raises(BackendUnreachable) as caught:
                await read_all(client)
    assert caught.value.where == closed.url
    async with quick("http://localhost", uds=str(tmp_path / "none")) as client:
        with pytest.raises(BackendUnreachable):
            await read_all(client)


async def test_an_endless_connect_is_unreachable(monkeypatch):
    connect_endlessly(monkeypatch)
    async with quick("http://127.0.0.1:9", connect_s=0.05) as client:
        with pytest.raises(BackendUnreachable):
            await read_all(client)


async def test_a_silent_listener_is_told_from_a_dead_one():
    with SilentListener() as server:
        async with quick(server.url, first_byte_s=0.1) as client:
            with pytest.raises(BackendSilent, match=r"no answer within 0\.1 s") as caught:
                await read_all(client)
    assert caught.value.where == "here"


async def test_a_stall_before_and_after_the_first_byte():
    for stall, error in ((0, BackendSilent), (1, StreamStalled)):
        with FakeLlamaCpp(Script(stall_after=stall)) as server:
            async with quick(server.url, first_byte_s=0.2, idle_s=0.2) as client:
                with pytest.raises(error, match=r"0\.2 s") as caught:
                    await read_all(client)
                assert caught.value.where == "here"
                assert await asyncio.to_thread(server.wait_disconnect)


async def test_a_server_that_never_stops_continuing_is_silent():
    async def serve(peer):
        await peer.request()
        while True:
            peer.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 10)
            await peer.drain()
            await asyncio.sleep(0)

    async with listening(serve) as server, quick(server.url, first_byte_s=0.1) as client:
        with pytest.raises(BackendSilent):
            await read_all(client)


GARBAGE = {
    "ssh": b"SSH-2.0-OpenSSH_9.2\r\n",
    "one byte": b"S",
    "a lower version": b"HTTP/0.9 200 OK\r\n\r\n",
    "a higher one": b"HTTP/2.0 200 OK\r\n\r\n",
    "zeros": bytes(100),
    "an empty line first": b"\r\nHTTP/1.1 200 OK\r\n\r\n",
    "a status of letters": b"HTTP/1.1 abc OK\r\n\r\n",
    "a header without a name": OK + b": x\r\n\r\n",
    "a folded nothing": OK + b" x\r\n\r\n",
    "two lengths": OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "a negative length": OK + b"Content-Length: -1\r\n\r\n",
    "a strange coding": OK + b"Transfer-Encoding: gzip\r\n\r\n",
    "another protocol": b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
    "an endless head": OK + b"X: y\r\n" * 20_000,
    "an endless line": OK + b"X: " + b"y" * 100_000,
    "an endless chunk size": CHUNKED + b"1;" + b"x" * 100_000,
    "a chunk size of letters": CHUNKED + b"xyz\r\n",
    "a chunk without an end": CHUNKED + b"1\r\nxyz\r\n",
}


@pytest.mark.parametrize("sent", GARBAGE.values(), ids=GARBAGE)
async def test_bytes_that_are_not_http_are_a_bad_stream_at_once(sent):
    async def serve(peer):
        await peer.request()
        peer.send(sent)
        await peer.gone()  # the server waits: nobody may wait for the end of its garbage

    async with listening(serve) as server, quick(server.url) as client:
        with pytest.raises(BadStream) as caught:
            await read_all(client)
        assert caught.value.where == "here"
        shown = "".join(traceback.format_exception(caught.value))
        assert len(sent) < 8 or sent[:8].decode("latin-1") not in shown
        await until(lambda: not server.open, "the end of the connection")


async def test_bytes_that_are_not_http_by_and_by_are_a_bad_stream(monkeypatch):
    taken = watch_segments(monkeypatch)

    async def serve(peer):
        await peer.request()
        for byte in b"HTML>":
            taken.clear()
            peer.send(bytes([byte]))
            await taken.wait()
        await peer.gone()

    async with listening(serve) as server, quick(server.url) as client:
        with pytest.raises(BadStream):
            await read_all(client)


async def test_a_garbage_listener_is_a_bad_stream():
    with GarbageListener() as server:
        async with quick(server.url) as client:
            with pytest.raises(BadStream):
                await read_all(client)
