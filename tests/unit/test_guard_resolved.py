"""Where a listed name may lead, and that connections go there and nowhere else."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.llamacpp import FakeLlamaCpp
from local_llm.backends.base import Request
from local_llm.errors import BackendUnreachable, HostRefused
from local_llm.features.connect import Connector
from local_llm.gate import GatedBackend
from local_llm.guard.resolved import checked, unasked
from local_llm.settings import Backend, Guard, RemoteHost, Settings
from local_llm.transport import Transport

NAME = "gpu.example"

ELSEWHERE = [
    "10.0.0.5",
    "192.168.1.10",
    "172.16.0.1",
    "100.64.0.7",
    "203.0.113.9",
    "8.8.8.8",
    "fd00::5",
    "2001:db8::1",
    "64:ff9b::808:808",
]

REFUSED = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "0.1.2.3",
    "169.254.169.254",
    "169.254.0.1",
    "100.100.100.200",
    "192.0.0.192",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::7f00:1",
    "::10.0.0.5",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.5",
    "::ffff:169.254.169.254",
    "ff02::1",
    "fd00:ec2::254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001:0:7f00:1::",
    "",
    "localhost",
    "10.0.0.5.evil.example",
]

NEIGHBOURS = ["fe80::1", "fe80::1%eth0", "febf::1"]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_another_machine_is_where_a_listed_host_may_be(address):
    assert checked(NAME, [address]) == (address,)


@pytest.mark.parametrize("address", [*REFUSED, *NEIGHBOURS])
def test_any_other_address_is_refused(address):
    with pytest.raises(HostRefused) as caught:
        checked(NAME, [address])
    assert NAME in str(caught.value)
    assert repr(address) in str(caught.value)


@pytest.mark.parametrize("address", REFUSED)
def test_one_such_address_spoils_the_answer(address):
    for answers in (["10.0.0.5", address], [address, "10.0.0.5"]):
        with pytest.raises(HostRefused):
            checked(NAME, answers)


@pytest.mark.parametrize("address", NEIGHBOURS)
def test_a_neighbours_address_is_passed_over_where_there_is_another(address):
    assert checked(NAME, [address, "192.168.1.10"]) == ("192.168.1.10",)


def test_each_address_once_in_the_resolvers_order():
    assert checked(NAME, ["10.0.0.6", "10.0.0.5", "10.0.0.6"]) == ("10.0.0.6", "10.0.0.5")
    assert checked(NAME, []) == ()


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_what_is_let_through_is_no_special_address(address):
    try:
        (kept,) = checked(NAME, [str(address)])
    except HostRefused:
        return
    found = ipaddress.ip_address(kept)
    assert not found.is_loopback
    assert not found.is_link_local
    assert not found.is_multicast
    assert not found.is_unspecified
    assert getattr(found, "ipv4_mapped", None) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "fe80::1%eth0"])
def test_an_address_is_not_looked_up(host):
    assert unasked(host) == (host,)
    assert unasked(NAME) == ()


def test_localhost_is_this_machine_whatever_a_resolver_says():
    assert unasked("localhost") == ("127.0.0.1", "::1")


# -- connecting ----------------------------------------------------------------------------------


class Answers:
    """A resolver that answers something else each time, and counts."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    async def __call__(self, name, port):
        self.asked.append((name, port))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Network(httpcore.AsyncNetworkBackend):
    """Notes where the HTTP client connects to; only `open_at` answers."""

    def __init__(self, *open_at):
        self.open_at = open_at
        self.hosts = []
        self.names_checked = []

    async def connect_tcp(self, host, port, *_rest):
        self.hosts.append(host)
        if host not in self.open_at:
            raise httpcore.ConnectError("closed")
        return Stream(self)


class Stream(httpcore.AsyncNetworkStream):
    """A server that says OK once."""

    def __init__(self, network):
        self.network = network
        self.said = False

    async def read(self, max_bytes, *_rest, **_more):
        said, self.said = self.said, True
        return (
            b"" if said else b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
        )

    async def write(self, buffer, *_rest, **_more):
        pass

    async def aclose(self):
        pass

    async def start_tls(self, ssl_context, server_hostname=None, *_rest, **_more):
        assert ssl_context.verify_mode is ssl.CERT_REQUIRED
        assert ssl_context.check_hostname
        self.network.names_checked.append(server_hostname)
        return self

    def get_extra_info(self, info):
        return None


