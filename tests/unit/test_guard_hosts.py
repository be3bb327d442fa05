"""Every way to write an address, and where it leads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_llm.errors import HostRefused, LocalLlmError, SettingsError
from local_llm.guard.hosts import check_url
from local_llm.settings import RemoteHost

LISTED = {
    "gpu.example": RemoteHost(ca_file="/etc/ca.pem"),
    "Plain.Example": RemoteHost(insecure=True),
    "10.0.0.5": RemoteHost(insecure=True),
    "[fd00::5]": RemoteHost(insecure=True),
    "xn--bcher-kva.example": RemoteHost(),
}

HERE = [
    ("http://127.0.0.1:11434", "http://127.0.0.1:11434"),
    ("http://127.0.0.1:11434/", "http://127.0.0.1:11434"),
    ("http://127.0.0.1", "http://127.0.0.1"),
    ("http://127.0.0.1:80", "http://127.0.0.1"),
    ("https://127.0.0.1:443", "https://127.0.0.1"),
    ("http://127.255.255.254:1", "http://127.255.255.254:1"),
    ("http://127.0.0.53:8080", "http://127.0.0.53:8080"),
    ("http://[::1]:8080", "http://[::1]:8080"),
    ("http://[0:0:0:0:0:0:0:1]:8080", "http://[0:0:0:0:0:0:0:1]:8080"),
    ("HTTP://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ("http://localhost:8080", "http://127.0.0.1:8080"),
    ("http://LocalHost:8080", "http://127.0.0.1:8080"),
    ("http://localhost:8080/v1", "http://127.0.0.1:8080"),
    ("http://localhost:8080/v1/", "http://127.0.0.1:8080"),
    ("http://localhost:8080/llm", "http://127.0.0.1:8080/llm"),
    ("http://localhost:8080/llm/v1/", "http://127.0.0.1:8080/llm"),
    ("http://localhost:8080/a/b-c.d_e~1", "http://127.0.0.1:8080/a/b-c.d_e~1"),
]


@pytest.mark.parametrize(("url", "base_url"), HERE)
def test_this_machine_needs_no_permission(url, base_url):
    target = check_url(url, {})
    assert (target.base_url, target.is_loopback, target.insecure) == (base_url, True, False)


def test_localhost_is_both_loopback_addresses_and_no_look_up():
    target = check_url("http://localhost:8080/llm", {})
    assert target.base_url == "http://127.0.0.1:8080/llm"
    assert target.others == ("http://[::1]:8080/llm",)
    assert target.label == "http://localhost:8080/llm"


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("unix:/run/llm.sock", "/run/llm.sock"),
        ("unix:///run/llm.sock", "/run/llm.sock"),
        ("unix:/run/user/1000/größe @1.sock", "/run/user/1000/größe @1.sock"),
    ],
)
def test_a_socket_is_this_machine(url, path):
    target = check_url(url, {})
    assert (target.socket, target.is_loopback, target.label) == (path, True, f"unix:{path}")


@pytest.mark.parametrize(
    "url",
    ["unix:", "unix:llm.sock", "unix:~/llm.sock", "unix://run/llm.sock", "unix:/a\0b", "unix:@abs"],
)
def test_a_socket_has_an_absolute_path(url):
    with pytest.raises(SettingsError, match="absolute"):
        check_url(url, {})


def test_a_socket_path_fits_the_kernel():
    assert check_url("unix:/" + "a" * 102, {}).socket
    with pytest.raises(SettingsError, match="103 bytes"):
        check_url("unix:/" + "a" * 103, {})


NOT_LISTED = [
    "http://example.com",
    "https://example.com",
    "http://192.168.1.10:11434",
    "http://10.0.0.6:8080",
    "http://169.254.169.254",
    "http://[fe80::1]:8080",
    "http://[fd00::6]:8080",
    "http://128.0.0.1",
    "http://126.255.255.255",
    "http://localhost.evil.com",
    "http://localhost.localdomain",
    "http://evil.localhost",
    "http://127.0.0.1.evil.com",
    "http://127-0-0-1.example",
    "http://1.0.0.127.in-addr.arpa",
    "http://gpu.example.evil.com",
    "http://notgpu.example",
    "http://example",
    "https://xn--lcalhost-n4a",
]


@pytest.mark.parametrize("url", NOT_LISTED)
def test_another_machine_has_to_be_listed(url):
    with pytest.raises(HostRefused, match="allow_remote_hosts"):
        check_url(url, LISTED)


ODD = [
    "http://0.0.0.0:8080",
    "http://0:8080",
    "http://[::]:8080",
    "http://127.1:8080",
    "http://127.0.1:8080",
    "http://127.0.0.01:8080",
    "http://0127.0.0.1:8080",
    "http://0177.0.0.1:8080",
    "http://0x7f.0.0.1:8080",
    "http://0x7f000001:8080",
    "http://2130706433:8080",
    "http://127.0.0.1.:8080",
    "http://127.0.0.256",
    "http://127.0.0.1.1",
    "http://localhost.:8080",
    "http://gpu.example.:8080",
    "http://[::ffff:127.0.0.1]:8080",
    "http://[::ffff:7f00:1]:8080",
    "http://[::ffff:10.0.0.5]:8080",
    "http://[fe80::1%25eth0]:8080",
    "http://224.0.0.1:8080",
    "http://%31%32%37.0.0.1:8080",
    "http://local%68ost:8080",
    "http://-localhost:8080",
    "http://localhost..:8080",
    "http://.localhost:8080",
    "http://a..b:8080",
    "http://127.0.0.1,evil.com",
    "http://127.0.0.1;evil.com",
    "http://$(id)/",
]


@pytest.mark.parametrize("url", ODD)
def test_a_spelling_that_can_be_misread_is_refused_even_when_listed(url):
    listed = LISTED | {name: RemoteHost(insecure=True) for name in ("0.0.0.0", "::", "224.0.0.1")}
    with pytest.raises(HostRefused, match="misread"):
        check_url(url, listed)


MALFORMED = [
    "",
    "localhost:8080",
    "127.0.0.1:8080",
    "localhost",
    "//127.0.0.1",
    "http:127.0.0.1",
    "http:/127.0.0.1",
    "http://",
    "http:///v1",
    "http://:8080",
    "ftp://127.0.0.1",
    "file:///etc/passwd",
    "ws://127.0.0.1",
    "javascript://127.0.0.1",
    "http+unix://%2Frun%2Fx.sock",
    " http://127.0.0.1",
    "http://127.0.0.1 ",
    "http://127.0.0.1\n.evil.com",
    "http://127.0.0.1\t.evil.com",
    "ht\ntp://127.0.0.1",
    "http://127.0.0.1\\@evil.com",
    "http:\\\\127.0.0.1",
    "http://127.0.0.1\0",
    "http://127.0.0.1:0",
    "http://127.0.0.1:65536",
    "http://127.0.0.1:-1",
    "http://127.0.0.1:80a",
    "http://127.0.0.1:8080?x=1",
    "http://127.0.0.1:8080?",
    "http://127.0.0.1:8080#x",
    "http://127.0.0.1:8080#",
    "http://127.0.0.1:8080/../x",
    "http://127.0.0.1:8080/./x",
    "http://127.0.0.1:8080//x",
    "http://127.0.0.1:8080/<x>",
    "http://[::1",
    "http://::1]:8080",
    "http://[127.0.0.1]:8080",
    "http://[localhost]:8080",
    "http://loc\u0430lhost:8080",
    "http://\uff4cocalhost:8080",
    "http://127\u30020\u30020\u30021",
    "http://\u2460\u2461\u2466.0.0.1",
    "http://loc\u00adalhost",
    "http://b\u00fccher.example",
    "http://127.0.0.1/" + "a" * 2048,
]


@pytest.mark.parametrize("url", MALFORMED)
def test_what_is_no_plain_address_is_refused(url):
    with pytest.raises(SettingsError) as caught:
        check_url(url, LISTED)
    assert caught.value.where == "backend.url"
    assert "http://" in caught.value.hint


@pytest.mark.parametrize(
    "url",
    [
        "http://me:hunter2@127.0.0.1:8080",
        "http://hunter2@localhost",
        "http://127.0.0.1@hunter2.com",
        "http://127.0.0.1:80@hunter2.com",
        "http://@hunter2.com",
        "http://a@b@hunter2.com",
        "http://[::1]@hunter2.com",
        "http://127.0.0.1%2f@hunter2.com",
    ],
)
def test_credentials_in_the_address_are_refused_and_not_repeated(url):
    with pytest.raises(LocalLlmError) as caught:
        check_url(url, {"hunter2.com": RemoteHost(insecure=True)})
    assert "hunter2" not in caught.value.sentence() + caught.value.hint
    assert "hunter2" not in repr(caught.value)


def test_a_listed_host_needs_https():
    target = check_url("https://GPU.example:8443/llm/v1", LISTED)
    assert (target.base_url, target.ca_file) == ("https://gpu.example:8443/llm", "/etc/ca.pem")
    assert (target.is_loopback, target.insecure) == (False, False)
    with pytest.raises(HostRefused, match="plain http") as caught:
        check_url("http://gpu.example:8080", LISTED)
    assert "insecure = true" in caught.value.hint


@pytest.mark.parametrize(
    "url",
    [
        "http://plain.example",
        "http://PLAIN.EXAMPLE:80",
        "http://10.0.0.5:8080",
        "http://[fd00::5]:8080",
        "http://[fd00:0:0:0::5]:8080",
        "https://xn--bcher-kva.example",
    ],
)
def test_a_listed_host_is_found_in_any_spelling_of_its_own(url):
    target = check_url(url, LISTED)
    assert not target.is_loopback
    assert target.insecure == url.startswith("http:")


def test_an_own_authority_serves_this_machine_too():
    listed = {"localhost": RemoteHost(ca_file="/etc/ca.pem")}
    assert check_url("https://localhost:8443", listed).ca_file == "/etc/ca.pem"


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://", "unix:", "http://127."]))
def test_no_text_makes_another_machine_of_this_one(text, start):
    try:
        target = check_url(start + text, {})
    except (SettingsError, HostRefused):
        return
    assert target.is_loopback
    assert target.socket or target.base_url.split("://")[1].startswith(("127.", "[", "localhost"))
