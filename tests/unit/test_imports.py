"""The direction of imports and the purity of packages, on our source and on trees that break it."""

from pathlib import Path

import pytest

import import_rules

ROOT = Path(__file__).resolve().parents[2]


def test_our_imports_point_one_way():
    imports = import_rules.read(ROOT / "python", ROOT / "rplugin")
    assert len(imports) > 20, "the source was not found"
    assert import_rules.complaints(imports) == []


BREACHES = {
    "a step back": (
        {"stream/sse.py": "from local_llm.features import app", "features/app.py": ""},
        "local_llm.stream.sse:1 imports local_llm.features.app: a step back",
    ),
    "a step back, relative": (
        {"transport.py": "from .features.app import App", "features/app.py": ""},
        "local_llm.transport:1 imports local_llm.features.app: a step back",
    ),
    "a step back, two dots": (
        {"errors.py": "", "guard/hosts.py": "\nfrom .. import transport", "transport.py": ""},
        "local_llm.guard.hosts:2 imports local_llm.transport: a step back",
    ),
    "a step back for types only": (
        {
            "tokens/budget.py": "if TYPE_CHECKING:\n    import local_llm.cli",
            "cli.py": "",
        },
        "local_llm.tokens.budget:2 imports local_llm.cli: a step back",
    ),
    "a knot": (
        {
            "features/a.py": "from local_llm.features import b",
            "features/b.py": "import local_llm.features.a",
        },
        "a knot: local_llm.features.a -> local_llm.features.b -> local_llm.features.a",
    ),
    "a knot hidden in a function": (
        {
            "features/a.py": "def f():\n    from local_llm.features.b import x",
            "features/b.py": "from .a import f",
        },
        "a knot: local_llm.features.a -> local_llm.features.b -> local_llm.features.a",
    ),
    "a part without a layer": (
        {"helpers.py": "import os"},
        "local_llm.helpers: `helpers` has no layer; give it one in tests/import_rules.py",
    ),
    "a loop in a pure package": (
        {"backends/detect.py": "import asyncio"},
        "local_llm.backends.detect:1 imports asyncio: `backends` is pure",
    ),
    "a clock in a pure package": (
        {"guard/paths.py": "from time import monotonic"},
        "local_llm.guard.paths:1 imports time: `guard` is pure",
    ),
    "an effect inside a function": (
        {"prompts/render.py": "def f():\n    import urllib.request"},
        "local_llm.prompts.render:2 imports urllib.request: `prompts` is pure",
    ),
    "a second user of httpx": (
        {"features/explain.py": "import httpx"},
        "local_llm.features.explain:1 imports httpx: only gitlab, ops, transport may",
    ),
    "a second user of pynvim": (
        {"ops/store.py": "from pynvim.api import Nvim"},
        "local_llm.ops.store:1 imports pynvim.api: only editor, host, rplugin may",
    ),
    "a package that imports its own": (
        {"__init__.py": "from local_llm.errors import E", "errors.py": ""},
        "local_llm:1 imports local_llm.errors: the package imports nothing of its own",
    ),
    "a heavy host file": (
        {"../../rplugin/host.py": "import pynvim\nimport local_llm.errors", "errors.py": ""},
        "rplugin:2 imports local_llm.errors: the host file loads nothing at its top",
    ),
    "a heavy host file, by a detour": (
        {"../../rplugin/host.py": "try:\n    import msgspec\nexcept ImportError:\n    pass"},
        "rplugin:2 imports msgspec: the host file loads nothing at its top",
    ),
}


@pytest.mark.parametrize(("files", "said"), BREACHES.values(), ids=BREACHES.keys())
def test_a_breach_is_named(tmp_path, files, said):
    assert said in _complaints(tmp_path, files)


GOOD = {
    "__init__.py": '"""The package."""',
    "errors.py": "import time",
    "stream/sse.py": "from local_llm.errors import BadStream\nimport re",
    "backends/base.py": "from local_llm.stream import sse",
    "transport.py": "import httpx, asyncio\nfrom .backends import base",
    "features/app.py": "from local_llm.transport import Transport",
    "editor/nvim.py": "import pynvim\nfrom ..features.app import App",
    "ops/store.py": "import httpx",
    "cli.py": "def main():\n    from local_llm.ops import store",
    "../../rplugin/host.py": "import pynvim\ndef start():\n    from local_llm.editor import nvim",
}


def test_a_tree_that_keeps_the_rules_passes(tmp_path):
    assert _complaints(tmp_path, GOOD) == []


def _complaints(folder, files):
    for name, text in files.items():
        path = folder / "python" / "local_llm" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return import_rules.complaints(import_rules.read(folder / "python", folder / "rplugin"))
