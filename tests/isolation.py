"""What keeps a test from the machine it runs on: folders, variables and network of its own."""

from __future__ import annotations

import ipaddress
import os
import sys
from pathlib import Path

import pytest

# A setting of the person who runs the tests would change what is tested, or name a real server.
_FOREIGN = ("LOCAL_LLM_", "OLLAMA_", "OPENAI_", "HF_", "LLAMA_", "XDG_", "GIT_")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ftp_proxy")
FOLDERS = ("config", "data", "state", "cache")

_refused: list[str] = []


class NetworkRefused(Exception):
    """A test tried to leave this machine. Not an OSError: that would pass for a server down."""


def cleaned(environ: dict[str, str]) -> dict[str, str]:
    """Return the variables that may reach a test."""
    return {
        name: value
        for name, value in environ.items()
        if not name.startswith(_FOREIGN) and name.lower() not in _PROXIES
    }


def private_folders(home: Path, runtime: Path) -> dict[str, str]:
    """Make HOME and the XDG folders below `home`; return the variables that name them.

    Args:
        runtime: A folder with a short path: sockets are made in it, and their paths are bounded
            to about 100 bytes.
    """
    named = {f"XDG_{name.upper()}_HOME": home / name for name in FOLDERS}
    for folder in (*named.values(), runtime):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    missing = home / "none"  # else Neovim adds the system's own plugins
    return {
        "HOME": str(home),
        **{name: str(folder) for name, folder in named.items()},
        "XDG_RUNTIME_DIR": str(runtime),
        "TMPDIR": str(runtime),
        "XDG_CONFIG_DIRS": str(missing),
        "XDG_DATA_DIRS": str(missing),
        "NVIM_LOG_FILE": str(home / "nvim.log"),
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }


def is_local(address: object) -> bool:
    """Tell whether a socket address is a unix socket or on the loopback interface."""
    host = address[0] if isinstance(address, tuple) and address else address
    if isinstance(address, (str, bytes)) or host in {None, "", "localhost", b"localhost"}:
        return True
    try:
        text = host.decode() if isinstance(host, bytes) else str(host)
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _watch(event: str, args: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        address = args[1]
    elif event == "socket.getaddrinfo":
        address = (args[0],)
    else:
        return
    if not is_local(address):
        _refused.append(f"{event} {address}")
        raise NetworkRefused(f"{event} {address}: tests stay on the loopback interface")


def install() -> None:
    """Guard this process for the rest of its life; an audit hook cannot be taken back."""
    for name in set(os.environ) - set(cleaned(dict(os.environ))):
        del os.environ[name]
    sys.addaudithook(_watch)


def refused() -> list[str]:
    """Return and forget what was refused since the last call."""
    seen = list(_refused)
    _refused.clear()
    return seen


@pytest.fixture(autouse=True)
def network() -> object:
    """Fail a test that tried to leave the machine, whatever became of the exception."""
    refused()
    yield refused
    assert refused() == []
