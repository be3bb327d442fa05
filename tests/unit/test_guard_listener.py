"""Which requests a listener of ours answers."""

from __future__ import annotations

import pytest

from local_llm.guard.listener import Listener, Refusal, loopback

HERE = loopback(8080)
HOST = ("Host", "127.0.0.1:8080")


def status(*headers, listener=HERE, method="POST", target="/v1/x", host=HOST):
    found = listener.refusal(method, [*([host] if host else []), *headers], target)
    return None if found is None else found.status


GOOD = [
    [],
    [("User-Agent", "curl")],
    [("Content-Length", "0")],
    [("content-length", "12")],
    [("Transfer-Encoding", "chunked")],
    [("Sec-Fetch-Site", "none")],
    [("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Mode", "cors")],
    [("Authorization", "Bearer x")],
    [("X-Y", "tab\tand ü")],
]


@pytest.mark.parametrize("headers", GOOD)
def test_programs_are_answered(headers):
    assert status(*headers) is None


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8080", "localhost:8080", "LOCALHOST:8080", "[::1]:8080", "[0:0::1]:8080"]
)
def test_our_names(host):
    assert status(host=("hOsT", f" {host} ")) is None


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        (None, 400),
        ("", 400),
        ("evil.example:8080", 421),
        ("localhost.evil.example:8080", 421),
        ("127.0.0.1.evil.example:8080", 421),
        ("127.0.0.1", 421),
        ("127.0.0.1:8081", 421),
        ("127.0.0.1:80", 421),
        ("127.0.0.2:8080", 421),
        ("127.1:8080", 421),
        ("0.0.0.0:8080", 421),
        ("localhost.:8080", 421),
        ("localhost:8080:8080", 400),
        ("localhost:", 400),
        ("localhost:99999999", 400),
        ("user@localhost:8080", 400),
        ("localhost:8080,evil.example", 400),
        ("localhost:8080 evil.example", 400),
        ("http://localhost:8080", 400),
        ("[::1:8080", 400),
        ("::1:8080", 400),
        ("löcalhost:8080", 400),
    ],
)
def test_any_other_host_is_refused(host, expected):
    assert status(host=None if host is None else ("Host", host)) == expected


def test_two_hosts_are_refused_even_where_both_are_ours():
    assert status(HOST) == 400
    assert status(("host", "evil.example")) == 400


BAD = [
    ([("Origin", "http://evil.example")], 403),
    ([("Origin", "http://127.0.0.1:8080")], 403),
    ([("origin", "null")], 403),
    ([("ORIGIN", "")], 403),
    ([("Sec-Fetch-Site", "cross-site")], 403),
    ([("Sec-Fetch-Site", "same-site")], 403),
    ([("Sec-Fetch-Site", "")], 403),
    ([("Sec-Fetch-Site", "none"), ("sec-fetch-site", "cross-site")], 403),
    ([("Content-Length", "1"), ("Content-Length", "1")], 400),
    ([("Content-Length", "1, 1")], 400),
    ([("Content-Length", "+1")], 400),
    ([("Content-Length", "-1")], 400),
    ([("Content-Length", "0x1")], 400),
    ([("Content-Length", "\u0661")], 400),
    ([("Content-Length", "")], 400),
    ([("Content-Length", "9" * 30)], 400),
    ([("Content-Length", "1"), ("Transfer-Encoding", "chunked")], 400),
    ([("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "chunked")], 400),
    ([("Transfer-Encoding", "gzip, chunked")], 400),
    ([("Transfer-Encoding", "identity")], 400),
    ([("Transfer-Encoding", "chunked, identity")], 400),
    ([("Transfer-Encoding ", "chunked")], 400),
    ([("X-Y", "a\r\nOrigin: x")], 400),
    ([("X-Y", "a\0b")], 400),
    ([("X Y", "a")], 400),
    ([("", "a")], 400),
]


@pytest.mark.parametrize(("headers", "expected"), BAD)
def test_pages_and_ambiguous_requests_are_refused(headers, expected):
    assert status(*headers) == expected


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "get", "PROPFIND", "", "GET\n"])
def test_other_methods_are_refused(method):
    assert status(method=method) == 405


@pytest.mark.parametrize("target", ["http://127.0.0.1:8080/x", "evil.example:80", "*", "", "?x"])
def test_a_target_that_is_no_path_is_refused(target):
    assert status(target=target) == 400


def test_options_may_be_about_the_server():
    assert status(method="OPTIONS", target="*") is None


def test_an_allowed_page_may_ask():
    gitlab = Listener(names=("llm.example",), port=443, standard_port=443, origins=("https://a.b",))
    host = ("Host", "llm.example")
    assert status(("Origin", "https://a.b"), listener=gitlab, host=host) is None
    assert status(("Origin", "https://a.b.c"), listener=gitlab, host=host) == 403
    twice = [("Origin", "https://a.b"), ("Origin", "https://a.b")]
    assert status(*twice, listener=gitlab, host=host) == 403
    page = [("Origin", "https://a.b"), ("Sec-Fetch-Site", "cross-site")]
    assert status(*page, listener=gitlab, host=host) is None
    assert status(page[1], listener=gitlab, host=host) == 403


def test_a_unix_socket_has_no_port():
    socket = Listener(names=("localhost",))
    for host in ("localhost", "localhost:80", "localhost:8080"):
        assert status(listener=socket, host=("Host", host)) is None
    assert status(listener=socket, host=("Host", "evil.example")) == 421


def test_nothing_of_the_request_is_in_the_reason():
    found = HERE.refusal("POST", [("Host", "evil.example")])
    assert isinstance(found, Refusal)
    assert "evil" not in found.reason