async def asked(url, resolve, network):
    pool = httpcore.AsyncConnectionPool(
        ssl_context=ssl.create_default_context(), network_backend=GatedBackend(resolve, network)
    )
    async with pool:
        return (await pool.request("GET", url)).content


async def test_the_http_client_gets_the_checked_address_and_tls_the_name():
    resolve, network = Answers(["10.0.0.5"], ["127.0.0.1"]), Network("10.0.0.5")
    assert await asked(f"https://{NAME}:8443/", resolve, network) == b"ok"
    assert resolve.asked == [(NAME, 8443)]
    assert network.hosts == ["10.0.0.5"]
    assert network.names_checked == [NAME]


async def test_the_next_connection_is_judged_anew():
    resolve, network = Answers(["10.0.0.5"], ["127.0.0.1"]), Network("10.0.0.5", "127.0.0.1")
    assert await asked(f"http://{NAME}/", resolve, network) == b"ok"
    with pytest.raises(HostRefused, match="this machine"):
        await asked(f"http://{NAME}/", resolve, network)
    assert network.hosts == ["10.0.0.5"]


async def test_an_address_that_does_not_answer_is_followed_by_the_next_of_the_same_answer():
    resolve, network = Answers(["10.0.0.5", "fd00::5"], ["127.0.0.1"]), Network("fd00::5")
    assert await asked(f"http://{NAME}/", resolve, network) == b"ok"
    assert network.hosts == ["10.0.0.5", "fd00::5"]
    assert len(resolve.asked) == 1


async def test_where_none_answers_the_failure_is_told():
    resolve, network = Answers(["10.0.0.5", "10.0.0.6"]), Network()
    with pytest.raises(httpcore.ConnectError):
        await asked(f"http://{NAME}/", resolve, network)
    assert network.hosts == ["10.0.0.5", "10.0.0.6"]


@pytest.mark.parametrize("host", ["10.0.0.5", "[fd00::5]", "127.0.0.1"])
async def test_an_address_in_the_url_is_taken_as_it_is(host):
    network = Network(host.strip("[]"))
    assert await asked(f"http://{host}/", Answers(), network) == b"ok"


async def never(name, port):
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    "resolve",
    [Answers(OSError(-2, "unknown"), OSError(-2, "unknown")), Answers([], [])],
    ids=["an error", "nothing"],
)
async def test_an_unknown_name_is_unreachable(resolve):
    transport = Transport(f"http://{NAME}", resolve=resolve)
    with pytest.raises(BackendUnreachable):
        await transport.fetch(Request(path="/"), timeout_s=5)
    await transport.aclose()


async def test_a_resolver_that_hangs_does_not_hold_anything_up():
    backend = GatedBackend(never, Network())
    with pytest.raises(httpcore.ConnectTimeout):
        await backend.connect_tcp(NAME, 80, timeout=0.01)


async def test_a_name_that_leads_here_gets_nothing(monkeypatch):
    """The server is on this machine, and the name that is said to be at it is listed."""
    with FakeLlamaCpp() as server:
        port = server.url.rpartition(":")[2]

        async def here(name, _port):
            return ["127.0.0.1"]

        allow = {NAME: RemoteHost(insecure=True)}
        settings = Settings(
            backend=Backend(kind="llamacpp", url=f"http://{NAME}:{port}"),
            guard=Guard(allow_remote_hosts=allow),
        )
        connector = Connector({}, None, resolve=here)
        with pytest.raises(HostRefused, match="this machine"):
            await connector.link(settings, "")
        assert server.requests == []


async def test_an_own_authority_is_trusted_and_no_other(monkeypatch):
    given = []
    real = ssl.create_default_context

    def noted(*, cafile=None):
        given.append(cafile)
        return real()

    monkeypatch.setattr(ssl, "create_default_context", noted)
    transport = Transport(f"https://{NAME}", ca_file="/etc/our-ca.pem", resolve=Answers())
    await transport.aclose()
    assert given == ["/etc/our-ca.pem"]
