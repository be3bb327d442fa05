"""When a suggestion is asked for, and what becomes of it: the whole way to the model."""

from __future__ import annotations

import pytest
from completing import KNOWS, LINE, STALLED, completions, waits_for_request
from writer import MODELS

from child import PATIENCE_S
from fakes import FakeLlamaCpp, Script
from local_llm.fim.anchor import LONG_SPAN
from person import wait_closed
from waiting import wait_until

# What asks.


def test_a_suggestion_comes_while_somebody_types(writer, server):
    writer.types_behind("x =|", keys=" ")
    writer.is_shown("foo(bar)")
    assert writer.text() == "x = |"
    assert len(completions(server)) == len(writer.asked()) == 1


ENTRANCES = {
    # keys in normal mode -> text before the cursor where it is asked
    "A": ("x =| 1", "x = 1"),
    "o": ("x = 1|", "x = 1\n"),
    "O": ("x = 1|", ""),
    "cc": ("x| = 1", ""),
    "C": ("x =| 1", "x ="),
    "a": ("x =| ", "x = "),
}


@pytest.mark.parametrize("keys", ENTRANCES)
def test_entering_insert_mode_asks_after_a_moment(writer, keys):
    before, asked = ENTRANCES[keys]
    writer.has(before)
    writer.types(keys)
    assert writer.waits_for_question()["before"] == asked
    writer.settles(200)
    assert len(writer.asked()) == 1


def test_the_very_first_insert_mode_asks_too(start_writer, server):
    writer = start_writer()
    server.script = KNOWS
    writer.uses(server)
    writer.has("x =| ")
    writer.types("A")
    writer.is_shown("foo(bar)")


def test_a_plugin_for_pairs_does_not_stop_it(writer, server):
    server.script = Script(continues="print(one, two)", models=MODELS)
    writer.child.command("inoremap <buffer> ( ()<C-G>U<Left>")
    writer.types_behind("print|", keys="(")
    writer.is_shown("one, two")
    assert writer.asked()[-1]["before"] == "print("
    assert writer.asked()[-1]["after"] == ")"
    writer.types("<Tab>")
    assert writer.text() == "print(one, two|)"


@pytest.mark.parametrize("right", [")", "])", '"', "  ", ");", "',"])
def test_closers_right_of_the_cursor_do_not_stop_it(writer, right):
    writer.types_behind(f"x =|{right}", keys=" ")
    assert writer.waits_for_question()["after"] == right


def test_a_suggestion_typed_to_its_end_asks_for_the_next_at_once(writer, server):
    writer.uses(server, debounce_ms=10_000)
    writer.types_behind("x =|", keys=" ")
    writer.types("<M-Bslash>")
    writer.is_shown("foo(bar)")
    server.script = Script(continues=f"{LINE}.more()", models=MODELS)
    writer.types("foo(bar)")
    assert writer.waits_for_question(2)["before"] == LINE
    writer.is_shown(".more()")
    assert [question["manual"] for question in writer.asked()] == [True, False]


def test_typing_along_asks_nothing(writer, server):
    writer.types_behind("x =|", keys=" ")
    writer.is_shown("foo(bar)")
    for typed in range(1, len("foo(bar)")):
        writer.types("foo(bar)"[typed - 1])
        writer.is_shown("foo(bar)"[typed:])
    writer.settles()
    assert len(writer.asked()) == len(completions(server)) == 1


def test_typing_must_rest_as_long_as_the_option_says(writer, server):
    writer.uses(server, debounce_ms=150)
    writer.types_behind("x|", keys=" ")
    writer.types("=")
    writer.types(" ")
    assert writer.waits_for_question()["before"] == "x = "
    assert writer.asked()[0]["after_ms"] >= 149
    assert len(writer.asked()) == 1


# What takes a suggestion, or the question for one, away.

AWAY = {
    "an arrow": "<Left>",
    "a jump": "<Home>",
    "the mouse": "<LeftMouse><0,0>",
    "the end of insert mode": "<Esc>",
    "CTRL-C": "<C-c>",
    "another buffer": "<Cmd>enew!<CR>",
    "another window": "<Cmd>new<CR>",
    "a window of the same buffer": "<Cmd>split | normal! gg<CR>",
    "a command": "<C-o>:<CR>",
    "CTRL-]": "<C-]>",
    "other text": "#",
}


@pytest.mark.parametrize("way", AWAY)
def test_a_suggestion_goes(writer, server, way):
    writer.types_behind("one", "x =|", keys=" ")
    writer.is_shown("foo(bar)")
    server.script = Script(pieces=(), models=MODELS)
    writer.child.command("set mouse=a")
    writer.types(AWAY[way])
    writer.is_shown("")
    writer.types("<C-Bslash><C-N>")
    assert "foo(bar)" not in str(writer.buffers())


VOID = {way: keys for way, keys in AWAY.items() if way not in ("CTRL-]", "a command")}


@pytest.mark.parametrize("way", VOID)
def test_a_question_under_way_is_closed(writer, server, way):
    server.script = STALLED
    writer.types_behind("one", "x =|", keys=" ")
    waits_for_request(server)
    assert not completions(server)[0].finished
    server.script = Script(pieces=(), models=MODELS)
    writer.child.command("set mouse=a")
    writer.types(AWAY[way])
    server.wait_disconnect()
    assert completions(server)[0].disconnected_s is not None
    wait_closed(server)


