"""The embedded backend for real: editors as processes, the supervisor, llama.cpp.

Every test runs with the package and with the program.
"""

import os
import signal
import stat
from pathlib import Path

import pytest

from embedded_editors import (
    LIMIT_S,
    browser,
    editors,
    folder,
    generates,
    leftovers,
    runs,
    server_pid,
    supervisor_pid,
    wait_gone,
    wait_nothing_left,
)
from llama_program import HAS_PACKAGE, program
from local_llm.ops.embedded.client import LOG_NAME
from local_llm.ops.embedded.program import known_options
from local_llm.ops.places import state_folder
from local_llm.ops.random_model import write_random_model
from waiting import wait_until

READ = ["/v1/models", "/models", "/props", "/slots", "/metrics", "/lora-adapters"]
WRITTEN = ["/completion", "/v1/completions", "/v1/chat/completions", "/infill", "/v1/embeddings"]
WRITTEN += ["/tokenize", "/detokenize", "/apply-template", "/props", "/slots/0?action=save"]
LISTED = ("/v1/models", "/models")  # without a key, by an older program
GUARDED = [*(("GET", path) for path in READ), *(("POST", path) for path in WRITTEN)]


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    return write_random_model(tmp_path_factory.mktemp("models") / "noise.gguf").path


@pytest.fixture(autouse=True, params=["package", "program"])
def engine(request, home, monkeypatch, tmp_path_factory):
    """Let the editors of this test use the one or the other llama.cpp."""
    if request.param == "program":
        folder = tmp_path_factory.mktemp("program")
        monkeypatch.setenv("LLAMA_PROGRAM", program(folder))
    elif not HAS_PACKAGE:
        pytest.skip("the package xllamacpp is not installed")
    yield request.param
    wait_nothing_left()


@pytest.fixture
def older_program(engine):
    """Whether the machine's own `llama-server` is of before the summer of 2026."""
    return engine == "program" and "--cors-origins" not in known_options(
        os.environ["LLAMA_PROGRAM"]
    )


def test_editors_that_start_together_share_one_server(model):
    with editors(3, model) as all_three:
        answers = [editor.answer() for editor in all_three]
        assert answers[0] == answers[1] == answers[2]
        assert generates(answers[0])
        assert len([name for name in leftovers() if name.endswith(".key")]) == 1


def test_killing_the_first_editor_leaves_the_second_working(model):
    with editors(1, model, idle_s=0.0) as [first]:
        answer = first.answer()
        with editors(1, model) as [second]:
            assert second.answer() == answer
            first.kill()
            assert second.ask_again() == answer
            assert generates(answer)


def test_when_the_last_editor_is_killed_everything_ends(model):
    with editors(2, model) as both:
        answers = [editor.answer() for editor in both]
        pids = supervisor_pid(), server_pid(answers[0]["url"])
        assert all(map(runs, pids))
    wait_gone(*pids)
    wait_nothing_left()


def test_an_editor_that_comes_back_in_time_finds_its_server(model):
    with editors(1, model, idle_s=60) as [first]:
        answer = first.answer()
    with editors(1, model) as [second]:
        assert second.answer() == answer
    os.kill(supervisor_pid(), signal.SIGTERM)


def test_without_the_key_a_request_gets_nothing(model, older_program):
    guarded = [asked for asked in GUARDED if not (older_program and asked[1] in LISTED)]
    with editors(1, model) as [editor]:
        answer = editor.answer()
        for key in ("", "wrong"):
            with browser(answer["url"], key) as client:
                for method, path in guarded:
                    reply = client.request(method, path, json=None if method == "GET" else {})
                    assert reply.status_code == 401, path
                    assert reply.json()["error"]["message"] == "Invalid API Key"
                assert client.get("/").status_code == 404  # no web page
                assert client.get("/health").json() == {"status": "ok"}


def test_a_web_page_gets_nothing(model, older_program):
    """llama.cpp looks at neither Host nor Origin: the key keeps pages out, and no page may read."""
    if older_program:
        pytest.skip("this llama-server lets every page read; none can open its unix socket")
    with editors(1, model) as [editor]:
        answer = editor.answer()
        page = {"Origin": "http://page.example", "Host": "page.example"}
        with browser(answer["url"], "") as client:
            for path in ("/health", "/v1/models"):
                reply = client.get(path, headers=page)
                assert reply.headers.get("access-control-allow-origin", "") == ""
            asked = {**page, "Access-Control-Request-Method": "POST"}
            reply = client.options("/completion", headers=asked)
            assert reply.headers.get("access-control-allow-origin", "") == ""
            assert client.post("/completion", json={}, headers=page).status_code == 401


def test_only_the_user_can_reach_socket_and_key(model):
    with editors(1, model) as [editor]:
        answer = editor.answer()
        key_file, log = Path(answer["key_file"]), state_folder(os.environ) / LOG_NAME
        assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
        assert stat.S_IMODE(log.stat().st_mode) == 0o600
        assert stat.S_IMODE(folder().stat().st_mode) == 0o700
        assert key_file.parent == folder()
        assert len(key_file.read_text()) >= 32


