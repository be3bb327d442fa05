"""Where options come from, which wins, and what is refused."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_llm.config import FILE_LIMIT_BYTES, load, read_bounded, user_config
from local_llm.settings import DENY_PATHS, Settings

HOME = {"HOME": "/home/me"}
MINE = "/home/me/.config/local-llm/local-llm.toml"
THEIRS = "/p/local-llm.toml"


def loaded(setup=None, env=None, mine=None, theirs=None, **how):
    files = {MINE: mine, THEIRS: theirs}
    files = {path: text.encode() for path, text in files.items() if text is not None}
    return load(setup or {}, HOME | (env or {}), files.get, root="/p", **how)


def only_warning(result):
    assert len(result.warnings) == 1, result.warnings
    return result.warnings[0]


def test_nothing_given_is_the_defaults():
    result = loaded()
    assert result.settings == Settings()
    assert (result.warnings, result.files, result.refused) == ((), (), None)


def test_each_source_beats_the_weaker_ones():
    sources = {
        "env": {"LOCAL_LLM_LANGUAGE": "env"},
        "mine": 'language = "mine"',
        "theirs": 'language = "theirs"',
        "setup": {"language": "setup"},
    }
    for count, strongest in enumerate(sources, 1):
        given_now = dict(list(sources.items())[:count])
        assert loaded(**given_now).settings.language == strongest


def test_sources_merge_option_by_option():
    result = loaded(
        setup={"explain": {"window": "split"}, "backends": {"big": {"url": "http://127.0.0.1:1"}}},
        mine='explain.answer_tokens = 99\n[backends.big]\nmodel = "m"\nurl = "http://127.0.0.1:2"',
    )
    assert not result.warnings
    assert (result.settings.explain.window, result.settings.explain.answer_tokens) == ("split", 99)
    big = result.settings.backends["big"]
    assert (big.url, big.model) == ("http://127.0.0.1:1", "m")


def test_the_files_read_are_told():
    assert loaded(mine="", theirs="").files == (MINE, THEIRS)


@pytest.mark.parametrize(
    ("env", "path"),
    [
        ({"HOME": "/h"}, "/h/.config/local-llm/local-llm.toml"),
        ({"HOME": "/h", "XDG_CONFIG_HOME": "/x"}, "/x/local-llm/local-llm.toml"),
        ({"HOME": "/h", "XDG_CONFIG_HOME": "x"}, "/h/.config/local-llm/local-llm.toml"),
        ({}, ""),
    ],
)
def test_the_users_file(env, path):
    assert user_config(env) == path


def test_another_file_can_be_named_and_must_exist():
    files = {"/c.toml": b'language = "c"', MINE: b'language = "mine"'}
    assert load({}, HOME, files.get, config_file="/c.toml").settings.language == "c"
    missing = load({}, HOME, files.get, config_file="/d.toml")
    assert "no such file" in only_warning(missing)
    assert missing.refused


UNKNOWN = [
    ({"explain": {"windw": "split"}}, "explain.windw", "explain.window"),
    ({"explian": {}}, "explian", "explain"),
    ({"model": "x"}, "model", "backend.model"),
    ({"backend": {"api_key": "hunter2"}}, "backend.api_key", "backend.api_key_"),
    ({"backends": {"big": {"ulr": "x"}}}, "backends.big.ulr", "backends.big.url"),
    ({"keys": {"answer": {"yank": "x"}}}, "keys.answer.yank", "keys.answer.yank_code"),
    ({"Explain": {}}, "Explain", "explain"),
    ({"zzzzz": 1}, "zzzzz", ""),
    ({"explain": {1: "x"}}, "explain", ""),
]


@pytest.mark.parametrize(("setup", "path", "near"), UNKNOWN)
def test_an_unknown_option_is_named_with_the_nearest(setup, path, near):
    text = only_warning(loaded(setup))
    assert text.startswith(path)
    assert "in setup{}: no such option" in text
    assert (f"did you mean {near}" in text) is bool(near)
    assert "hunter2" not in text


WRONG = [
    ({"explain": {"window": "flaot"}}, 'one of "float", "split", "vsplit"'),
    ({"explain": {"answer_tokens": 15}}, "a whole number from 16 to 131072"),
    ({"explain": {"answer_tokens": 16.5}}, "a whole number"),
    ({"explain": {"answer_tokens": "many"}}, "a whole number"),
    ({"explain": {"answer_tokens": True}}, "a whole number"),
    ({"explain": {"temperature": float("nan")}}, "a number from 0 to 2"),
    ({"explain": {"temperature": 2.1}}, "a number from 0 to 2"),
    ({"explain": "float"}, "a table"),
    ({"explain": ["float"]}, "a table"),
    ({"backends": {"a": "http://x"}}, "a table"),
    ({"backend": {"api_key_cmd": "pass show llm"}}, "a list of strings"),
    ({"backend": {"api_key_cmd": []}}, "a list of strings"),
    ({"backend": {"fallback": [1]}}, "a list of strings"),
    ({"backend": {"fallback": {"a": "b"}}}, "a list of strings"),
    ({"backend": {"url": 8080}}, "a string"),
    ({"backend": {"kind": "lamacpp"}}, '"llamacpp"'),
    ({"backend": {"keep_alive": "30 minutes"}}, "a string"),
    ({"backend": {"context_tokens": 511}}, "from 512"),
    ({"language": "x\ny"}, "a string"),
    ({"language": ""}, "a string"),
    ({"language": "x" * 61}, "60 characters"),
    ({"keys": {"explain": True}}, "a key"),
    ({"keys": {"explain": ""}}, "a key"),
    ({"keys": {"explain": 1}}, "a key"),
]


@pytest.mark.parametrize(("setup", "expected"), WRONG)
def test_a_wrong_value_is_refused_and_the_default_stays(setup, expected):
    result = loaded(setup)
    text = only_warning(result)
    assert "in setup{}: expected " in text
    assert expected in text
    assert result.settings == Settings()
    assert result.refused is None


def test_one_wrong_option_costs_only_itself():
    result = loaded({"explain": {"window": 1, "answer_tokens": 99}, "nonsense": {}})
    assert result.settings.explain.answer_tokens == 99
    assert len(result.warnings) == 2


def test_the_place_is_named():
    result = loaded(
        env={"LOCAL_LLM_EXPLAIN__WINDOW": "x"}, mine="explain.window = 1", theirs="explain.windo=1"
    )
    assert [text.split(":")[0] for text in result.warnings] == [
        "explain.window in LOCAL_LLM_EXPLAIN__WINDOW",
        f"explain.window in {MINE}",
        f"explain.windo in {THEIRS}",
    ]


@pytest.mark.parametrize("setup", [[], ["x"], None, "x", 1])
def test_setup_with_no_table(setup):
    result = load(setup, HOME, {}.get)
    assert result.settings == Settings()
    assert bool(result.warnings) is (setup != [])


def test_the_empty_table_of_lua_is_a_list_or_a_map():
    result = loaded(
        {"backend": [], "backends": [], "guard": {"deny_paths": {}, "allow_remote_hosts": []}}
    )
    assert (result.settings, result.warnings) == (Settings(), ())
    listed = loaded({"guard": {"allow_remote_hosts": {"gpu.example": []}}})
    assert not listed.warnings
    assert listed.settings.guard.allow_remote_hosts["gpu.example"].insecure is False


def test_nil_is_unset():
    assert loaded({"python": None, "explain": None, "backend": {"url": None}}).warnings == ()


def test_keys_may_be_switched_off():
    assert loaded({"keys": {"explain": False}}).settings.keys.explain is False


@pytest.mark.parametrize(
    ("name", "text", "read"),
    [
        ("BACKEND__URL", "http://127.0.0.1:1", lambda s: s.backend.url == "http://127.0.0.1:1"),
        ("BACKEND__MODEL", "false", lambda s: s.backend.model == "false"),
        ("BACKEND__CONTEXT_TOKENS", "4096", lambda s: s.backend.context_tokens == 4096),
        ("BACKEND__TEMPERATURE", "0.5", lambda s: s.backend.temperature == 0.5),
        ("BACKEND__API_KEY_CMD", '["pass", "x"]', lambda s: s.backend.api_key_cmd == ("pass", "x")),
        ("BACKENDS__BIG__MODEL", "m", lambda s: s.backends["big"].model == "m"),
        ("BACKENDS", '{"a-b": {"model": "m"}}', lambda s: s.backends["a-b"].model == "m"),
        (
            "GUARD__ALLOW_REMOTE_HOSTS",
            '{"gpu.example": {"insecure": true}}',
            lambda s: s.guard.allow_remote_hosts["gpu.example"].insecure,
        ),
        ("KEYS__EXPLAIN", "false", lambda s: s.keys.explain is False),
        ("KEYS__EXPLAIN", "<F2>", lambda s: s.keys.explain == "<F2>"),
        ("KEYS__ANSWER__CLOSE", "x", lambda s: s.keys.answer.close == "x"),
        ("BACKEND__MODEL", "", lambda s: s.backend.model is None),
    ],
)
def test_the_environment_is_read_by_the_type_of_the_option(name, text, read):
    result = loaded(env={f"LOCAL_LLM_{name}": text})
    assert result.warnings == ()
    assert read(result.settings)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("BACKEND__CONTEXT_TOKENS", "many"),
        ("BACKEND__CONTEXT_TOKENS", "9" * 5000),
        ("BACKEND__TEMPERATURE", "warm"),
        ("BACKEND__TEMPERATURE", "nan"),
        ("BACKEND__TEMPERATURE", "inf"),
        ("BACKEND__API_KEY_CMD", "pass hunter2"),
        ("BACKENDS", "[" * 100_000),
        ("BACKENDS", "hunter2"),
        ("BACKEND", '"hunter2"'),
        ("EXPLAIN__WINDOW", "hunter2"),
        ("EXPLAIN__WINDW", "split"),
        ("BACKEND__URL__X", "hunter2"),
        ("", "x"),
        ("__", "x"),
    ],
)
def test_a_wrong_variable_is_named_without_its_value(name, text):
    result = loaded(env={f"LOCAL_LLM_{name}": text})
    assert f"LOCAL_LLM_{name}" in only_warning(result)
    assert "hunter2" not in only_warning(result)
    assert result.settings == Settings()


def test_a_wrong_guard_variable_stops_everything():
    result = loaded(env={"LOCAL_LLM_GUARD__DENY_PATHS": "*.sql"})
    assert "written as JSON" in only_warning(result)
    assert result.refused


BROKEN = [
    (b"a = 1\nb =\n", "line 2"),
    (b"a = 1\na = 2\n\n", "line 2"),
    (b"x = '\xff'", "not UTF-8 (at line 1)"),
    (b"a = 1\n\n# \xe9\n", "not UTF-8 (at line 3)"),
    (b"a = " + b"[" * 100_000, "nested too deeply"),
    (b"\0", "not TOML"),
    (b"#" * (FILE_LIMIT_BYTES + 1), "larger than 256 KiB"),
]


@pytest.mark.parametrize(("content", "told"), BROKEN)
@pytest.mark.parametrize("path", [MINE, THEIRS])
def test_a_broken_file_is_named_with_its_line_and_nothing_is_sent(content, told, path):
    result = load({}, HOME, {path: content}.get, root="/p")
    assert only_warning(result).startswith(path)
    assert told in only_warning(result)
    assert path in str(result.refused)


def test_an_unreadable_file_stops_everything():
    def read(path):
        raise PermissionError(13, "Permission denied", path)

    result = load({}, HOME, read)
    assert only_warning(result) == f"{MINE}: Permission denied"
    assert result.refused


@pytest.mark.parametrize(
    "setup",
    [
        {"guard": {"deny_paths": "*.sql"}},
        {"guard": {"deny_path": ["*.sql"]}},
        {"gaurd": {"deny_paths": ["*.sql"]}},
        {"deny_paths": ["*.sql"]},
        {"guard": "strict"},
        {"guard": {"allow_remote_hosts": {"a": {"ca_fiel": "x"}}}},
    ],
)
def test_a_guard_rule_that_cannot_be_read_stops_everything(setup):
    result = loaded(setup)
    assert only_warning(result) in str(result.refused)
    assert result.refused.hint


def test_denied_paths_of_all_sources_add_up():
    result = loaded(
        setup={"guard": {"deny_paths": ["!d"]}},
        env={"LOCAL_LLM_GUARD__DENY_PATHS": '["a"]'},
        mine='guard.deny_paths = ["b"]',
        theirs='guard.deny_paths = ["c"]',
    )
    assert result.settings.guard.deny_paths == (*DENY_PATHS, "a", "b", "c", "!d")
    assert result.warnings == ()


HARMLESS = """
language = "French"
backend.model = "qwen2.5-coder:7b"
explain = { window = "split", answer_tokens = 99, temperature = 0.5, cache_entries = 0 }
guard.deny_paths = ["*.sql"]
"""


def test_a_project_may_set_what_is_harmless():
    result = loaded(theirs=HARMLESS)
    assert result.warnings == ()
    settings = result.settings
    assert (settings.language, settings.backend.model) == ("French", "qwen2.5-coder:7b")
    assert settings.explain.window == "split"
    assert settings.guard.deny_paths == (*DENY_PATHS, "*.sql")


HARMFUL = [
    'backend.url = "http://127.0.0.1:1"',
    'backend.kind = "openai"',
    'backend.api_key_cmd = ["touch", "/tmp/x"]',
    'backend.api_key_env = "AWS_SECRET_ACCESS_KEY"',
    "backend.context_tokens = 1000000",
    'backend.keep_alive = "-1"',
    "backend.idle_timeout_s = 86400",
    'backend.fallback = ["x"]',
    'backend.model = "/p/evil.gguf"',
    'backend.model = "./evil.gguf"',
    'backend.model = "~/evil.gguf"',
    'backend.model = "x/../../evil.gguf"',
    "[backends.x]",
    '[backends.x]\nurl = "http://evil.example"\nkind = "openai"',
    '[guard.allow_remote_hosts."evil.example"]',
    '[guard.allow_remote_hosts."evil.example"]\ninsecure = true\nca_file = "x"',
    'guard.deny_paths = ["!.env"]',
    "embedded.threads = 1024",
    "embedded.idle_s = 86400",
    'log_level = "debug"',
]


@pytest.mark.parametrize("text", HARMFUL)
def test_a_project_may_not_run_name_or_loosen_anything(text):
    result = loaded(theirs=text)
    assert f"`local-llm trust {THEIRS}`" in only_warning(result)
    assert result.settings == Settings()
    assert result.refused is None


@pytest.mark.parametrize("text", HARMFUL)
def test_a_trusted_project_may(text):
    result = loaded(theirs=text, trusted=lambda path, content: path == THEIRS and content)
    assert not [warning for warning in result.warnings if "trust" in warning]
    assert result.settings != Settings()


@pytest.mark.parametrize("text", ['python = "/p/python"', 'keys.explain = ":!x<CR>"'])
@pytest.mark.parametrize("which", ["mine", "theirs"])
def test_what_the_editor_reads_stands_in_no_file(text, which):
    result = loaded(**{which: text}, trusted=lambda *_: True)
    assert "setup{}" in only_warning(result)
    assert result.settings == Settings()


def test_every_option_is_harmful_unless_marked():
    from local_llm.options import tree

    marked = {".".join(leaf.path) for leaf in tree().leaves() if leaf.project}
    assert marked == {
        "language",
        "backend.model",
        "backend.fim_model",
        "backends.*.model",  # but the entry itself is refused
        "backends.*.fim_model",
        "explain.window",
        "explain.answer_tokens",
        "explain.temperature",
        "explain.cache_entries",
        "complete.filetypes",
        "complete.max_lines",
        "complete.alternatives",
        "complete.temperature",
        "complete.window_tokens",
        "complete.extra_files",
        "complete.speculate",
        "complete.while_answering",
        "wtf.answer_tokens",
        "wtf.temperature",
        "wtf.retries",
        "guard.deny_filetypes",
        "guard.deny_paths",
        "guard.token_prefixes",  # added to the user's, so that more is masked
    }


def test_trust_is_asked_for_the_very_bytes_that_are_used():
    asked = []
    loaded(theirs="language='x'", trusted=lambda path, content: asked.append((path, content)))
    assert asked == [(THEIRS, b"language='x'")]


def test_the_users_own_file_is_not_judged_as_a_projects():
    content = {MINE: b'backend.url = "http://127.0.0.1:1"'}
    result = load({}, HOME, content.get, root="/home/me/.config/local-llm")
    assert (result.warnings, result.settings.backend.url) == ((), "http://127.0.0.1:1")


def test_a_fallback_has_to_be_a_backend():
    result = loaded({"backend": {"fallback": ["big", "small"]}, "backends": {"big": {}}})
    assert "backends.small" in only_warning(result)


def test_odd_names_are_shown_safely():
    name = 'a.b"\x1b[31m' + "x" * 200
    text = only_warning(loaded({"backends": {name: {"ulr": 1}}}))
    assert "\x1b" not in text
    assert len(text) < 250


def test_a_regular_file_is_read(tmp_path):
    path = tmp_path / "a"
    assert read_bounded(str(path)) is None
    assert read_bounded(str(path / "below")) is None
    path.write_bytes(b"x" * FILE_LIMIT_BYTES)
    assert read_bounded(str(path)) == b"x" * FILE_LIMIT_BYTES
    assert read_bounded(str(tmp_path / "a" / "b")) is None


def test_a_large_file_a_fifo_and_a_folder_are_not(tmp_path):
    (tmp_path / "large").write_bytes(b"x" * (FILE_LIMIT_BYTES + 1))
    os.mkfifo(tmp_path / "fifo")
    for name in ("large", "fifo", "."):
        with pytest.raises(OSError, match=r"larger than|regular file|directory"):
            read_bounded(str(tmp_path / name))


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=8,
)
NAMES = st.sampled_from(["backend", "backends", "guard", "keys", "explain", "url", "deny_paths"])


@given(JUNK | st.dictionaries(NAMES, JUNK | st.dictionaries(NAMES | st.text(), JUNK)))
def test_no_table_is_too_strange(table):
    result = load(table, {}, {}.get)
    assert isinstance(result.settings, Settings)


@given(st.binary(max_size=200))
def test_no_file_is_too_strange(content):
    result = load({}, HOME, {MINE: content, THEIRS: content}.get, root="/p")
    assert isinstance(result.settings, Settings)