@pytest.mark.parametrize("way", [*VOID, "CTRL-]"])
def test_what_is_asked_ahead_of_a_suggestion_is_closed(writer, server, way):
    slow = Script(continues=LINE, first_byte_delay_s=0.3, models=MODELS)
    server.script = slow
    writer.uses(server, speculate=True)
    writer.types_behind("one", "x =|", keys=" ")
    waits_for_request(server)
    server.script = STALLED
    writer.is_shown("foo(bar)")
    ahead = server.wait_request("/completion", 2)
    wait_until(lambda: ahead.status, PATIENCE_S, "what it is answered with")
    server.script = Script(pieces=(), models=MODELS)
    writer.child.command("set mouse=a")
    writer.types(AWAY[way])
    wait_closed(server)
    assert not ahead.finished


@pytest.mark.parametrize("way", ["<Esc>", "<C-c>", "<BS>", "<Left>"])
def test_reading_ahead_in_a_pause_is_closed(writer, server, way):
    writer.types_behind("one", "x =|", keys=" ")
    writer.is_shown("foo(bar)")
    # So long a line makes another prompt better.
    writer.types("#" + "-" * LONG_SPAN)
    writer.waits_for_question(2)
    wait_closed(server)
    server.script, asked = STALLED, len(completions(server))
    ahead = server.wait_request("/completion", asked + 1)
    writer.types(way)
    wait_closed(server)
    assert not ahead.finished


def test_one_question_is_under_way_while_somebody_types_fast(writer, server):
    server.script = Script(pieces=["word "] * 50, tokens_per_second=100, models=MODELS)
    writer.types_behind("x =|", keys="")
    for number, word in enumerate(("one", "two", "three", "four", "five", "six"), start=1):
        for char in f" {word}":
            writer.types(char)
            writer.settles()
        server.wait_request("/completion", number)
    writer.types("<Esc>")
    wait_closed(server)
    assert len(writer.asked()) > 20
    assert server.most_open == 1
    assert "Warning" not in writer.logged()


def test_a_newer_question_closes_the_older(writer, server):
    server.script = STALLED
    writer.types_behind("x|", keys=" ")
    waits_for_request(server)
    server.script = KNOWS
    writer.types("= ")
    writer.is_shown("foo(bar)")
    first, *_, last = completions(server)
    assert first.disconnected_s is not None
    wait_until(lambda: last.finished, PATIENCE_S, "the end of the newer one")


# What comes too late.

CHANGES = {
    "deleted": "vim.api.nvim_buf_delete(0, { force = true })",
    "renamed": "vim.cmd('silent file another.txt')",
    "formatted": "vim.api.nvim_buf_set_lines(0, 1, 2, true, { 'x=' })",
    "shortened": "vim.api.nvim_buf_set_lines(0, 0, 1, true, {})",
    "emptied": "vim.api.nvim_buf_set_lines(0, 0, -1, true, {})",
    "undone": "vim.cmd('silent undo')",
    "left by the window": "vim.cmd('close')",
    "left": "vim.cmd('enew!')",
    "left for another line": "vim.api.nvim_win_set_cursor(0, { 1, 0 })",
    "made read-only": "vim.cmd('setlocal buftype=nofile nomodifiable')",
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_answer_that_no_longer_holds_is_not_drawn(writer, server, change):
    server.script = STALLED
    writer.child.command("new")
    writer.types_behind("one", "x =|", keys=" ")
    waits_for_request(server)
    number = writer.asked()[-1]["id"]
    server.script = KNOWS
    late = "require('local_llm.port').call('ghost', ..., { texts = { 'late' }, done = true })"
    with writer.watched() as drawn:
        # At once, before any event has told of the change; and once more afterwards.
        writer.child.lua(f"{CHANGES[change]}\n{late}", number)
        writer.types("<C-Bslash><C-N>")
        writer.child.lua(late, number)
        # What is drawn after this has been drawn before it.
        writer.child.command("silent! %bwipeout!")
        writer.types_behind("x =|", keys=" ")
        writer.is_shown("foo(bar)")
    assert not any("late" in text for text in drawn), drawn
    server.wait_disconnect()


def test_an_answer_that_comes_when_the_cursor_has_moved_on_is_not_drawn(writer):
    script = Script(stall_after=0, pieces=("late",), models=MODELS)
    with FakeLlamaCpp(script) as server, writer.watched() as drawn:
        writer.uses(server)
        writer.types_behind("one", "x =|", keys=" ")
        waits_for_request(server)
        writer.types("<Up><End>")
        server.script = Script(continues="one more", models=MODELS)
        server.release()
        writer.types(" ")
        writer.is_shown("more")
    assert drawn == ["more"]
    assert writer.text() == "one |\nx = "


def test_an_answer_that_comes_late_to_a_cursor_that_waits_is_shown(writer):
    with FakeLlamaCpp(Script(stall_after=0, continues=LINE, models=MODELS)) as server:
        writer.uses(server)
        writer.types_behind("x =|", keys=" ")
        waits_for_request(server)
        writer.is_shown("")
        server.release()
        writer.is_shown("foo(bar)")


def test_nothing_is_inserted_without_a_key(writer):
    writer.types_behind("x =|", keys=" ")
    writer.is_shown("foo(bar)")
    writer.types("<Esc>")
    writer.is_shown("")
    assert writer.text() == "x =| "
    writer.types("a;<Esc>")
    assert writer.text() == "x = |;"