def test_the_key_is_on_no_command_line(model):
    with editors(1, model) as [editor]:
        answer = editor.answer()
        key = Path(answer["key_file"]).read_text()
        lines = Path("/proc").glob("[0-9]*/cmdline")
        if not Path("/proc/self/cmdline").exists():
            pytest.skip("this system shows no command lines under /proc")
        assert not [path for path in lines if key in _text(path)]


def test_an_answer_streams_through_the_socket(model):
    with editors(1, model) as [editor]:
        answer = editor.answer()
        with browser(answer["url"], Path(answer["key_file"]).read_text()) as client:
            body = {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 20}
            with client.stream("POST", "/v1/chat/completions", json={**body, "stream": True}) as it:
                text = b"".join(it.iter_bytes())
        assert text.count(b'"content"') > 5
        assert text.endswith(b"data: [DONE]\n\n")


def test_prompts_do_not_reach_the_log(model):
    with editors(1, model) as [editor]:
        answer = editor.answer()
        with browser(answer["url"], Path(answer["key_file"]).read_text()) as client:
            client.post("/completion", json={"prompt": "SECRET", "n_predict": 2})
            client.post("/completion", content=b'{"prompt":"SECRET')
            client.post("/v1/chat/completions", json={"messages": [{"role": "SECRET"}]})
            client.post("/completion", json={"prompt": "SECRET " * 5000})
        assert "SECRET" not in (state_folder(os.environ) / LOG_NAME).read_text()


def test_a_server_that_died_is_replaced_and_the_editor_told(model):
    with editors(1, model) as [editor]:
        before = editor.answer()
        os.kill(server_pid(before["url"]), signal.SIGKILL)
        after = wait_until(
            lambda: (again := editor.ask_again())["url"] != before["url"] and again,
            LIMIT_S,
            "another server",
        )
        assert "SIGKILL" in after["notice"]
        assert generates(after)
        assert not Path(before["key_file"]).exists()


def test_servers_do_not_outlive_a_killed_supervisor(model):
    with editors(1, model) as [editor]:
        before = editor.answer()
        server = server_pid(before["url"])
        os.kill(supervisor_pid(), signal.SIGKILL)
        wait_gone(server)
        after = editor.ask_again()  # another supervisor, which removes what the killed one left
        assert generates(after)
        assert len([name for name in leftovers() if name.endswith(".key")]) == 1


def test_a_second_model_has_a_server_of_its_own_which_ends_with_its_last_editor(model, tmp_path):
    other = write_random_model(tmp_path / "other.gguf").path
    with editors(1, model) as [one]:
        first = one.answer()
        with editors(1, other) as [two]:
            second = two.answer()
            assert first["url"] != second["url"]
            assert generates(second)
        wait_until(lambda: not Path(second["key_file"]).exists(), LIMIT_S, "the end of its server")
        assert generates(first)


def test_a_larger_context_replaces_the_server_of_the_only_editor(model):
    with editors(1, model, context_tokens=512) as [small]:
        before = small.answer()
        with editors(1, model, context_tokens=1024) as [large]:
            assert large.answer() == before  # shared as it is while somebody else uses it
            small.kill()
            after = wait_until(
                lambda: (again := large.ask_again()) != before and again, LIMIT_S, "a larger one"
            )
            with browser(after["url"], Path(after["key_file"]).read_text()) as client:
                assert client.get("/props").json()["default_generation_settings"]["n_ctx"] == 1024


def test_two_names_of_one_file_share_a_server(model, tmp_path):
    link = tmp_path / "link.gguf"
    link.symlink_to(model)
    with editors(1, model) as [one], editors(1, link) as [two]:
        assert one.answer() == two.answer()


@pytest.mark.parametrize(
    ("content", "fault", "reason"),
    [(None, "ModelMissing", "no such model file"), (b"no model", "ServerFailed", "could not load")],
)
def test_what_is_no_model_is_said_and_the_next_ask_works(tmp_path, content, fault, reason):
    path = tmp_path / "x.gguf"
    if content is not None:
        path.write_bytes(content)
    with editors(1, path) as [editor]:
        answer = editor.answer()
        assert answer["fault"] == fault
        assert reason in answer["reason"]
        assert str(path) in answer["reason"]
        write_random_model(path)
        assert generates(editor.ask_again())


def test_a_folder_of_others_is_refused(model):
    folder().chmod(0o755)
    try:
        with editors(1, model) as [editor]:
            answer = editor.answer()
    finally:
        (Path(os.environ["XDG_RUNTIME_DIR"]) / "local-llm" / "embedded").chmod(0o700)
    assert answer["fault"] == "InstallError"
    assert "not private" in answer["reason"]


def test_a_path_too_long_for_a_socket_is_no_obstacle(model, monkeypatch, tmp_path):
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True, mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    with editors(1, model) as [editor]:
        assert generates(editor.answer())
    wait_nothing_left()
    for path in folder().iterdir():
        path.unlink()
    folder().rmdir()


def _text(path):
    try:
        return path.read_text()
    except OSError:
        return ""  # it has ended
