"""The fast path: every kind of answer, cut anywhere, and statuses other than 200."""

import asyncio

import pytest

from fakes import FakeLlamaCpp, Script
from local_llm.errors import BackendSilent, BadStream, RequestRejected, StreamBroken
from local_llm.quick import ERROR_LIMIT_BYTES
from local_llm.quick_wire import AHEAD_BYTES
from peer import listening, until
from quickly import (
    ASK,
    CHUNKED,
    OK,
    answer_of,
    answering,
    quick,
    read_all,
    rejected,
    watch_segments,
)

BODY = b"data: one\n\ndata: two\n\n"
ANSWERS = {
    "length": OK + b"Content-Type: text/event-stream\r\nContent-Length: 22\r\n\r\n" + BODY,
    "chunked": CHUNKED + b"b\r\n" + BODY[:11] + b"\r\nB;x=y\r\n" + BODY[11:] + b"\r\n0\r\n\r\n",
    "trailer": CHUNKED + b"16\r\n" + BODY + b"\r\n0\r\nX-Sum: 1\r\n\r\n",
    "continued": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nA: b\r\n\r\n"
    + OK
    + b"content-length:22\r\n\r\n"
    + BODY,
}
CLOSED = {
    "1.0": b"HTTP/1.0 200 OK\r\n\r\n" + BODY,
    "1.1": OK + b"Connection: close\r\n\r\n" + BODY,
    "no reason": b"HTTP/1.1 200\r\n\r\n" + BODY,
}


@pytest.mark.parametrize("wire", [*ANSWERS.values(), *CLOSED.values()], ids=[*ANSWERS, *CLOSED])
async def test_the_same_answer_wherever_the_network_cuts(wire, monkeypatch):
    taken = watch_segments(monkeypatch)
    cuts = iter(range(1, len(wire)))

    async def serve(peer):
        while await peer.request():
            cut = next(cuts)
            taken.clear()
            peer.send(wire[:cut])
            await taken.wait()
            peer.send(wire[cut:])
            if wire in CLOSED.values():
                return

    async with listening(serve) as server, quick(server.url) as client:
        for cut in range(1, len(wire)):
            assert await read_all(client) == BODY, f"cut at {cut}"
    assert server.accepted == (1 if wire in ANSWERS.values() else len(wire) - 1)


@pytest.mark.parametrize("wire", ANSWERS.values(), ids=ANSWERS)
async def test_an_answer_cut_short_is_a_broken_stream(wire):
    lengths = iter(range(len(wire)))

    async def serve(peer):
        await peer.request()
        peer.send(wire[: next(lengths)])

    async with listening(serve) as server, quick(server.url) as client:
        for length in range(len(wire)):
            got = b""
            with pytest.raises(StreamBroken) as caught:  # noqa: PT012 - reads until it breaks
                async with client.stream(ASK, rejected) as body:
                    while data := await body.read():
                        got += data
            assert caught.value.where == "here"
            assert BODY.startswith(got), f"cut at {length}"
    assert server.accepted == len(wire)  # none was kept, none was asked twice


async def test_a_body_one_byte_at_a_time():
    with FakeLlamaCpp(Script(drip=True)) as drip, FakeLlamaCpp() as plain:
        async with quick(drip.url) as slow, quick(plain.url) as fast:
            assert await read_all(slow) == await read_all(fast)


@pytest.mark.parametrize(
    ("tail", "rest", "error"),
    [
        (b"", b"", StreamBroken),
        (b"5\r\nhel", b"hel", StreamBroken),
        (b"xyz\r\n", b"", BadStream),
        (b"2\r\nhis", b"hi", BadStream),
    ],
)
async def test_what_came_before_a_fault_is_returned_first(tail, rest, error):
    serve = answering(CHUNKED + b"5\r\nhello\r\n" + tail, close=True)
    async with (
        listening(serve) as server,
        quick(server.url) as client,
        client.stream(ASK, rejected) as body,
    ):
        assert await body.read() == b"hello" + rest
        for _ in range(2):  # and the fault is not forgotten
            with pytest.raises(error):
                await body.read()


async def test_what_arrives_while_the_reader_is_busy_comes_as_one_piece():
    words = [f"word{n} " for n in range(200)]
    with FakeLlamaCpp(Script(pieces=words, tokens_per_second=2000)) as server:
        async with quick(server.url) as client, client.stream(ASK, rejected) as body:
            pieces = 0
            while await body.read():
                pieces += 1
                await asyncio.sleep(0.02)
    assert pieces < 50


async def test_what_came_with_the_head_is_joined_to_what_came_later(monkeypatch):
    taken = watch_segments(monkeypatch)

    async def serve(peer):
        await peer.request()
        peer.send(CHUNKED + b"2\r\non\r\n")
        await entered.wait()
        peer.send(b"1\r\ne\r\n")
        await peer.gone()

    entered = asyncio.Event()
    async with (
        listening(serve) as server,
        quick(server.url) as client,
        client.stream(ASK, rejected) as body,
    ):
        taken.clear()
        entered.set()
        await taken.wait()
        assert await body.read() == b"one"


async def test_a_busy_reader_bounds_what_is_kept_for_it():
    size = 8 << 20

    async def serve(peer):
        await peer.request()
        peer.send(OK + b"Content-Length: %d\r\n\r\n" % size + bytes(size))
        await peer.gone()

    async with (
        listening(serve) as server,
        quick(server.url) as client,
        client.stream(ASK, rejected) as body,
    ):
        wire = body._talk.wire
        await until(lambda: not wire._transport.is_reading(), "a full buffer")
        for _ in range(100):  # the server would go on
            await asyncio.sleep(0)
        assert AHEAD_BYTES < wire._size <= 2 * AHEAD_BYTES
        got = 0
        while data := await body.read():
            assert wire._size <= 2 * AHEAD_BYTES
            got += len(data)
    assert got == size


# Other statuses.


async def test_a_status_other_than_200_becomes_the_backends_error():
    script = Script(error=(418, {"error": "x"}))
    with FakeLlamaCpp(script) as server:
        async with quick(server.url) as client:
            with pytest.raises(RequestRejected, match="status 418") as caught:
                await read_all(client)
    assert caught.value.where == "here"
    assert caught.value.reply.json() == {"error": "x"}
    assert caught.value.reply.headers["content-type"].startswith("application/json")


async def test_redirects_are_not_followed():
    with FakeLlamaCpp(Script(redirect="http://127.0.0.2:1/")) as server:
        async with quick(server.url) as client:
            with pytest.raises(RequestRejected, match="status 302"):
                await read_all(client)
        assert len(server.requests) == 1


async def test_an_endless_error_body_is_cut():
    head = b"HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n"

    async def serve(peer):
        await peer.request()
        peer.send(head)
        while True:
            peer.send(b"1000\r\n" + b"e" * 4096 + b"\r\n")
            await peer.drain()

    async with listening(serve) as server, quick(server.url) as client:
        with pytest.raises(RequestRejected, match="status 500") as caught:
            await read_all(client)
        assert caught.value.reply.body == b"e" * ERROR_LIMIT_BYTES
        await until(lambda: not server.open, "the end of the connection")


async def test_an_error_body_that_never_ends_is_silence():
    head = b"HTTP/1.1 500 Oh\r\nContent-Length: 9\r\n\r\n"
    with pytest.raises(BackendSilent):
        await answer_of(head, b"abc", close=False, first_byte_s=0.1)


async def test_an_error_body_cut_short_is_a_broken_stream():
    with pytest.raises(StreamBroken):
        await answer_of(b"HTTP/1.1 500 Oh\r\nContent-Length: 9\r\n\r\nabc")
