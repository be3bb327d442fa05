"""The fast path: how long connections live, who is asked twice, and what leaving early does."""

import asyncio
import socket

import pytest

from fakes import ClosedPort, FakeLlamaCpp, Script, SilentListener
from local_llm import quick_pool
from local_llm.backends.base import Request
from local_llm.errors import BackendError, RequestRejected, StreamBroken
from local_llm.quick_wire import Wire
from peer import PATIENCE_S, listening, until
from quickly import ASK, CHUNKED, OK, answering, connect_endlessly, quick, read_all, rejected

ANSWER = OK + b"Content-Length: 2\r\n\r\nok"
PIECE = b"5\r\nhello\r\n"


async def holding(peer):
    """Send a head and a piece, and no more."""
    await peer.request()
    peer.send(CHUNKED + PIECE)
    await peer.gone()


# Kept connections.


async def test_a_connection_is_kept_for_the_next_request():
    async with listening(answering(ANSWER)) as server, quick(server.url) as client:
        for _ in range(5):
            assert await read_all(client) == b"ok"
    assert (server.accepted, len(server.requests)) == (1, 5)


async def test_an_unread_end_that_has_come_with_the_last_piece_is_enough():
    async with listening(answering(ANSWER)) as server, quick(server.url) as client:
        for _ in range(3):
            async with client.stream(ASK, rejected) as body:
                assert await body.read() == b"ok"  # the caller saw its own end marker
    assert server.accepted == 1


async def test_a_refusal_keeps_the_connection():
    refusal = b"HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno"
    async with listening(answering(refusal)) as server, quick(server.url) as client:
        for _ in range(3):
            with pytest.raises(RequestRejected):
                await read_all(client)
    assert server.accepted == 1


NOT_KEPT = {
    "close": OK + b"Connection: close\r\nContent-Length: 2\r\n\r\nok",
    "1.0": b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok",
    "more than the answer": ANSWER + b"x",
    "a second answer": ANSWER + ANSWER,
}


@pytest.mark.parametrize("sent", NOT_KEPT.values(), ids=NOT_KEPT)
async def test_a_connection_is_not_kept_behind(sent):
    async with listening(answering(sent)) as server, quick(server.url) as client:
        for count in (1, 2):
            assert await read_all(client) == b"ok"
            assert not client._pool._all
            assert server.accepted == count


async def test_a_connection_is_not_kept_behind_an_answer_to_half_a_request():
    async def serve(peer):
        await peer.head()
        peer.send(b"HTTP/1.1 413 Too much\r\nContent-Length: 0\r\n\r\n")
        await done.wait()

    done = asyncio.Event()
    large = Request(method="POST", path="/", body=bytes(32 << 20))
    async with listening(serve) as server, quick(server.url) as client:
        with pytest.raises(RequestRejected, match="413"):
            await read_all(client, large)
        assert not client._pool._all
        done.set()


async def test_an_idle_connection_is_closed_after_a_while(monkeypatch):
    monkeypatch.setattr(quick_pool, "KEEP_ALIVE_S", 0.05)
    async with listening(answering(ANSWER)) as server, quick(server.url) as client:
        await read_all(client)
        assert server.open == 1
        await until(lambda: not server.open, "the end of the connection")
        await read_all(client)
        assert server.accepted == 2
        async with client.stream(ASK, rejected) as body:  # one in use has all the time it wants
            assert body._talk.wire._alarm is None


async def test_few_idle_connections_are_kept():
    async with listening(answering(ANSWER)) as server, quick(server.url) as client:
        async with (
            client.stream(ASK, rejected) as one,
            client.stream(ASK, rejected) as two,
            client.stream(ASK, rejected) as three,
        ):
            for body in (one, two, three):
                assert await body.read() == b"ok"
        assert server.accepted == 3
        await until(lambda: server.open == quick_pool.IDLE_CONNECTIONS)


@pytest.mark.parametrize("last", [b"", b"x"])
async def test_a_connection_is_known_to_be_dead_before_the_loop_hears_of_it(last):
    ours, theirs = socket.socketpair()
    _, wire = await asyncio.get_running_loop().create_connection(Wire, sock=ours)
    with theirs:
        assert wire.quiet()
        theirs.sendall(last)
        theirs.shutdown(socket.SHUT_WR)
        assert not wire.quiet()
        assert not wire.ended
    wire.cut()
    await asyncio.sleep(0)


async def test_unasked_bytes_on_an_idle_connection_end_it():
    go = asyncio.Event()

    async def serve(peer):
        await peer.request()
        peer.send(ANSWER)
        await go.wait()
        peer.send(b"HTTP/1.1 408 Too late\r\nContent-Length: 0\r\n\r\n")
        await peer.gone()

    async with listening(serve) as server, quick(server.url) as client:
        await read_all(client)
        go.set()
        wire = client._pool._idle[0].wire
        await until(lambda: wire._arrived, "the bytes")
        assert await read_all(client) == b"ok"
        assert server.accepted == 2


