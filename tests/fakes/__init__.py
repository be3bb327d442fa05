"""Fake model servers, one module a dialect.

Each behaves as the real server's source says (the modules name the files) and, where the real
server runs on this machine, as its bytes say: `tests/wire` compares the two.
"""

from fakes.koboldcpp import FakeKoboldCpp
from fakes.listeners import ClosedPort, GarbageListener, HtmlListener, SilentListener
from fakes.llamacpp import FakeLlamaCpp
from fakes.llamacpp_router import FakeRouter
from fakes.llamafile import FakeLlamafile, FakeLlamafiler
from fakes.lmstudio import FakeLmStudio
from fakes.localai import FakeLocalAI
from fakes.ollama import FakeOllama
from fakes.openai import FakeOpenAI
from fakes.script import HELLO, Script
from fakes.server import FakeServer
from fakes.tabby import FakeTabby
from fakes.textgen import FakeTextgen
from fakes.vllm import FakeVllm
from fakes.wire import Recorded

DIALECTS: dict[str, type[FakeServer]] = {
    "ollama": FakeOllama,
    "llamacpp": FakeLlamaCpp,
    "router": FakeRouter,
    "llamafile": FakeLlamafile,
    "llamafiler": FakeLlamafiler,
    "textgen": FakeTextgen,
    "openai": FakeOpenAI,
    "vllm": FakeVllm,
    "lmstudio": FakeLmStudio,
    "localai": FakeLocalAI,
    "tabby": FakeTabby,
    "koboldcpp": FakeKoboldCpp,
}

__all__ = [
    "DIALECTS",
    "HELLO",
    "ClosedPort",
    "FakeKoboldCpp",
    "FakeLlamaCpp",
    "FakeLlamafile",
    "FakeLlamafiler",
    "FakeLmStudio",
    "FakeLocalAI",
    "FakeOllama",
    "FakeOpenAI",
    "FakeRouter",
    "FakeServer",
    "FakeTabby",
    "FakeTextgen",
    "FakeVllm",
    "GarbageListener",
    "HtmlListener",
    "Recorded",
    "Script",
    "SilentListener",
]
