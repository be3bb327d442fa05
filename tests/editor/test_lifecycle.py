"""The ends: of the editor, of the host, in the middle of an answer. Nothing may stay behind."""

from __future__ import annotations

import os
import signal
import sys
import time

import pytest

from fakes import FakeLlamaCpp, Script
from person import Person, wait_closed
from waiting import wait_until

# An answer that goes on for longer than any test.
ENDLESS = Script(pieces=("word ",) * 100_000, tokens_per_second=200)
STALLED = Script(stall_after=2)
# What is promised is one second; a busy machine may take longer, a leak takes for ever.
GONE_S = 10.0


@pytest.fixture
def start(editor, home):
    """Start an editor of this test's own, set up for a server."""

    def start(server, *, python=sys.executable, **options):
        setup = {"python": str(python), "backend": {"kind": "llamacpp", "url": server.url}}
        return Person(editor(setup=setup, lines=30, columns=100, **options), home)

    return start


@pytest.fixture(params=["between two pieces", "while pieces come"])
def streaming(request, start):
    """Someone who watches an answer come, and the server that it comes from."""
    script = STALLED if request.param == "between two pieces" else ENDLESS
    with FakeLlamaCpp(script, then=[Script()]) as server:
        person = start(server)
        person.asks()
        person.reads("Hello," if script is STALLED else "word word")
        yield person, server


def runs_host(person):
    """Tell whether the editor believes that its host runs; it learns of an end a moment later."""
    return person.child.lua("return require('local_llm.host').running()")


def host_of(person):
    """Return the pid of the host."""
    return person.child.lua("return require('local_llm.host').pid()")


def ends_with_all_it_started(person, server, record_property, began):
    child = person.child
    wait_until(lambda: not child.family(), GONE_S, lambda: f"left behind: {child.family()}")
    record_property("processes_gone_s", round(time.monotonic() - began, 3))
    record_property("socket_closed_s", round(server.wait_disconnect(GONE_S) - began, 3))
    wait_closed(server)


def test_qa_while_an_answer_comes(streaming, record_property):
    person, server = streaming
    began = time.monotonic()
    record_property("editor_gone_s", round(person.child.quit(GONE_S), 3))
    ends_with_all_it_started(person, server, record_property, began)


def test_the_editor_is_killed_while_an_answer_comes(streaming, record_property):
    person, server = streaming
    began = time.monotonic()
    person.child.kill()
    ends_with_all_it_started(person, server, record_property, began)


def test_the_editor_ends_by_a_signal_while_an_answer_comes(streaming, record_property):
    person, server = streaming
    began = time.monotonic()
    person.child.kill(signal.SIGTERM)
    ends_with_all_it_started(person, server, record_property, began)


def test_qa_with_a_host_that_hangs(start, record_property):
    with FakeLlamaCpp(STALLED) as server:
        person = start(server)
        person.asks()
        person.reads("Hello,")
        os.kill(host_of(person), signal.SIGSTOP)
        began = time.monotonic()
        record_property("editor_gone_s", round(person.child.quit(GONE_S), 3))
        ends_with_all_it_started(person, server, record_property, began)


def test_the_host_is_killed_while_an_answer_comes(streaming):
    person, server = streaming
    os.kill(host_of(person), signal.SIGKILL)
    person.is_told_once("the Python side ended unexpectedly", "the next command starts it again")
    server.wait_disconnect()
    assert person.answer()[0].startswith(("Hello,", "word"))
    assert person.events()[-1]["name"] == "LocalLlmRequestFailed"
    assert person.events()[-1]["data"]["code"] == "HostDied"
    person.is_well()
    person.child.type("q:messages clear<CR>")
    person.asks()
    person.reads("Hello, world.")
    # The message of before has said it; nothing is said twice.
    assert person.told() == []
    person.is_well()


def test_a_host_killed_between_commands_is_started_again(start):
    with FakeLlamaCpp() as server:
        person = start(server)
        person.asks()
        person.reads("done")
        first = host_of(person)
        os.kill(first, signal.SIGKILL)
        person.child.wait_until(lambda: not runs_host(person), what="the end of the host")
        assert person.told() == []
        person.child.type("q")
        for _ in range(2):
            person.asks()
            person.reads("Hello, world.")
            person.waits_for_the_end()
            person.child.type("q")
        (said,) = person.told()
        assert "started again" in said
        assert host_of(person) != first
        person.is_well()


def test_options_reach_a_host_that_was_started_again(start):
    with FakeLlamaCpp() as server, FakeLlamaCpp(Script(pieces=("The other one.",))) as other:
        person = start(server)
        person.asks()
        person.reads("done")
        person.uses(other)
        os.kill(host_of(person), signal.SIGKILL)
        person.child.wait_until(lambda: not runs_host(person), what="the end of the host")
        person.child.type("q")
        person.asks()
        person.reads("The other one.")


def test_explain_on_the_command_line(start, tmp_path):
    path = tmp_path / "sample.py"
    path.write_text("def one():\n    return 1\n")
    with FakeLlamaCpp() as server:
        person = start(server, args=[path, "-c", "LocalExplain"])
        person.reads("Hello, world.")
        person.is_well()
        (body,) = server.bodies("/v1/chat/completions")
        assert "return 1" in body["messages"][-1]["content"]


def test_a_pipe_into_the_editor_is_explained(start):
    with FakeLlamaCpp() as server:
        person = start(server, args=["-c", "call setline(1, 'x = 1')", "-c", "%LocalExplain"])
        person.reads("Hello, world.")
        person.is_well()


# Interpreters that will not do.


@pytest.fixture
def script(tmp_path):
    """Write an interpreter that is a shell script."""

    def write(text):
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return path

    return write


def test_an_interpreter_without_our_packages(start, script):
    with FakeLlamaCpp() as server:
        python = script("echo 'local-llm: missing: pynvim, httpx' >&2; exit 78")
        person = start(server, python=python)
        person.asks()
        person.is_told_once("lacks: pynvim, httpx", "run :LocalInstall")
        person.is_well()
        # Told again, the same way, and no request is left open.
        person.child.type("q")
        person.asks()
        person.is_told_once("lacks: pynvim, httpx", "run :LocalInstall")
        assert server.requests == []


def test_an_interpreter_that_is_not_there(start, tmp_path):
    with FakeLlamaCpp() as server:
        person = start(server, python=tmp_path / "no-python")
        person.asks()
        person.is_told_once("cannot run", "run :LocalInstall")
        assert "no-python" in person.sees().replace(" ", "")
        person.is_well()
        person.uses(server)
        person.child.type("q")
        person.asks()
        person.reads("Hello, world.")
        person.is_well()


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        ("exit 1", "ended unexpectedly (status 1)"),
        ("echo 'no RPC at all'; exit 0", "ended unexpectedly"),
        ("kill -SEGV $$", "ended unexpectedly"),
    ],
)
def test_an_interpreter_that_ends_at_once(start, script, behaviour, message):
    with FakeLlamaCpp() as server:
        person = start(server, python=script(behaviour))
        person.asks()
        person.is_told_once(message, ":LocalLog")
        person.is_well()
