"""Suggestions that others show: blink.cmp, nvim-cmp, and Neovim 0.12 itself.

What stands in for the two menus calls a source as their documentation says, and no more.
"""

from __future__ import annotations

import re

import pytest
from writer import MODELS, Writer

from child import PATIENCE_S
from fakes import FakeLlamaCpp, Script
from person import wait_closed
from waiting import wait_until

LINE = "x = foo(bar)"
KNOWS = Script(continues=LINE, models=MODELS)

_BLINK = """
package.loaded["blink.cmp"] = { is_menu_visible = function() return _G.menu_is_open end }
_G.answers, _G.menu_is_open = {}, false
local source = require("local_llm.blink").new({}, { name = "llm", module = "local_llm.blink" })
_G.ask = function(kind)
  local number = #_G.answers + 1
  _G.answers[number] = {}
  return source:get_completions({ trigger = { initial_kind = kind or "keyword" } }, function(found)
    table.insert(_G.answers[number], found)
  end)
end
_G.menu = function(open)
  _G.menu_is_open = open
  local pattern = open and "BlinkCmpMenuOpen" or "BlinkCmpMenuClose"
  vim.api.nvim_exec_autocmds("User", { pattern = pattern })
end
"""
_CMP = """
-- The plugin listens to nvim-cmp once.
_G.listeners = _G.listeners or {}
local sources, listeners = {}, _G.listeners
local window = { visible = function() return _G.menu_is_open end }
package.loaded["cmp"] = {
  register_source = function(name, source) sources[name] = source end,
  visible = function() error("nvim-cmp waits in here for its sources") end,
  event = { on = function(_, name, call) listeners[name] = call end },
}
_G.answers, _G.menu_is_open = {}, false
require("local_llm.cmp").register()
local source = sources.local_llm
_G.encoding = source:get_position_encoding_kind()
_G.ask = function(reason)
  local number = #_G.answers + 1
  _G.answers[number] = {}
  local context = { get_reason = function() return reason or "auto" end }
  source:complete({ offset = 1, context = context }, function(found)
    table.insert(_G.answers[number], found)
  end)
end
_G.menu = function(open)
  _G.menu_is_open = open
  listeners[open and "menu_opened" or "menu_closed"]({ window = window })
end
"""
MENUS = {"blink.cmp": _BLINK, "nvim-cmp": _CMP}
_FORGET = """
package.loaded["blink.cmp"], package.loaded["cmp"] = nil, nil
_G.menu_is_open = false
"""
_ACCEPT = """
local edits = { ... }
vim.lsp.util.apply_text_edits(edits, vim.api.nvim_get_current_buf(), "utf-8")
"""


@pytest.fixture(scope="module")
def shared(shared_editor):
    person = shared_editor()
    return Writer(person.child, person.home)


@pytest.fixture(scope="module")
def server():
    with FakeLlamaCpp(KNOWS) as server:
        yield server


@pytest.fixture
def writer(shared, server):
    shared.starts_over()
    wait_closed(server)
    server.script = KNOWS
    server.requests.clear()
    server.most_open = 0
    shared.uses(server, display="none")
    yield shared
    said = "\n".join([*shared.child.screen(), *shared.child.messages(), shared.logged()])
    assert not re.search(r"Traceback|Error executing|stack traceback|E\d+:", said), said
    shared.child.lua(_FORGET)


@pytest.fixture(params=MENUS)
def menu(request, writer):
    """Someone with a completion menu."""
    writer.child.lua(MENUS[request.param])
    return writer


def asks(writer, kind=""):
    """Let the menu ask, as after a key."""
    writer.child.lua("_G.cancel = _G.ask(...)", *([kind] if kind else []))


def answers(writer):
    """Return what the source answered to each question: a list of answers, one at most."""
    return [list(found) for found in writer.child.lua("return _G.answers")]


def waits_for_answer(writer, number=-1):
    """Return the items that the source answered with."""
    writer.child.wait_until(lambda: answers(writer)[number], what="an answer of the source")
    (answer,) = answers(writer)[number]
    assert answer.get("isIncomplete", answer.get("is_incomplete_forward")) is True
    return list(answer["items"])


def completions(server):
    return [request for request in server.requests if request.path == "/completion"]


