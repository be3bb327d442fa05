"""Tests stay on this machine and in their folders."""

import asyncio
import os
import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest

import isolation

OUTSIDE = ("192.0.2.1", 80)  # RFC 5737: documentation only, never routed


def test_a_connection_to_the_outside_is_refused_and_recorded(network):
    with socket.socket() as one, pytest.raises(isolation.NetworkRefused):
        one.connect(OUTSIDE)
    assert network() == [f"socket.connect {OUTSIDE}"]


def test_a_name_is_not_even_looked_up(network):
    with pytest.raises(isolation.NetworkRefused):
        urllib.request.urlopen("http://example.invalid/", timeout=1)
    assert network() == ["socket.getaddrinfo ('example.invalid',)"]


async def test_a_swallowed_refusal_is_still_recorded(network):
    with pytest.raises(isolation.NetworkRefused):
        await asyncio.open_connection(*OUTSIDE)
    assert len(network()) == 1


def test_the_loopback_interface_is_open(network):
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://localhost:{server_port_that_was_closed()}/", timeout=5)
    assert network() == []


def server_port_that_was_closed():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.mark.parametrize(
    ("address", "local"),
    [
        (("127.0.0.1", 1), True),
        (("127.9.9.9", 1), True),
        (("::1", 1, 0, 0), True),
        (("localhost", 1), True),
        ((None,), True),
        ("/run/x.sock", True),
        (b"\0abstract", True),
        (("10.0.0.1", 1), False),
        (("0.0.0.0", 1), False),
        (("fe80::1%eth0", 1, 0, 2), False),
        (("localhost.example", 1), False),
    ],
)
def test_what_counts_as_local(address, local):
    assert isolation.is_local(address) is local


def test_settings_and_proxies_of_the_person_who_runs_the_tests_are_removed():
    given = {
        "OLLAMA_HOST": "http://box:1",
        "LOCAL_LLM_BACKEND__URL": "x",
        "HTTPS_PROXY": "x",
        "no_proxy": "x",
        "PATH": "/bin",
    }
    assert isolation.cleaned(given) == {"PATH": "/bin"}


def test_folders_exist_before_any_fixture_and_are_not_the_person_s():
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"):
        folder = Path(os.environ[name])
        assert folder.is_dir()
        assert folder.parent.name == "home" or folder.parent.name.startswith("ll-")
    assert Path(os.environ["XDG_RUNTIME_DIR"]).stat().st_mode & 0o077 == 0


def test_a_test_s_own_folders_replace_the_session_s(home):
    assert Path.home() == home
    assert os.environ["XDG_DATA_HOME"] == str(home / "data")
    assert len(os.environ["XDG_RUNTIME_DIR"]) < 60
