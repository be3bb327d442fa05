"""Servers that answer with nonsense: nothing wrong is ever drawn, and the next key works."""

from __future__ import annotations

import re

import pytest
from writer import MODELS, Writer

from fakes import FakeLlamaCpp, FakeOllama, Script
from person import wait_closed

FAKES = {"llamacpp": FakeLlamaCpp, "ollama": FakeOllama}
MARKERS = "<|fim_prefix|>x = <|fim_suffix|>\n<|fim_middle|>"
CODE = "second)"
BELOW = "print(total, below)"
LEFT = "total = compute(first, "
# name -> what the model says behind LEFT, and the longest of it that may be drawn
ANSWERS = {
    "prose": ("Sure! Here is the completed code for you:\n\nsecond)\n\nIt adds both.", ""),
    "prose and fences": ("Here is the code:\n```go\nsecond)\n```\nIt adds both.", CODE),
    "fences": ("```go\nsecond)\n```", CODE),
    "fences behind it": ("second)\n```\nThis adds both numbers.", CODE),
    "an apology": ("I'm sorry, but I cannot complete this code without more context.", ""),
    "the prompt again": (f"{MARKERS}second)", ""),
    "a marker": ("<|fim_middle|>", ""),
    "the end marker": ("second)<|endoftext|><|fim_prefix|>more", CODE),
    "the line again": (f"{LEFT}second)", CODE),
    "the line again and again": (f"second)\n{LEFT}second)\n{LEFT}second)", CODE),
    "the line below": ("second)\nprint(total, below)", CODE),
    "escapes": ("second\x1b[31m)\x1b]0;title\x07", CODE),
    "control characters": ("sec\x01ond\x08)\x7f", CODE),
    "blanks": (" \t  \n\n   \n", ""),
    "nothing": ("", ""),
}


@pytest.fixture(scope="module")
def shared(shared_editor):
    person = shared_editor()
    return Writer(person.child, person.home)


@pytest.fixture(params=FAKES)
def kind(request):
    return request.param


@pytest.fixture
def writer(shared):
    shared.starts_over()
    yield shared
    log = shared.logged()
    said = "\n".join([*shared.child.screen(), *shared.child.messages(), log])
    assert not re.search(r"Traceback|Error executing|stack traceback|E\d+:", said), said
    assert "fault" not in log, log
    assert shared.child.mode()["blocking"] is False


def waits_for_the_answer(writer):
    """Wait until all of the answer is known to the editor."""
    asked = "return require('local_llm.complete_ask').is_asked()"
    writer.child.wait_until(lambda: not writer.child.lua(asked), what="the answer")
    writer.child.command("redraw")


def gets_the_next_one(writer, server):
    """The next key works, on the same server."""
    server.script = Script(continues="y = next()", models=MODELS)
    writer.types("<Esc>ccy =")
    writer.types(" ")
    writer.is_shown("next()")


def asks(writer, server, kind):
    """Type a key on a server; return all ghost text until the answer is there."""
    writer.uses(server, kind)
    with writer.watched() as drawn:
        writer.has(f"{LEFT[:-1]}|", BELOW, filetype="go")
        writer.types("A ")
        writer.waits_for_question()
        waits_for_the_answer(writer)
    return drawn


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("pace", ["at once", "in pieces"])
def test_what_is_no_code_is_not_drawn(writer, kind, name, pace):
    text, longest = ANSWERS[name]
    pieces = [text] if pace == "at once" else list(text)
    with FAKES[kind](Script(pieces=pieces, models=MODELS)) as server:
        drawn = asks(writer, server, kind)
        # As it streams in, the beginning of it is drawn before all of it.
        assert all(longest.startswith(text) for text in drawn), drawn
        assert writer.told() == []
        assert writer.child.buffer() == [LEFT, BELOW]
        gets_the_next_one(writer, server)