# What a menu gets.

PLACES = {
    # text before the cursor, what the model knows -> the item's new text, and all of it accepted
    "behind a blank": ("x = ", LINE, "foo(bar)", "x = foo(bar)"),
    "in a word": ("x = fo", LINE, "foo(bar)", "x = foo(bar)"),
    "behind wide characters": ("名前 = f", "名前 = foo", "foo", "名前 = foo"),
    "in a word of wide characters": ("é = föö_", "é = föö_bär()", "föö_bär()", "é = föö_bär()"),
    "behind a hyphen": ("(foo-ba", "(foo-bar)", "foo-bar)", "(foo-bar)"),
    "over several lines": ("f(", "f(\n    1,\n)", "\n    1,\n)", "f(\n    1,\n)"),
}


@pytest.mark.parametrize("place", PLACES)
def test_an_item_brings_the_word_that_it_goes_on_with(menu, server, place):
    before, knows, new, accepted = PLACES[place]
    server.script = Script(continues=knows, models=MODELS)
    menu.child.command("set expandtab")
    menu.types_behind("first", f"{before}|", "last", keys="")
    asks(menu)
    (item,) = waits_for_answer(menu)
    edit = item["textEdit"]
    assert edit["newText"] == item["filterText"] == new
    at = len(before.encode())
    assert edit["range"]["end"] == {"line": 1, "character": at}
    start = edit["range"]["start"]["character"]
    assert before.encode()[start:].decode() == new[: len(before.encode()[start:].decode())]
    menu.child.lua(_ACCEPT, edit)
    assert "\n".join(menu.child.buffer()) == f"first\n{accepted}\nlast"
    menu.child.command("set expandtab&")


def test_a_label_is_one_line(menu, server):
    server.script = Script(continues="f(\n    1,\n    '```',\n)", models=MODELS)
    menu.child.command("set filetype=go expandtab")
    menu.types_behind("f|", keys="")
    asks(menu)
    (item,) = waits_for_answer(menu)
    assert item["label"] == "f( …"
    shown = item["documentation"]["value"]
    assert shown.startswith("````go\nf(\n    1,")
    assert shown.endswith("\n````")
    menu.child.command("set expandtab&")


def test_a_long_label_is_shortened(menu, server):
    server.script = Script(continues="x = " + "長い" * 100, models=MODELS)
    menu.types_behind("x = |", keys="")
    asks(menu)
    (item,) = waits_for_answer(menu)
    assert item["label"].endswith("…")
    assert 50 < menu.child.lua("return vim.api.nvim_strwidth(...)", item["label"]) <= 60


def test_several_suggestions_are_several_items(menu):
    others = ("x = second", "x = third")
    script = Script(continues="x = first", others=others, slots=4, models=MODELS)
    with FakeLlamaCpp(script) as server:
        menu.uses(server, display="none", alternatives=3)
        menu.types_behind("x = |", keys="")
        asks(menu)
        found = [item["filterText"] for item in waits_for_answer(menu)]
        assert found == ["first", "second", "third"]


def test_a_source_tells_where_it_may_be_asked(menu):
    code = "return require('local_llm.%s').new():get_trigger_characters()"
    for name in ("blink", "cmp"):
        assert {".", "(", " "} <= set(menu.child.lua(code % name))


def test_positions_are_in_bytes(writer):
    writer.child.lua(_CMP)
    assert writer.child.lua("return _G.encoding") == "utf-8"


# What a menu does not get.

NOTHING = {
    "in a filetype that is left out": ("x = |", "set filetype=gitcommit"),
    "with text behind the cursor": ("x = | + 1", ""),
    "in a word": ("fo|o", ""),
    "in a buffer that is no file": ("x = |", "setlocal buftype=nofile"),
    "in a buffer that is read-only": ("x = |", "setlocal readonly"),
}


@pytest.mark.parametrize("place", NOTHING)
def test_a_source_answers_with_nothing_at_once(menu, place):
    before, command = NOTHING[place]
    menu.types_behind(before, keys="")
    menu.child.command(command or "echo ''")
    asks(menu)
    assert waits_for_answer(menu) == []
    menu.settles(150)
    assert menu.asked() == []


