"""`:checkhealth local_llm` against servers in every state: what it finds, and that it helps."""

from __future__ import annotations

import sys
import time

import pytest

from fakes import (
    ClosedPort,
    FakeLlamaCpp,
    FakeOllama,
    FakeOpenAI,
    GarbageListener,
    HtmlListener,
    Script,
    SilentListener,
)
from llama_program import HAS_PACKAGE

PROMISED_S = 10.0


@pytest.fixture
def check(editor):
    """Run the check in an editor with these options; return the report's lines."""

    def run(setup, **options):
        child = editor(setup=setup, lines=50, columns=120, **options)
        return checked(child)

    return run


def checked(child):
    child.type(":checkhealth local_llm<CR>")
    child.wait_until(lambda: child.lua("return vim.bo.filetype == 'checkhealth'"), what="report")
    child.wait_until(lambda: "local-llm: Neovim ~" in child.buffer(), what="its text")
    report = child.buffer()
    assert_each_fault_has_one_remedy(report)
    return report


def assert_each_fault_has_one_remedy(report):
    for number, line in enumerate(report):
        if "ERROR" in line or "WARNING" in line:
            below = [*report[number + 1 :], "", ""]
            assert below[0].strip() == "- ADVICE:", "\n".join(report)
            assert below[1].startswith("    - "), "\n".join(report)
            assert not below[2].startswith("    - "), "\n".join(report)
            assert ":checkhealth local_llm" not in below[1], "a circle"


def backend(server, **more):
    return {"backend": {"url": server.url, **more}}


def line(report, part):
    """Return the one line that has `part` in it."""
    found = [text for text in report if part in text]
    assert len(found) == 1, "\n".join(report)
    return found[0]


def advice(report, part):
    """Return the remedy below the line that has `part` in it."""
    return report[report.index(line(report, part)) + 2].strip().removeprefix("- ")


def faults(report):
    return [text for text in report if "ERROR" in text or "WARNING" in text]


def test_all_is_well(check):
    with FakeLlamaCpp(Script(models=("coder",), version="b4242")) as server:
        report = check(backend(server))
    assert faults(report) == []
    assert "OK Neovim 0." in line(report, "Neovim 0.")
    assert f"{sys.executable} (option `python`)" in line(report, "(option")
    for package in (
        *("pynvim", "httpx", "h11", "httptools", "tiktoken", "msgspec", "google-re2"),
        "pathspec",
    ):
        assert "OK" in line(report, f" {package} ")
    assert "b4242" in line(report, f"at {server.url}")
    assert ("OK embedded backend: xllamacpp 2" in "\n".join(report)) is HAS_PACKAGE
    assert "OK model coder, loaded" in line(report, "model coder")
    assert "8192 tokens (in force" in line(report, "context:")
    assert "markers, by the server's vocabulary" in line(report, "inline completion with coder")
    assert "exact" in line(report, "tokens: ")
    assert "first token after" in line(report, "round trip")


def test_a_context_smaller_than_wanted(check):
    with FakeLlamaCpp(Script(context_tokens=4096)) as server:
        report = check(backend(server, context_tokens=16384))
    assert "WARNING" in line(report, "4096 tokens (in force on the server); 16384 were wanted")
    assert "lower backend.context_tokens" in advice(report, "16384 were wanted")


def test_counts_that_are_estimated_are_called_so(check):
    with FakeOpenAI(Script()) as server:
        report = check(backend(server))
    assert "estimate" in line(report, "tokens: ")


def test_the_server_is_down(check):
    with ClosedPort() as port:
        report = check(backend(port))
    assert port.url in line(report, "no model server answers")
    assert advice(report, "no model server answers").startswith("start the server")


@pytest.mark.parametrize("listener", [SilentListener, GarbageListener])
def test_it_ends_in_time_against_what_never_makes_sense(check, listener):
    with listener() as server:
        began = time.monotonic()
        report = check(backend(server))
        took_s = time.monotonic() - began
    assert took_s < PROMISED_S
    assert len(faults(report)) == 1
    assert server.url in faults(report)[0]


def test_it_ends_in_time_where_no_token_comes(check):
    with FakeLlamaCpp(Script(stall_after=0)) as server:
        began = time.monotonic()
        report = check(backend(server))
        took_s = time.monotonic() - began
    assert took_s < PROMISED_S
    assert "WARNING no token within" in line(report, "no token")


