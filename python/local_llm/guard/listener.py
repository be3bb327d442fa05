"""Whether a listener of ours answers a request at all, judged before its body or a key is read.

Any web page can send requests to this machine: straight to 127.0.0.1, or by a name of its own that
it has pointed there (DNS rebinding). Its browser tells on it: by `Origin`, by `Sec-Fetch-Site`, and
by the name in `Host`. Programs send none of the first two and one of our names in the third.

Ambiguous lengths are refused, too: a proxy and we might see two requests where the other sees one.
Reasons are fixed sentences; nothing of the request is in them.
Source: RFC 9110 7.2, RFC 9112 3.2 and 6.3, https://www.w3.org/TR/fetch-metadata/.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

Headers = Sequence[tuple[str, str]]

BAD_REQUEST, FORBIDDEN, NOT_ALLOWED, MISDIRECTED = 400, 403, 405, 421
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 5.6.2
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f]")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OWN_SITE = frozenset({"none", "same-origin"})
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?")
_LENGTH = re.compile(r"[0-9]{1,18}")
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


class Refusal(NamedTuple):
    """Why a request is not answered. status: Of the answer; reason: A sentence for the log."""

    status: int
    reason: str


class Listener(msgspec.Struct, frozen=True, kw_only=True):
    """What a listener is called by those who mean it.

    names: Hosts and addresses, without brackets; of a unix socket `localhost`.
    port: None for a unix socket, whose clients write any or none.
    standard_port: The one that a client leaves out: 80, or 443 behind TLS.
    origins: Web pages that may ask all the same, such as "https://gitlab.example.org".
    """

    names: tuple[str, ...] = LOOPBACK_NAMES
    port: int | None = None
    standard_port: int = 80
    origins: tuple[str, ...] = ()

    def refusal(self, method: str, headers: Headers, target: str = "/") -> Refusal | None:
        """Return why a request is not answered, None where it may be.

        Args:
            method: As it came.
            headers: Every header line, in order, names in any case.
            target: What stands behind the method; a full URL would name a host a second time.

        """
        checks = (
            _shape(method, headers, target),
            self._host(_values(headers, "host")),
            self._page(_values(headers, "origin"), _values(headers, "sec-fetch-site")),
            _length(_values(headers, "content-length"), _values(headers, "transfer-encoding")),
        )
        return next((found for found in checks if found is not None), None)

    def _host(self, values: list[str]) -> Refusal | None:
        if len(values) != 1:
            return Refusal(BAD_REQUEST, "it has no Host, or more than one")
        found = _HOST.fullmatch(values[0])
        if found is None:
            return Refusal(BAD_REQUEST, "its Host makes no sense")
        named = _plain(found[1])
        port = int(found[2]) if found[2] else self.standard_port
        if named in map(_plain, self.names) and self.port in (None, port):
            return None
        return Refusal(MISDIRECTED, "its Host is not a name of ours")

    def _page(self, origins: list[str], sites: list[str]) -> Refusal | None:
        """Judge what browsers tell; a page that may ask is on another site, as a rule."""
        if origins:
            allowed = len(origins) == 1 and origins[0] in self.origins
            return None if allowed else Refusal(FORBIDDEN, "a web page sent it")
        if not sites or (len(sites) == 1 and sites[0] in _OWN_SITE):
            return None
        return Refusal(FORBIDDEN, "a page of another site sent it")


def _shape(method: str, headers: Headers, target: str) -> Refusal | None:
    if method not in _METHODS:
        return Refusal(NOT_ALLOWED, "its method is none of ours")
    if not target.startswith("/") and not (method == "OPTIONS" and target == "*"):
        return Refusal(BAD_REQUEST, "its target is no path")
    for name, value in headers:
        if not _TOKEN.fullmatch(name) or _CONTROL.search(value):
            return Refusal(BAD_REQUEST, "a header makes no sense")
    return None


def _length(lengths: list[str], codings: list[str]) -> Refusal | None:
    if len(lengths) + len(codings) > 1:
        return Refusal(BAD_REQUEST, "its length is told more than once")
    if not all(map(_LENGTH.fullmatch, lengths)):
        return Refusal(BAD_REQUEST, "its length makes no sense")
    if any(coding.lower() != "chunked" for coding in codings):
        return Refusal(BAD_REQUEST, "its transfer coding is none of ours")
    return None


def _values(headers: Headers, wanted: str) -> list[str]:
    return [value.strip(" \t") for name, value in headers if name.lower() == wanted]


def _plain(host: str) -> str:
    """Return one spelling of a name or an address."""
    bare = host.lower().removeprefix("[").removesuffix("]")
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return bare


def loopback(port: int, *, origins: Iterable[str] = ()) -> Listener:
    """Return a listener on this machine's own addresses."""
    return Listener(port=port, origins=tuple(origins))
