"""An answer goes wrong on its way: what came is kept, one message says why, and all goes on.

Every fault in every dialect, because each spells its errors and its end in its own way.
"""

from __future__ import annotations

import pytest

from fakes import FakeLlamaCpp, FakeOllama, FakeOpenAI, Script
from person import wait_closed

DIALECTS = {"llamacpp": FakeLlamaCpp, "ollama": FakeOllama, "openai": FakeOpenAI}
BROKEN = "closed the connection"
AGAIN = "what arrived is kept"
# What the server does, what the message says, what its hint says.
FAULTS = {
    "dies politely": (Script(die_after=2), BROKEN, AGAIN),
    "dies at once": (Script(die_after=2, die_by="reset"), BROKEN, AGAIN),
    "forgets the end": (Script(end_marker=False), "stopped in the middle of the answer", AGAIN),
    "goes quiet": (Script(stall_after=2), "nothing more came for 1 s", AGAIN),
    "fails": (
        Script(error_after=2, error_message="CUDA error"),
        "stopped with an error",
        "server's own log",
    ),
    "never ends a line": (Script(long_line_after=2), "line", "hint:"),
}
REFUSALS = {
    "an empty 200": (Script(raw=b""), "", "hint:"),
    "an empty answer": (Script(pieces=()), "answered with no text", "hint:"),
    "blanks for an answer": (Script(pieces=("\n", "  ")), "answered with no text", "hint:"),
    "an error": (Script(error=(500, "out of memory")), "500", "server's own log"),
    "a page for an answer": (Script(raw=b"<!doctype html><h1>It works"), "", "hint:"),
    "half a record": (Script(raw=b'data: {"choices": [{"del'), "", "hint:"),
}


@pytest.fixture(params=DIALECTS)
def dialect(request):
    return request.param


@pytest.mark.parametrize("fault", FAULTS)
def test_what_came_before_a_fault_is_kept(person, dialect, fault):
    script, message, hint = FAULTS[fault]
    with DIALECTS[dialect](script, then=[Script()]) as server:
        person.uses(server, dialect, idle_timeout_s=1)
        person.asks()
        person.is_told_once(message, hint)
        assert person.answer()[0].startswith("Hello, ")
        assert person.sees_address(server)
        last = "LocalLlmRequestFailed"  # the event follows what is on the screen
        person.child.wait_until(lambda: person.events()[-1]["name"] == last, what=last)
        person.is_well()
        wait_closed(server)
        person.gets_an_answer(server, dialect)


@pytest.mark.parametrize("refusal", REFUSALS)
def test_nothing_of_an_answer_came(person, dialect, refusal):
    script, message, hint = REFUSALS[refusal]
    with DIALECTS[dialect](script, then=[Script()]) as server:
        person.uses(server, dialect)
        person.asks()
        person.is_told_once(message, hint)
        assert person.sees_address(server)
        person.is_well()
        person.gets_an_answer(server, dialect)


def test_an_error_line_of_an_older_llamacpp(person, sound):
    with FakeLlamaCpp(Script(error_after=2, error_message="slot died"), old_errors=True) as server:
        person.uses(server)
        person.asks()
        person.is_told_once("stopped with an error", "server's own log")
        assert person.answer()[0].startswith("Hello, ")
    person.gets_an_answer(sound)


def test_an_answer_cut_by_its_limit_says_so(person, dialect):
    with DIALECTS[dialect](Script(finish="length")) as server:
        person.uses(server, dialect)
        person.asks()
        person.reads("cut: no room left")
        assert person.told() == []
        person.is_well()


# What looks odd and is no fault.


def test_bytes_dripping_one_at_a_time(person, dialect):
    with DIALECTS[dialect](Script(pieces=("Zwölf ", "日本語 ", "🎉."), drip=True)) as server:
        person.uses(server, dialect)
        person.asks()
        person.waits_for_the_end()
        assert person.answer() == ["Zwölf 日本語 🎉."]
        person.is_well()


def test_separators_that_are_no_line_ends(person, dialect):
    with DIALECTS[dialect](Script(pieces=("one\u2028two", "\u2029three\x85four"))) as server:
        person.uses(server, dialect)
        person.asks()
        person.waits_for_the_end()
        assert len(person.answer()) == 1
        assert person.answer()[0].startswith("one\u2028two\u2029three")
        person.is_well()


def test_terminal_escapes_do_nothing(person, dialect):
    odd = ("safe\x1b[2J\x1b]0;title", "\x07 and\x1b[31", "m sound\x9b5m\x1bc\x00\x08\u202e.")
    with DIALECTS[dialect](Script(pieces=odd)) as server:
        person.uses(server, dialect)
        person.asks()
        person.reads("safe and sound.")
        person.waits_for_the_end()
        assert person.answer() == ["safe and sound."]
        assert not set("\x1b\x07\x9b") & set(person.child.frame.text())
        person.is_well()


# A prompt that is too long.


def test_an_overflow_is_learnt_from_and_asked_once_more(person):
    numbers = {"n_prompt_tokens": 9000, "n_ctx": 4096}
    error = {"code": 400, "message": "the request exceeds the available context size"}
    refusal = {"error": {**error, "type": "exceed_context_size_error", **numbers}}
    lines = [f"line_{number} = {number}" for number in range(1500)]
    with FakeLlamaCpp(
        Script(error=(400, refusal), context_tokens=1 << 15),
        then=[Script()],
    ) as server:
        person.uses(server)
        person.asks(lines=lines)
        person.reads("Hello, world.")
        person.waits_for_the_end()
        assert person.told() == []
        first, second = server.bodies("/v1/chat/completions")
        assert len(second["messages"][-1]["content"]) < len(first["messages"][-1]["content"])
        person.is_well()


def test_a_second_overflow_is_a_message(person, dialect, sound):
    with DIALECTS[dialect](Script(overflow=True)) as server:
        person.uses(server, dialect)
        person.asks()
        person.is_told_once("context", "hint: select fewer lines")
        asked = [path for path in server.paths() if path.endswith(("/chat/completions", "/chat"))]
        assert len(asked) <= 2
        person.is_well()
    person.gets_an_answer(sound)
