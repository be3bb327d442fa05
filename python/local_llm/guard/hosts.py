"""Where text may go: this machine, or a host that the user listed.

A URL is judged by what is written, before any look-up: a name that could be read in two ways is
refused rather than guessed. This machine is 127.0.0.0/8, ::1, a unix socket, and `localhost`, which
is never looked up (a resolver may answer what it likes) but stands for 127.0.0.1 and ::1.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

import msgspec

from local_llm.errors import HostRefused, SettingsError
from local_llm.settings import RemoteHost

_URL_LIMIT = 2048
_SOCKET_LIMIT_BYTES = 103  # sun_path holds 104 on macOS and 108 on Linux, with a final NUL
_PRINTABLE = re.compile(r"[!-~]+")
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)")
_PREFIX = re.compile(r"(/[A-Za-z0-9._~%-]+)*")
_PORTS = {"http": 80, "https": 443}
_HOW = "write it as http://HOST:PORT, https://HOST:PORT or unix:/PATH"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A place that text may be sent to.

    base_url: Scheme, host, port and path prefix, without a final slash.
    others: Base URLs to try when nothing listens at the first (`localhost` has two).
    socket: Path of the unix socket, None for TCP.
    host: Lower case, without brackets; "" for a socket.
    ca_file: Certificates to trust instead of the usual ones.
    insecure: Whether the text travels readable over a network.
    label: The address as shown to the user.
    """

    base_url: str
    others: tuple[str, ...] = ()
    socket: str | None = None
    host: str = ""
    is_loopback: bool = True
    ca_file: str | None = None
    insecure: bool = False
    label: str = ""


def check_url(url: str, allow: Mapping[str, RemoteHost]) -> Target:
    """Judge a base URL.

    Args:
        url: `http://...`, `https://...` or `unix:/path`; a final `/v1` is taken off.
        allow: guard.allow_remote_hosts.

    Raises: SettingsError for what is no address, HostRefused for one that text must not go to.
        Neither repeats a user name or a password that stands in the URL.
    """
    if url.startswith("unix:"):
        return _socket(url.removeprefix("unix:"))
    parts = _split(url)
    host = (parts.hostname or "").lower()
    address = _address(host)
    if host == "localhost" or (address is not None and address.is_loopback):
        return _local(parts, host, _listed(host, address, allow))
    entry = _listed(host, address, allow)
    if entry is None:
        raise HostRefused(f"{host} is not this machine and guard.allow_remote_hosts lacks it")
    if parts.scheme == "http" and not entry.insecure:
        raise HostRefused(
            f"plain http to {host} could be read on the way",
            hint="use https, or set insecure = true for this host in guard.allow_remote_hosts",
        )
    base = _base(parts, host)
    return Target(
        base_url=base,
        host=host,
        is_loopback=False,
        ca_file=entry.ca_file,
        insecure=parts.scheme == "http",
        label=base,
    )


def _local(parts: SplitResult, host: str, entry: RemoteHost | None) -> Target:
    hosts = ("127.0.0.1", "::1") if host == "localhost" else (host,)
    first, *others = (_base(parts, each) for each in hosts)
    ca_file = entry.ca_file if entry else None
    label = _base(parts, host)
    return Target(base_url=first, others=tuple(others), host=host, ca_file=ca_file, label=label)


def _socket(path: str) -> Target:
    path = "/" + path.lstrip("/") if path.startswith("///") else path  # unix:///run/llm.sock
    if not path.startswith("/") or path.startswith("//") or "\0" in path:
        raise SettingsError(
            "the path of a unix socket is absolute", where="backend.url", hint="unix:/run/llm.sock"
        )
    if len(path.encode("utf-8", "surrogateescape")) > _SOCKET_LIMIT_BYTES:
        raise SettingsError(
            f"the path of a unix socket has at most {_SOCKET_LIMIT_BYTES} bytes",
            where="backend.url",
            hint="put the socket into a folder with a shorter name",
        )
    return Target(base_url="http://localhost", socket=path, label=f"unix:{path}")


def _split(url: str) -> SplitResult:
    """Take a URL apart, once nothing in it can be read in two ways."""
    if len(url) > _URL_LIMIT or not _PRINTABLE.fullmatch(url) or "\\" in url:
        raise _malformed("an address has only printable ASCII characters and no backslash")
    if not url.lower().startswith(("http://", "https://")):
        raise _malformed("an address starts with http://, https:// or unix:/")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _malformed("its host or port makes no sense") from error
    if "@" in parts.netloc:
        raise _malformed(
            "an address holds no user name or password",
            hint="say where the key comes from in backend.api_key_env or backend.api_key_cmd",
        )
    if parts.query or parts.fragment or url.endswith(("?", "#")):
        raise _malformed("a base address has no query and no fragment")
    if not parts.hostname or port == 0:
        raise _malformed("its host or port makes no sense")
    return parts


def _malformed(message: str, *, hint: str = _HOW) -> SettingsError:
    return SettingsError(message, where="backend.url", hint=hint)


def _address(host: str) -> Address | None:
    """Return the IP address that `host` spells; None for a name.

    Raises: HostRefused for odd spellings (127.1, 2130706433, 0x7f.1, ::ffff:127.0.0.1, a final
        dot), which resolvers read in different ways.
    """
    if ":" in host:
        return _plain(ipaddress.IPv6Address, host)
    if _NUMBER.fullmatch(host.removesuffix(".").rpartition(".")[2]):
        return _plain(ipaddress.IPv4Address, host)
    if not _NAME.fullmatch(host):
        raise _odd(host)
    return None


def _plain(kind: type[Address], host: str) -> Address:
    try:
        address = kind(host)
    except ValueError as error:
        raise _odd(host) from error
    mapped = isinstance(address, ipaddress.IPv6Address) and (
        address.ipv4_mapped is not None or address.scope_id is not None
    )
    if mapped or address.is_unspecified or address.is_multicast:
        raise _odd(host)
    return address


def _odd(host: str) -> HostRefused:
    return HostRefused(
        f"the host {host[:80]!r} is written in a way that can be misread",
        hint="write 127.0.0.1, [::1] or the host's plain name",
    )


def _listed(
    host: str, address: Address | None, allow: Mapping[str, RemoteHost]
) -> RemoteHost | None:
    for name, entry in allow.items():
        given = name.strip().lower().removeprefix("[").removesuffix("]")
        if given == host or (address is not None and _same(given, address)):
            return entry
    return None


def _same(given: str, address: Address) -> bool:
    try:
        return ipaddress.ip_address(given) == address
    except ValueError:
        return False


def _base(parts: SplitResult, host: str) -> str:
    shown = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, _PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{shown}{port}{_prefix(parts.path)}"


def _prefix(path: str) -> str:
    """Return a server's path prefix (llama.cpp's --api-prefix); `/v1` belongs to the routes."""
    path = path.rstrip("/").removesuffix("/v1").rstrip("/")
    if not _PREFIX.fullmatch(path) or any(set(part) == {"."} for part in path.split("/") if part):
        raise _malformed("its path makes no sense")
    return path