def test_a_source_answers_with_nothing_where_the_model_knows_nothing(menu, server):
    server.script = Script(pieces=(), models=MODELS)
    menu.types_behind("x = |", keys="")
    asks(menu)
    assert waits_for_answer(menu) == []


def test_a_source_answers_with_nothing_where_there_is_no_server(menu):
    menu.uses("http://127.0.0.1:1", display="none")
    menu.types_behind("x = |", keys="")
    asks(menu)
    assert waits_for_answer(menu) == []


def test_switched_off_a_menu_gets_what_a_person_asks_for(menu):
    menu.types(":LocalComplete off<CR>")
    menu.types_behind("x = |", keys="")
    asks(menu)
    assert waits_for_answer(menu) == []
    asks(menu, "manual")
    assert len(waits_for_answer(menu)) == 1
    menu.types("<Esc>:LocalComplete on<CR>")


# One question at a time.


def test_a_newer_question_answers_the_older_with_nothing(menu, server):
    server.script = Script(stall_after=0, models=MODELS)
    menu.types_behind("x =|", keys="")
    asks(menu)
    wait_until(lambda: server.most_open, PATIENCE_S, "a request under way")
    server.script = KNOWS
    menu.types(" ")
    asks(menu)
    assert waits_for_answer(menu, 0) == []
    assert len(waits_for_answer(menu, 1)) == 1
    server.wait_disconnect()


def test_leaving_insert_mode_answers_with_nothing(menu, server):
    server.script = Script(stall_after=0, models=MODELS)
    menu.types_behind("x = |", keys="")
    asks(menu)
    wait_until(lambda: server.most_open, PATIENCE_S, "a request under way")
    menu.types("<Esc>")
    assert waits_for_answer(menu) == []
    server.wait_disconnect()


def test_a_question_that_the_menu_gives_up_is_closed(writer, server):
    writer.child.lua(_BLINK)
    server.script = Script(stall_after=0, models=MODELS)
    writer.types_behind("x = |", keys="")
    asks(writer)
    wait_until(lambda: server.most_open, PATIENCE_S, "a request under way")
    writer.child.lua("_G.cancel()")
    server.wait_disconnect()
    server.script = KNOWS
    asks(writer)
    assert len(waits_for_answer(writer)) == 1
    assert answers(writer)[0] == []


def test_the_end_of_the_host_answers_with_nothing(menu, server):
    server.script = Script(stall_after=0, models=MODELS)
    menu.types_behind("x = |", keys="")
    asks(menu)
    wait_until(lambda: server.most_open, PATIENCE_S, "a request under way")
    menu.child.lua("vim.uv.kill(require('local_llm.host').pid(), 'sigkill')")
    assert waits_for_answer(menu) == []
    server.script = KNOWS
    asks(menu)
    assert len(waits_for_answer(menu)) == 1


def test_a_menu_and_the_ghost_text_share_one_question(menu, server):
    menu.uses(server, display="ghost")
    menu.types_behind("x =|", keys="")
    menu.types(" ")
    asks(menu)
    assert len(waits_for_answer(menu)) == 1
    menu.is_shown("foo(bar)")
    menu.settles(150)
    assert len(completions(server)) == 1


def test_with_the_display_none_only_the_menu_asks(menu):
    menu.types_behind("x =|", keys=" ")
    menu.settles(150)
    assert menu.asked() == []
    menu.types("<M-Bslash>")
    menu.is_shown("foo(bar)")


def test_an_open_menu_hides_the_ghost_text(menu, server):
    menu.uses(server, display="ghost")
    menu.types_behind("x =|", keys=" ")
    menu.is_shown("foo(bar)")
    menu.child.lua("_G.menu(true)")
    menu.is_shown("")
    menu.types("f")
    menu.settles()
    assert menu.ghost() == ""
    questions = len(menu.asked())
    menu.child.lua("_G.menu(false)")
    menu.is_shown("oo(bar)")
    assert len(menu.asked()) == questions + 1
    # nvim-cmp tells of an end without a beginning after every key.
    menu.child.lua("_G.menu(false)")


# Neovim itself.


def can_show(writer):
    return writer.child.lua("return vim.lsp.inline_completion ~= nil")


