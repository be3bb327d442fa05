"""Listeners that are no model server."""

from __future__ import annotations

import socket

import httpx
import pytest

from fakes import (
    ClosedPort,
    FakeLmStudio,
    FakeRouter,
    GarbageListener,
    HtmlListener,
    Script,
    SilentListener,
)


def test_a_closed_port_refuses():
    with ClosedPort() as port, pytest.raises(httpx.ConnectError):
        httpx.get(port.url, trust_env=False)


def test_a_silent_listener_takes_everything_and_says_nothing():
    with SilentListener() as server:
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            client.settimeout(0.05)
            with pytest.raises(TimeoutError):
                client.recv(1)
        assert bytes(server.received).startswith(b"GET /")


def test_garbage_is_no_http():
    with GarbageListener() as server, pytest.raises(httpx.RemoteProtocolError):
        httpx.get(server.url, trust_env=False)


def test_a_web_server_has_a_page_for_every_path():
    with HtmlListener() as server:
        answer = httpx.get(server.url + "/api/version", trust_env=False)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html")
        assert server.paths() == ["GET /api/version"]


def test_lm_studio_says_200_to_paths_it_does_not_know():
    with FakeLmStudio() as server:
        answer = httpx.get(server.url + "/props", trust_env=False)
    assert answer.status_code == 200
    assert answer.json() == {"error": "Unexpected endpoint or method. (GET /props)"}


def test_a_router_wants_a_model_and_loads_it():
    script = Script(models=["a", "b"])
    with FakeRouter(script) as server, httpx.Client(base_url=server.url, trust_env=False) as client:
        assert client.get("/props").json()["role"] == "router"
        assert client.post("/completion", json={"prompt": "x"}).status_code == 400
        unknown = client.post("/completion", json={"prompt": "x", "model": "c"})
        assert unknown.json()["error"]["message"] == "model 'c' not found"
        asleep = client.get("/props?model=b&autoload=false")
        assert asleep.json()["error"]["message"] == "model is not loaded"
        assert client.post("/completion", json={"prompt": "x", "model": "b"}).status_code == 200
        listed = client.get("/v1/models").json()["data"]
    assert {entry["id"]: entry["status"]["value"] for entry in listed} == {
        "a": "loaded",
        "b": "loaded",
    }