# Trying again.


async def test_a_connection_closed_while_idle_is_replaced():
    async def serve(peer):
        await peer.request()
        peer.send(ANSWER)
        await over.wait()
        over.clear()

    over = asyncio.Event()
    async with listening(serve) as server, quick(server.url) as client:
        for _ in range(3):
            assert await read_all(client) == b"ok"
            wire = client._pool._idle[0].wire
            over.set()
            await until(lambda wire=wire: wire.ended, "the end of the connection")
    assert (server.accepted, len(server.requests)) == (3, 3)


@pytest.mark.parametrize("how", ["close", "reset"])
async def test_a_kept_connection_that_dies_is_tried_once_more_on_a_fresh_one(how):
    async def serve(peer):
        await peer.request()
        peer.send(ANSWER)
        await peer.request()
        if how == "reset":
            peer.reset()

    async with listening(serve) as server, quick(server.url) as client:
        assert await read_all(client) == b"ok"
        assert await read_all(client) == b"ok"
    assert (server.accepted, len(server.requests)) == (2, 3)
    assert len(set(server.requests)) == 1


async def test_a_request_is_not_tried_twice():
    answers = iter([ANSWER])

    async def serve(peer):
        while await peer.request():
            if (data := next(answers, None)) is None:
                return
            peer.send(data)

    async with listening(serve) as server, quick(server.url) as client:
        await read_all(client)
        with pytest.raises(StreamBroken):
            await read_all(client)
        assert (server.accepted, len(server.requests)) == (2, 3)
        with pytest.raises(StreamBroken):  # a fresh connection that dies is not tried again
            await read_all(client)
        assert (server.accepted, len(server.requests)) == (3, 4)


async def test_a_request_is_not_tried_again_behind_its_first_byte():
    async def serve(peer):
        await peer.request()
        peer.send(ANSWER)
        await peer.request()
        peer.send(b"H")

    async with listening(serve) as server, quick(server.url) as client:
        await read_all(client)
        with pytest.raises(StreamBroken):
            await read_all(client)
    assert (server.accepted, len(server.requests)) == (1, 2)


async def test_a_kept_connection_whose_server_is_silent_is_not_tried_again():
    async def serve(peer):
        await peer.request()
        peer.send(ANSWER)
        await peer.gone()

    async with listening(serve) as server, quick(server.url, first_byte_s=0.1) as client:
        await read_all(client)
        with pytest.raises(BackendError, match="no answer"):
            await read_all(client)
    assert server.accepted == 1


# Leaving.


async def test_leaving_early_closes_before_anything_else_runs():
    with FakeLlamaCpp(Script(pieces=["x"] * 1000, tokens_per_second=50)) as server:
        async with quick(server.url) as client:
            async with client.stream(ASK, rejected) as body:
                await body.read()
            assert server.wait_disconnect(5)  # this loop stands still meanwhile


async def test_superseded_requests_leave_one_connection_open():
    async with listening(holding) as server, quick(server.url) as client:
        for count in range(1, 6):
            async with client.stream(ASK, rejected) as body:
                assert await body.read() == b"hello"
                await until(lambda: server.open == 1, "the end of the last connection")
                assert server.accepted == count
        await until(lambda: not server.open, "the end of the connection")
        assert not client._pool._all


async def cancelled_once(condition, client):
    task = asyncio.create_task(read_all(client))
    await condition
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not client._pool._all


async def test_a_request_cancelled_while_connecting(monkeypatch):
    begun = connect_endlessly(monkeypatch)
    async with quick("http://127.0.0.1:9") as client:
        await cancelled_once(begun.wait(), client)


async def test_a_request_cancelled_in_any_turn_of_the_loop_leaves_nothing():
    async with listening(holding) as server, quick(server.url) as client:
        for turns in range(40):
            task = asyncio.create_task(read_all(client))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert not client._pool._all
        await until(lambda: not server.open, "the end of all connections")


async def test_a_request_cancelled_while_waiting_for_the_head():
    with SilentListener() as server:
        async with quick(server.url) as client:
            await cancelled_once(until(lambda: server.received, "the request"), client)


async def test_a_request_cancelled_in_read():
    with FakeLlamaCpp(Script(stall_after=1)) as server:
        async with quick(server.url) as client:
            await cancelled_once(asyncio.to_thread(server.wait_sent, 1), client)
            assert await asyncio.to_thread(server.wait_disconnect)


# The end of an answer.


async def test_finish_waits_for_the_last_chunk_and_keeps_the_connection():
    async def serve(peer):
        while await peer.request():
            peer.send(CHUNKED + PIECE)
            await asyncio.wait_for(go.wait(), 5)
            go.clear()
            peer.send(PIECE + b"0\r\n\r\n")

    go = asyncio.Event()
    async with listening(serve) as server, quick(server.url) as client:
        for _ in range(2):
            async with client.stream(ASK, rejected) as body:
                assert await body.read() == b"hello"
                finishing = asyncio.create_task(body.finish(5))
                await asyncio.sleep(0)
                go.set()
                await finishing
                assert await body.read() == b""
    assert server.accepted == 1


