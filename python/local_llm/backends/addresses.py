"""Where model servers usually listen on one's own machine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

OLLAMA_PORT = 11434
_SCHEME_PORTS = {"http": 80, "https": 443}
_LOOPBACK = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read, not bound


class Address(NamedTuple):
    """A base URL and the kind of server that usually listens there."""

    kind: str
    url: str


# Port 5000 is tabbyAPI's as well, 8080 llamafile's and LocalAI's: a hint, not a promise.
_PORTS = (
    ("llamacpp", 8080),
    ("llamacpp", 9931),  # llama.cpp's announced new default
    ("llamacpp", 8012),  # llama.vim's
    ("textgen", 5000),
    ("openai", 8000),  # vLLM
    ("openai", 1234),  # LM Studio
    ("openai", 5001),  # KoboldCpp
)
_ALSO = {"llamafile": (8080,), "openai": (8080, 5000)}


def usual_addresses(env: Mapping[str, str], kind: str = "auto") -> tuple[Address, ...]:
    """Return the addresses to probe for `kind`, Ollama's first, each URL once.

    Args:
        env: The environment, for OLLAMA_HOST.
        kind: A word of backend.kind; "auto" means all.

    """
    found = [Address("ollama", ollama_url(env.get("OLLAMA_HOST", "")))]
    found += [Address(hint, f"http://127.0.0.1:{port}") for hint, port in _PORTS]
    if kind != "auto":
        found = [address for address in found if address.kind == kind]
        found += [Address(kind, f"http://127.0.0.1:{port}") for port in _ALSO.get(kind, ())]
    first: dict[str, Address] = {}
    for address in found:
        first.setdefault(address.url, address)
    return tuple(first.values())


def ollama_url(host: str) -> str:
    """Return the base URL that OLLAMA_HOST means to a client.

    As Ollama reads it (envconfig): quotes and blanks go, the scheme is optional, an explicit one
    without a port means its own (80, 443), a port that is none means 11434. A server's wildcard
    address means loopback here.
    """
    text = host.strip().strip("'\"").strip()
    scheme, mark, rest = text.partition("://")
    scheme, rest = (scheme.lower(), rest) if mark else ("", text)
    place, slash, path = rest.partition("/")
    name, port = _host_and_port(place, _SCHEME_PORTS.get(scheme, OLLAMA_PORT))
    name = _LOOPBACK.get(name, name)
    name = f"[{name}]" if ":" in name else name
    tail = f"{slash}{path}".rstrip("/")
    return f"{scheme or 'http'}://{name}:{port}{tail}"


def _host_and_port(place: str, usual: int) -> tuple[str, int]:
    match = re.fullmatch(r"\[([^\]]*)\](?::(.*))?|([^:]*)(?::([^:]*))?", place)
    if match is None:  # a bare IPv6 address
        return place, usual
    name = match.group(1) if match.group(1) is not None else match.group(3)
    port = match.group(2) or match.group(4)
    if not port:
        return name, usual
    fits = port.isascii() and port.isdigit() and 0 <= int(port[:6]) <= 65535  # noqa: PLR2004 - ports
    return name, int(port) if fits else OLLAMA_PORT
