"""The host or the server ends, or was never there: told once, and the next key works."""

from __future__ import annotations

import os
import signal

from completing import KNOWS, STALLED, waits_for_request

from fakes import ClosedPort, FakeLlamaCpp


def runs_host(writer):
    return writer.child.lua("return require('local_llm.host').running()")


def test_a_host_that_is_killed_is_started_by_the_next_key(writer, server):
    server.script = STALLED
    writer.types_behind("x =|", keys=" ")
    waits_for_request(server)
    os.kill(writer.child.lua("return require('local_llm.host').pid()"), signal.SIGKILL)
    writer.child.wait_until(lambda: not runs_host(writer), what="the end of the host")
    server.wait_disconnect()
    assert writer.told() == []
    server.script = KNOWS
    writer.types("f")
    writer.is_shown("oo(bar)")
    (said,) = writer.told()
    assert "started again" in said


def test_an_interpreter_that_lacks_packages_is_tried_no_more(start_writer, tmp_path):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'local-llm: missing: httpx' >&2; exit 78")
    python.chmod(0o755)
    writer = start_writer()
    writer.sets_up(python=str(python), complete={"debounce_ms": 0})
    tries = []
    writer.types_behind("x =|", keys="")
    for _ in range(6):
        writer.types(" y")
        writer.child.wait_until(lambda: not runs_host(writer), what="the end of the host")
        writer.settles()
        tries.append(len(writer.told()))
    assert tries[0] == 1
    assert tries[1] == tries[-1]
    writer.reads("lacks: httpx")
    # By hand it is tried again.
    writer.types("<M-Bslash>")
    writer.child.wait_until(lambda: len(writer.told()) > tries[-1], what="the message")


def test_an_absent_server_is_told_of_once(writer):
    # Something has worked, so that the next failure is news.
    writer.types_behind("x =|", keys=" ")
    writer.is_shown("foo(bar)")
    writer.types("<Esc>")
    with ClosedPort() as port:
        writer.uses(port.url)
        assert writer.told() == []
        writer.types_behind("x =|", keys=" ")
        writer.reads("no suggestions: no model server answers")
        for char in "one two":
            writer.types(char)
            writer.settles()
        assert len(writer.asked()) > 5
        # What is asked by hand is answered after all that.
        writer.types("<M-Bslash>")
        writer.child.wait_until(lambda: len(writer.told()) > 1, what="the second message")
        assert len(writer.told()) == 2
        address = port.port
    with FakeLlamaCpp(KNOWS, port=address):
        writer.types("<C-u><C-u>x = <M-Bslash>")
        writer.is_shown("foo(bar)")
        writer.types("<Tab>;<CR>x = ")
        assert writer.asked()[-1]["manual"] is False
        assert len(writer.told()) == 2


def test_a_server_that_goes_away_is_told_of_once(writer):
    with FakeLlamaCpp(KNOWS) as server:
        writer.uses(server)
        writer.types_behind("x =|", keys=" ")
        writer.is_shown("foo(bar)")
        assert writer.told() == []
    with writer.watched() as drawn:
        writer.types("y ")
        writer.reads("no suggestions: ")
        for char in "one two":
            writer.types(char)
            writer.settles()
        writer.types("<M-Bslash>")
        writer.child.wait_until(lambda: len(writer.told()) > 1, what="the second message")
    assert drawn == []
    assert len(writer.told()) == 2
