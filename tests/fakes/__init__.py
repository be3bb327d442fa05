"""Fake model servers, one module a dialect.

Each behaves as the real server's source says (the modules name the files) and, where the real
server runs on this machine, as its bytes say: `tests/wire` compares the two.
"""

from fakes.llamacpp import FakeLlamaCpp
from fakes.ollama import FakeOllama
from fakes.script import HELLO, Script
from fakes.server import FakeServer
from fakes.wire import Recorded

__all__ = ["HELLO", "FakeLlamaCpp", "FakeOllama", "FakeServer", "Recorded", "Script"]