def test_an_answer_without_end_is_cut(writer, kind):
    lines = "".join(f"second_{number} = {number}\n" for number in range(10_000))
    script = Script(pieces=[f"1)\n{lines}"], stall_after=1, models=MODELS)
    with FAKES[kind](script) as server:
        drawn = asks(writer, server, kind)
        # It is not read to its end, which never comes.
        wait_closed(server)
        assert drawn
        assert max(text.count("\n") for text in drawn) < 12
        assert writer.told() == []
        gets_the_next_one(writer, server)


def test_a_line_without_end_is_cut(writer, kind):
    script = Script(pieces=["x" * 1_000_000], stall_after=1, models=MODELS)
    with FAKES[kind](script) as server:
        drawn = asks(writer, server, kind)
        wait_closed(server)
        assert all(len(text.replace("\n", "")) <= 1000 for text in drawn)
        assert writer.told() == []
        gets_the_next_one(writer, server)


BROKEN = {
    "llamacpp": b'data: {"content":"sec\xff\xfeond\xc3)","stop":false,"tokens":[]}\n\n'
    b'data: {"content":"","stop":true,"stop_type":"eos","tokens":[]}\n\n',
    "ollama": b'{"model":"m","response":"sec\xff\xfeond\xc3)","done":false}\n'
    b'{"model":"m","response":"","done":true,"done_reason":"stop"}\n',
}


def test_broken_characters_are_not_drawn(writer, kind):
    with FAKES[kind](Script(raw=BROKEN[kind], models=MODELS)) as server:
        drawn = asks(writer, server, kind)
        assert all("sec".startswith(text) for text in drawn), drawn
        assert len(writer.told()) <= 1
        writer.types("<M-Bslash>")
        waits_for_the_answer(writer)
        server.script = Script(continues="y = next()", models=MODELS)
        writer.types("<Esc>ccy = <M-Bslash>")
        writer.is_shown("next()")


FAULTS = {
    "no JSON": Script(raw=b"data: {nonsense]\n\n{nonsense]\n"),
    "no stream": Script(raw=b"<!doctype html><title>Welcome</title>"),
    "no body": Script(raw=b""),
    "JSON of another kind": Script(raw=b"data: [1, null]\n\n[1, null]\n"),
    "a reset": Script(pieces=["second"] * 3, die_after=1, die_by="reset"),
    "a cut": Script(pieces=["second"] * 3, die_after=2),
    "an error": Script(error=(500, {"error": {"message": "out of memory"}})),
    "an error page": Script(error=(502, "<html>Bad gateway</html>")),
    "an error behind some text": Script(pieces=["second"] * 3, error_after=1),
    "a refusal": Script(overflow=True),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_once_at_most(writer, kind, fault):
    script = FAULTS[fault].after(Script(models=MODELS))
    with FAKES[kind](script) as server:
        drawn = asks(writer, server, kind)
        assert all("secondsecond".startswith(text) for text in drawn), drawn
        for char in "on more":
            writer.types(char)
            writer.settles()
        waits_for_the_answer(writer)
        assert len(writer.told()) <= 1, writer.told()
        # Asked by hand it works as soon as the server does.
        server.script = Script(continues="y = next()", models=MODELS)
        writer.types("<Esc>ccy = <M-Bslash>")
        writer.is_shown("next()")
        writer.types("<Tab>;<CR>")
        assert writer.child.buffer()[:2] == ["y = next();", ""]


def test_an_answer_that_comes_much_too_late_is_not_drawn(writer, kind):
    script = Script(pieces=["late"], stall_after=0, models=MODELS)
    with FAKES[kind](script) as server, writer.watched() as drawn:
        writer.uses(server, kind)
        writer.types_behind("one", "x =|", keys=" ")
        writer.child.wait_until(lambda: server.most_open, what="a request under way")
        server.script = Script(continues="one = next()", models=MODELS)
        writer.types("<Up><End> ")
        server.release()
        writer.types("= ")
        writer.is_shown("next()")
        assert set(drawn) <= {"= next()", "next()"}
        assert writer.told() == []