@pytest.fixture
def lsp(writer, server):
    """Someone whose Neovim shows suggestions itself."""
    if not can_show(writer):
        pytest.skip("Neovim 0.12 has vim.lsp.inline_completion")
    writer.uses(server, display="lsp")
    writer.child.lua("vim.api.nvim_set_hl(0, 'ComplHint', { fg = '#777777' })")
    return writer


def hint(writer):
    """Return what Neovim shows."""
    names = writer.child.grid.names
    return "".join(
        cell[0] for row in writer.child.frame.rows for cell in row if "ComplHint" in names(cell)
    )


def is_hinted(writer, text):
    writer.child.wait_until(lambda: hint(writer) == text, what=f"{text!r} as Neovim shows it")


def test_neovim_shows_and_accepts_the_suggestion(lsp, server):
    lsp.types_behind("x =|", "last", keys=" ")
    is_hinted(lsp, "foo(bar)")
    assert lsp.ghost() == ""
    assert lsp.child.lua("return vim.lsp.inline_completion.get()") is True
    lsp.child.wait_until(lambda: lsp.text() == "x = foo(bar)|\nlast", what="the text")
    assert len(completions(server)) == 1
    assert lsp.child.lua("return vim.lsp.inline_completion.get()") in (True, False)


def test_neovim_shows_several_lines(lsp, server):
    server.script = Script(continues="f(\n    1,\n)", models=MODELS)
    lsp.child.command("set expandtab")
    lsp.types_behind("é", "f|", "last", keys="(")
    is_hinted(lsp, "    1,)")
    lsp.child.lua("vim.lsp.inline_completion.get()")
    lsp.child.wait_until(lambda: lsp.text() == "é\nf(\n    1,\n)|\nlast", what="the text")
    lsp.child.command("set expandtab&")


def test_what_is_typed_along_is_not_shown_twice_and_not_inserted_twice(lsp):
    lsp.types_behind("x =|", keys=" ")
    is_hinted(lsp, "foo(bar)")
    # At once, so that Neovim has not asked again.
    lsp.types("fo")
    is_hinted(lsp, "o(bar)")
    lsp.child.lua("vim.lsp.inline_completion.get()")
    lsp.child.wait_until(lambda: lsp.text() == "x = foo(bar)|", what="the text")


def test_nothing_is_shown_by_neovim_where_nothing_is_asked(lsp, server):
    lsp.types(":LocalComplete off<CR>")
    lsp.types_behind("x =|", keys=" ")
    lsp.settles(400)
    assert lsp.asked() == []
    lsp.types("<Esc>:LocalComplete on<CR>A ")
    lsp.waits_for_question()


def test_asked_by_hand_neovim_shows_it_too(lsp, server):
    lsp.uses(server, display="lsp", auto=False)
    lsp.types(":LocalComplete off<CR>")
    lsp.types_behind("x =|", keys=" ")
    lsp.settles(300)
    assert lsp.asked() == []
    lsp.types("<M-Bslash>")
    is_hinted(lsp, "foo(bar)")
    assert lsp.ghost() == ""
    lsp.types("<Esc>:LocalComplete on<CR>")


def test_who_switches_it_off_for_a_buffer_means_it(lsp):
    lsp.types_behind("x =|", keys=" ")
    is_hinted(lsp, "foo(bar)")
    lsp.child.lua("vim.lsp.inline_completion.enable(false, { bufnr = 0 })")
    lsp.types("<Esc>A ")
    lsp.settles(400)
    assert len(lsp.asked()) == 1
    assert hint(lsp) == ""


def test_leaving_insert_mode_gives_up_what_neovim_asked(lsp, server):
    server.script = Script(stall_after=0, models=MODELS)
    lsp.types_behind("x =|", keys=" ")
    wait_until(lambda: server.most_open, PATIENCE_S, "a request under way")
    lsp.types("<Esc>")
    server.wait_disconnect()
    assert hint(lsp) == ""


def test_an_older_neovim_shows_ghost_text_and_says_why(writer, server):
    if can_show(writer):
        pytest.skip("this one can")
    writer.uses(server, display="lsp")
    writer.types_behind("x =|", keys=" ")
    writer.is_shown("foo(bar)")
    writer.types("<Tab><Esc>o")
    (said,) = writer.told()
    assert 'complete.display = "lsp" needs Neovim 0.12' in said