def test_it_ends_in_time_with_many_silent_backends(check):
    with SilentListener() as server:
        more = {f"b{number}": {"url": server.url} for number in range(6)}
        began = time.monotonic()
        report = check({**backend(server), "backends": more})
        took_s = time.monotonic() - began
    assert took_s < PROMISED_S
    assert len(faults(report)) == 7


def test_the_model_is_loading(check):
    with FakeLlamaCpp(Script(loading_requests=1000)) as server:
        report = check(backend(server))
    assert "WARNING" in line(report, "still loading the model")


def test_a_key_is_wanted(check):
    with FakeLlamaCpp(Script(key="a-key-of-the-test")) as server:
        report = check(backend(server))
    assert advice(report, "wants an API key").startswith("set backend.api_key_cmd or")


def test_a_key_is_never_shown(check):
    with FakeLlamaCpp(Script(key="a-key-of-the-test")) as server:
        setup = backend(server, api_key_env="KEY_OF_THE_TEST")
        report = check(setup, env={"KEY_OF_THE_TEST": "a-key-of-the-test"})
    assert faults(report) == []
    assert "a-key-of-the-test" not in "\n".join(report)


def test_the_model_is_unknown(check):
    with FakeOllama(Script(models=("coder:7b",))) as server:
        report = check(backend(server, model="codr:7b"))
    assert "codr:7b" in faults(report)[0]
    assert "LocalModel" in advice(report, "codr:7b")


def test_a_listener_that_is_no_model_server(check):
    with HtmlListener() as server:
        report = check(backend(server))
    assert server.url in line(report, "no model server that we know")
    assert "backend.url" in advice(report, "no model server that we know")


def test_each_configured_backend_is_looked_at(check):
    with FakeLlamaCpp() as server, FakeOllama() as other, ClosedPort() as port:
        more = {"good": {"url": other.url}, "gone": {"url": port.url}}
        report = check({**backend(server), "backends": more})
    assert "local-llm: Backend good ~" in report
    assert "OK Ollama" in line(report, other.url)
    assert "ERROR" in line(report, port.url)
    assert len(faults(report)) == 1


def test_the_interpreter_cannot_be_run(check):
    report = check({"python": "/no/such/python"})
    assert "ERROR" in line(report, "/no/such/python (option `python`) cannot be run")
    assert advice(report, "/no/such/python") == "set the option `python` to one that runs"


def test_the_interpreter_lacks_the_packages(check, tmp_path):
    bare = tmp_path / "python"
    # -S: without site-packages it is a Python that has only its own library.
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "$@"\n')
    bare.chmod(0o755)
    report = check({"python": str(bare)})
    assert "lacks: pynvim, httpx" in line(report, "lacks:")
    assert advice(report, "lacks:") == "run :LocalInstall"


def test_the_llama_server_of_the_option_is_named(check, tmp_path):
    program = tmp_path / "llama-server"
    program.touch(0o755)
    with FakeLlamaCpp() as server:
        report = check({**backend(server), "embedded": {"server": str(program)}})
        assert f"{program} (option `embedded.server`)" in line(report, "OK embedded backend: ")
        program.chmod(0o644)
        report = check({**backend(server), "embedded": {"server": str(program)}})
    assert "WARNING" in line(report, "names a program that cannot be run")
    assert "`llama-server`" in advice(report, "names a program that cannot be run")


def test_an_option_that_does_not_exist(editor):
    with FakeLlamaCpp() as server:
        child = editor(setup=backend(server), lines=50, columns=120)
        child.lua("vim.notify = function() end; require('local_llm').setup(...)", {"langage": "x"})
        report = checked(child)
    assert "did you mean language?" in line(report, "langage")


def test_a_key_of_the_user_was_left_alone(editor):
    with FakeLlamaCpp() as server:
        child = editor(setup=backend(server), lines=50, columns=120)
        child.command("nnoremap <leader>le :echo 'mine'<CR>")
        child.lua("require('local_llm').setup(...)", backend(server))
        report = checked(child)
    assert "left alone" in line(report, "mode n")
    assert "keys.explain" in line(report, "mode n")
