"""Suggestions asked for by hand, the switch, and the keys beside what users have mapped."""

from __future__ import annotations

import pytest
from completing import KNOWS
from writer import MODELS

from fakes import FakeLlamaCpp, Script

# Asked by hand, and switched.


@pytest.fixture
def own_server():
    """A server that no other editor knows, whose rest could come in late."""
    with FakeLlamaCpp(KNOWS) as server:
        yield server


def test_with_the_option_off_nothing_starts_until_asked_by_hand(start_writer, own_server):
    writer, server = start_writer(), own_server
    writer.uses(server, auto=False)
    writer.types_behind("x =|", keys=" ")
    writer.settles(150)
    assert writer.asked() == []
    assert len(writer.child.family()) == 1
    assert server.requests == []
    writer.types("<M-Bslash>")
    writer.is_shown("foo(bar)")
    writer.types("<Tab>")
    assert writer.text() == "x = foo(bar)|"
    writer.types("; y =")
    writer.settles()
    assert [question["manual"] for question in writer.asked()] == [True]
    # And on, off again.
    writer.types("<Esc>:LocalComplete on<CR>A ")
    assert writer.waits_for_question(2)["manual"] is False
    writer.types("<Esc>:LocalComplete toggle<CR>A ")
    writer.settles(150)
    assert len(writer.asked()) == 2
    assert writer.told()[-2:] == ["local-llm: suggestions are on", "local-llm: suggestions are off"]


def test_the_command_switches(writer):
    writer.has("x =|")
    writer.types(":LocalComplete off<CR>A ")
    writer.settles(150)
    assert writer.asked() == []
    writer.types("<C-o>:LocalComplete toggle<CR>")
    assert writer.waits_for_question()["before"] == "x = "
    writer.is_shown("foo(bar)")
    writer.types("<C-o>:LocalComplete off<CR>")
    writer.is_shown("")
    writer.types("<Esc>:LocalComplete on<CR>")
    writer.types(":LocalComplete of<CR>")
    assert '"of" is none of off, on, toggle' in writer.told()[-1]


def test_the_command_asks_in_insert_mode(writer):
    writer.child.command(":inoremap <buffer> <C-l> <Cmd>LocalComplete<CR>")
    writer.types_behind("x = |1", keys="<C-l>")
    assert writer.waits_for_question()["manual"] is True
    writer.types("<Esc>A<C-o>:LocalComplete<CR>")
    assert writer.waits_for_question(2)["before"] == "x = 1"
    writer.settles(150)
    assert [question["manual"] for question in writer.asked()] == [True, True]


def test_in_normal_mode_the_command_says_where_suggestions_are_shown(writer):
    writer.has("x =|")
    writer.types(":LocalComplete<CR>")
    (said,) = writer.told()
    assert said.startswith("local-llm: no suggestions: they are shown in Insert mode")
    assert writer.asked() == []


def test_asked_by_hand_text_behind_the_cursor_is_no_hindrance(writer, server):
    server.script = Script(pieces=("fo", "o", "\nmore"), models=MODELS)
    writer.types_behind("x = | + 1", keys="<M-Bslash>")
    writer.is_shown("foo")
    writer.types("<Tab>")
    assert writer.text() == "x = foo| + 1"


# Keys.


def test_tab_is_the_users_own_where_nothing_is_shown(writer):
    writer.child.command("inoremap <Tab> <lt>global>")
    writer.types_behind("x =|", keys="<Tab>")
    assert writer.text() == "x =<global>|"
    writer.child.command("inoremap <buffer> <Tab> <lt>local>")
    writer.types("<C-u><C-u><Tab>")
    assert writer.text() == "<local>|"
    writer.types("<C-u>")
    writer.types("x = ")
    writer.is_shown("foo(bar)")
    writer.types("<Tab><Tab>")
    assert writer.text() == "x = foo(bar)<local>|"
    writer.types("<Esc>ccx = ")
    writer.is_shown("foo(bar)")
    writer.types("<C-]><Tab>")
    assert writer.text() == "x = <local>|"
    writer.child.command("iunmap <buffer> <Tab>")
    writer.types("<Tab>")
    assert writer.text() == "x = <local><global>|"
    writer.child.command("iunmap <Tab>")
    writer.types("<Tab>")
    assert writer.text() == "x = <local><global>\t|"


OTHERS = Script(continues="x = first", others=("x = second", "x = third"), slots=4, models=MODELS)


def test_a_key_asks_for_more_where_there_is_only_one(writer):
    with FakeLlamaCpp(OTHERS) as server:
        writer.uses(server)
        writer.types_behind("x =|", keys=" ")
        writer.is_shown("first")
        writer.types("<M-]>")
        writer.is_shown("second")
        assert len(writer.asked()) == 2
        writer.types("<M-]>")
        writer.is_shown("third")
        writer.types("<M-]>")
        writer.is_shown("first")
        writer.types("<M-[>")
        writer.is_shown("third")
        assert len(writer.asked()) == 2
        writer.types("<Tab>")
        assert writer.text() == "x = third|"


def test_backwards_it_begins_with_the_last(writer):
    with FakeLlamaCpp(OTHERS) as server:
        writer.uses(server)
        writer.types_behind("x =|", keys=" ")
        writer.is_shown("first")
        writer.types("<M-[>")
        writer.is_shown("third")


def test_where_there_is_no_other_that_is_told(writer):
    writer.types_behind("x =|", keys=" ")
    writer.is_shown("foo(bar)")
    writer.types("<M-]>")
    writer.reads("there is no other suggestion")
    assert writer.ghost() == "foo(bar)"


def test_where_asking_for_another_fails_that_alone_is_told(writer, server):
    writer.types_behind("x =|", keys=" ")
    writer.is_shown("foo(bar)")
    server.script = Script(error=(500, {"error": {"message": "out of memory", "code": 500}}))
    writer.types("<M-]>")
    writer.reads("out of memory")
    writer.settles()
    assert len(writer.told()) == 1
    assert writer.ghost() == "foo(bar)"
