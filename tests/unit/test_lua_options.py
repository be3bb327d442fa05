"""The check of a `setup{}` in Lua, in a real Neovim, beside the one in Python."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import msgspec
import pytest

from local_llm.config import load
from local_llm.settings import DENY_FILETYPES, Settings

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
vim.opt.runtimepath:prepend(%r)
local options = require("local_llm.options")
local found = {}
for _, case in ipairs(loadstring("return " .. io.read("*a"))()) do
  local merged, errors = options.check(case)
  local wire = { options.wire(case) }
  if not pcall(vim.json.encode, wire) then wire = nil end -- NaN: msgpack has it, JSON does not
  table.insert(found, { merged = merged, errors = errors, wire = wire })
end
io.stdout:write(vim.json.encode(found))
"""


@pytest.fixture
def check(nvim, tmp_path):
    """Return a function: Lua source of setup tables -> what was found, one for each."""
    script = tmp_path / "check.lua"
    script.write_text(SCRIPT % str(ROOT))

    def run(*cases, env=None):
        done = subprocess.run(
            [nvim, "--clean", "-l", script],
            input="{ " + ", ".join(cases) + " }",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=os.environ | (env or {}),
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_nothing_given_is_the_defaults(check):
    (found,) = check("{}")
    keys = Settings().keys
    assert found["errors"] == []
    assert found["merged"] == {
        "explain": {"window": "float"},
        "complete": {
            "auto": True,
            "display": "ghost",
            "filetypes": list(DENY_FILETYPES),
            "with_menu": False,
        },
        "history": {"picker": "auto"},
        "keys": {
            "complete": keys.complete,
            "explain": keys.explain,
            "stop": keys.stop,
            "wtf": keys.wtf,
            "wtf_fix": keys.wtf_fix,
            "answer": msgspec.structs.asdict(keys.answer),
            "history": msgspec.structs.asdict(keys.history),
            "ghost": msgspec.structs.asdict(keys.ghost),
            "diff": msgspec.structs.asdict(keys.diff),
        },
    }


def test_lists_that_are_added_to_the_default_are_so_in_lua_too(check):
    (found,) = check("{ complete = { filetypes = { '!help', 'x' } } }")
    assert found["merged"]["complete"]["filetypes"] == [*DENY_FILETYPES, "!help", "x"]


BOTH = [  # Lua source, the same in Python
    ("{ explain = { window = 'split' } }", {"explain": {"window": "split"}}),
    ("{ explain = { window = 'flaot' } }", {"explain": {"window": "flaot"}}),
    ("{ explain = { windw = 'split' } }", {"explain": {"windw": "split"}}),
    ("{ explain = 'split' }", {"explain": "split"}),
    ("{ explian = {} }", {"explian": {}}),
    ("{ model = 'x' }", {"model": "x"}),
    ("{ deny_paths = { 'x' } }", {"deny_paths": ["x"]}),
    ("{ complete = { debounce_ms = 'auto' } }", {"complete": {"debounce_ms": "auto"}}),
    ("{ complete = { debounce_ms = 10 } }", {"complete": {"debounce_ms": 10}}),
    ("{ complete = { debounce_ms = -1 } }", {"complete": {"debounce_ms": -1}}),
    ("{ complete = { debounce_ms = 'often' } }", {"complete": {"debounce_ms": "often"}}),
    ("{ complete = { debounce_ms = 1.5 } }", {"complete": {"debounce_ms": 1.5}}),
    ("{ zzzzz = 1 }", {"zzzzz": 1}),
    ("{ backend = { url = 8080 } }", {"backend": {"url": 8080}}),
    ("{ backend = { url = ('x'):rep(2049) } }", {"backend": {"url": "x" * 2049}}),
    ("{ backend = { context_tokens = 511 } }", {"backend": {"context_tokens": 511}}),
    ("{ backend = { context_tokens = 4096 } }", {"backend": {"context_tokens": 4096}}),
    ("{ backend = { context_tokens = 4096.5 } }", {"backend": {"context_tokens": 4096.5}}),
    ("{ backend = { temperature = 0 / 0 } }", {"backend": {"temperature": float("nan")}}),
    ("{ backend = { temperature = 2.5 } }", {"backend": {"temperature": 2.5}}),
    ("{ backend = { temperature = true } }", {"backend": {"temperature": True}}),
    ("{ backend = { api_key_cmd = 'x' } }", {"backend": {"api_key_cmd": "x"}}),
    ("{ backend = { api_key_cmd = {} } }", {"backend": {"api_key_cmd": []}}),
    ("{ backend = { api_key_cmd = { 1 } } }", {"backend": {"api_key_cmd": [1]}}),
    ("{ backend = { api_key_cmd = { a = 'x' } } }", {"backend": {"api_key_cmd": {"a": "x"}}}),
    ("{ backend = { fallback = {} } }", {"backend": {"fallback": []}}),
    ("{ backends = { big = { ulr = 'x' } } }", {"backends": {"big": {"ulr": "x"}}}),
    ("{ backend = { api_key = 'x' } }", {"backend": {"api_key": "x"}}),
    ("{ keys = { answer = { yank = 'x' } } }", {"keys": {"answer": {"yank": "x"}}}),
    ("{ guard = { deny_path = {} } }", {"guard": {"deny_path": {}}}),
    ("{ Explain = {} }", {"Explain": {}}),
    ("{ backends = { ['a.b'] = { ulr = 'x' } } }", {"backends": {"a.b": {"ulr": "x"}}}),
    ("{ backends = { big = {} } }", {"backends": {"big": {}}}),
    ("{ backends = { big = 'x' } }", {"backends": {"big": "x"}}),
    (
        "{ guard = { allow_remote_hosts = { ['10.0.0.5'] = { insecure = 'yes' } } } }",
        {"guard": {"allow_remote_hosts": {"10.0.0.5": {"insecure": "yes"}}}},
    ),
    ("{ keys = { explain = false } }", {"keys": {"explain": False}}),
    ("{ keys = { explain = true } }", {"keys": {"explain": True}}),
    ("{ keys = { answer = { close = '' } } }", {"keys": {"answer": {"close": ""}}}),
    ("{ language = '' }", {"language": ""}),
    ("{ language = ('ü'):rep(60) }", {"language": "ü" * 60}),
    ("{ language = ('ü'):rep(61) }", {"language": "ü" * 61}),
    ("{ python = {} }", {"python": []}),
]


def test_lua_and_python_say_the_same(check):
    found = check(*(lua for lua, _table in BOTH))
    for (lua, table), answer in zip(BOTH, found, strict=True):
        python = [text.replace(" in setup{}:", ":") for text in load(table, {}, {}.get).warnings]
        assert answer["errors"] == python, lua


def test_a_wrong_value_leaves_the_default(check):
    (found,) = check("{ explain = { window = 1 }, keys = { stop = 1, explain = 'x' } }")
    assert found["merged"]["explain"]["window"] == "float"
    assert found["merged"]["keys"]["stop"] == "<leader>ls"
    assert found["merged"]["keys"]["explain"] == "x"
    assert len(found["errors"]) == 2


def test_the_environment_is_read_too_and_loses_to_setup(check):
    env = {
        "LOCAL_LLM_EXPLAIN__WINDOW": "split",
        "LOCAL_LLM_KEYS__EXPLAIN": "false",
        "LOCAL_LLM_KEYS__STOP": "",
        "LOCAL_LLM_KEYS__ANSWER__CLOSE": "x",
        "LOCAL_LLM_PYTHON": "/usr/bin/python3",
    }
    first, second = check("{}", "{ explain = { window = 'vsplit' } }", env=env)
    assert first["merged"]["explain"]["window"] == "split"
    assert first["merged"]["keys"]["explain"] is False
    assert first["merged"]["keys"]["stop"] == "<leader>ls"
    assert first["merged"]["keys"]["answer"]["close"] == "x"
    assert first["merged"]["python"] == "/usr/bin/python3"
    assert second["merged"]["explain"]["window"] == "vsplit"
    (wrong,) = check("{}", env={"LOCAL_LLM_EXPLAIN__WINDOW": "flaot"})
    assert wrong["merged"]["explain"]["window"] == "float"


@pytest.mark.parametrize("user", ["1", "'x'", "false", "print"])
def test_what_is_no_table_is_refused(check, user):
    (found,) = check(user)
    assert found["errors"] == ["expected a table of options"]


def test_odd_tables_do_not_break_it(check):
    odd = [
        "{ 'x' }",
        "{ [1.5] = 'x' }",
        "{ [true] = 'x', [{}] = 'y', a = 1 }",
        "{ explain = { [1] = 'x', window = 'split' } }",
        "{ python = print }",
        "{ backends = { ['a\\n\\27[31m\"'] = 1 } }",
        "(function() local t = {}; t.backends = t; return t end)()",
    ]
    for source, found in zip(odd, check(*odd), strict=True):
        assert found["errors"], source
        assert not any("\x1b" in text or "\n" in text for text in found["errors"])


def test_what_cannot_be_sent_is_refused_by_python_as_well(check):
    cases = ["{ python = print }", "{ guard = { deny_paths = print } }", "{ backends = print }"]
    for case, found in zip(cases, check(*cases), strict=True):
        assert len(load(found["wire"][0], {}, {}.get).warnings) == 1, case


def test_what_can_be_sent_arrives_as_it_is(check):
    table = "{ backend = { url = 'x', fallback = { 'a', 'b' } }, keys = { stop = false } }"
    (found,) = check(table)
    assert found["wire"] == [
        {"backend": {"url": "x", "fallback": ["a", "b"]}, "keys": {"stop": False}}
    ]