async def test_finish_gives_up_on_a_server_that_goes_on():
    async def serve(peer):
        await peer.request()
        peer.send(CHUNKED)
        while True:
            peer.send(PIECE)
            await peer.drain()
            await asyncio.sleep(0)

    for behaviour in (serve, holding):
        async with listening(behaviour) as server, quick(server.url) as client:
            async with client.stream(ASK, rejected) as body:
                await body.read()
                await asyncio.wait_for(body.finish(), PATIENCE_S)
            await until(lambda server=server: not server.open, "the end of the connection")


@pytest.mark.parametrize("tail", [b"", b"xyz\r\n"])
async def test_finish_says_nothing_of_a_broken_end(tail):
    serve = answering(CHUNKED + PIECE, tail, close=True)
    async with listening(serve) as server, quick(server.url) as client:
        async with client.stream(ASK, rejected) as body:
            assert await body.read() == b"hello"
            await body.finish(5)
        assert not client._pool._all


async def test_cancelling_in_finish_closes():
    finishing = asyncio.Event()

    async def ask(client):
        async with client.stream(ASK, rejected) as body:
            await body.read()
            finishing.set()
            await body.finish(60)

    async with listening(holding) as server, quick(server.url) as client:
        task = asyncio.create_task(ask(client))
        await finishing.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: not server.open, "the end of the connection")


# A connection ahead of need.


async def test_a_prepared_connection_serves_the_request_after_a_cancelled_one():
    async with listening(holding) as server, quick(server.url) as client:
        async with client.stream(ASK, rejected) as body:
            await body.read()
            for _ in range(5):
                client.prepare()  # one is enough
            await until(lambda: server.accepted == 2, "the spare connection")
        await until(lambda: server.open == 1, "the end of the first connection")
        async with client.stream(ASK, rejected) as body:
            assert await body.read() == b"hello"
        assert (server.accepted, len(server.requests)) == (2, 2)


async def test_no_connection_is_prepared_where_one_is_idle():
    async with listening(answering(ANSWER)) as server, quick(server.url) as client:
        await read_all(client)
        client.prepare()
        assert client._pool._spare is None
        await read_all(client)
    assert server.accepted == 1


async def test_a_prepared_connection_lives_as_long_as_an_idle_one(monkeypatch):
    monkeypatch.setattr(quick_pool, "KEEP_ALIVE_S", 0.05)
    async with listening(answering(ANSWER)) as server, quick(server.url) as client:
        client.prepare()
        await until(lambda: server.open == 1, "the spare connection")
        await until(lambda: not server.open, "its end")
        client.prepare()  # the dead one does not count
        await until(lambda: server.accepted == 2, "another")


async def test_a_prepared_connection_that_dies_is_tried_once_more():
    async def serve(peer):
        await peer.request()
        if server.accepted == 2:
            peer.send(ANSWER)

    async with listening(serve) as server, quick(server.url) as client:
        client.prepare()
        await until(lambda: client._pool._idle, "the spare connection")
        assert await read_all(client) == b"ok"
    assert (server.accepted, len(server.requests)) == (2, 2)


async def test_a_connection_that_cannot_be_prepared_is_no_matter():
    with ClosedPort() as closed:
        async with quick(closed.url) as client:
            client.prepare()
            await until(lambda: client._pool._spare is None, "the end of the attempt")


# The end of all.


async def test_closing_ends_idle_and_busy_connections():
    async with listening(holding) as server, quick(server.url) as client:
        client.prepare()
        await until(lambda: client._pool._idle, "the spare connection")
        async with client.stream(ASK, rejected) as body, client.stream(ASK, rejected):
            client.prepare()
            await until(lambda: client._pool._idle, "another")
            assert server.open == 3
            assert await body.read() == b"hello"
            reading = asyncio.create_task(body.read())
            await asyncio.sleep(0)
            await client.aclose()
            with pytest.raises(StreamBroken):
                await reading
        await until(lambda: not server.open, "the end of all connections")
        with pytest.raises(BackendError, match="was closed"):
            await read_all(client)
        client.prepare()
        assert client._pool._spare is None


async def test_closing_while_connecting(monkeypatch):
    begun = connect_endlessly(monkeypatch)
    async with quick("http://127.0.0.1:9", connect_s=600) as client:
        client.prepare()
        await begun.wait()
        await asyncio.wait_for(client.aclose(), PATIENCE_S)
        assert not client._pool._all


async def test_closing_in_any_turn_of_the_loop_leaves_nothing():
    async with listening(holding) as server:
        for turns in range(30):
            async with quick(server.url) as client:
                task = asyncio.create_task(read_all(client))
                for _ in range(turns):
                    await asyncio.sleep(0)
                await client.aclose()
                with pytest.raises(BackendError):
                    await task
                assert not client._pool._all
        await until(lambda: not server.open, "the end of all connections")
