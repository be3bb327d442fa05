"""What the tests of the fast path share."""

import asyncio
from contextlib import asynccontextmanager

from local_llm.backends.base import Reply, Request
from local_llm.body import Timeouts
from local_llm.errors import BackendError, RequestRejected
from local_llm.quick import QuickClient
from local_llm.quick_wire import Wire
from peer import PATIENCE_S, listening

ASK = Request(
    method="POST",
    path="/completion",
    body=b'{"prompt":"x","n_predict":64,"stream":true}',
)
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def rejected(reply: Reply) -> BackendError:
    error = RequestRejected(f"status {reply.status}")
    error.reply = reply
    return error


@asynccontextmanager
async def quick(url, *, uds=None, where="here", **clock):
    client = QuickClient(url, socket=uds, where=where, timeouts=Timeouts(**clock))
    yield client
    await client.aclose()


async def read_all(client, request=ASK):
    pieces = []
    async with asyncio.timeout(PATIENCE_S), client.stream(request, rejected) as body:
        while data := await body.read():
            pieces.append(data)
    return b"".join(pieces)


def answering(*sent, close=False):
    """Answer every request with these bytes, or close behind the first answer."""

    async def serve(peer):
        while await peer.request():
            for data in sent:
                peer.send(data)
            if close:
                return

    return serve


async def answer_of(*sent, close=True, **clock):
    serve = answering(*sent, close=close)
    async with listening(serve) as server, quick(server.url, **clock) as client:
        return await read_all(client)


def watch_segments(monkeypatch):
    """Return an event that is set whenever a segment has reached a client."""
    event = asyncio.Event()
    received = Wire.data_received

    def noted(wire, data):
        received(wire, data)
        event.set()

    monkeypatch.setattr(Wire, "data_received", noted)
    return event


def connect_endlessly(monkeypatch):
    """Let connecting take for ever; return an event that is set when it has begun."""
    begun = asyncio.Event()

    async def hang(*_, **__):
        begun.set()
        await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", hang)
    return begun
