"""When no suggestion is asked for, because it would be useless or is not wanted."""

from __future__ import annotations

import pytest
from writer import MODELS

from fakes import Script

# What does not ask.

DELETIONS = {
    # the key -> the text before the cursor afterwards
    "<BS>": "x =",
    "<C-w>": "x =",
    "<C-w><C-w>": "x ",
    "<C-u><C-u>": "",
    "<BS><BS>": "x ",
}


@pytest.mark.parametrize("keys", DELETIONS)
def test_nothing_is_asked_after_deleting(writer, keys):
    writer.types_behind("x =|", keys=" ")
    writer.waits_for_question()
    writer.is_shown("foo(bar)")
    writer.types(keys)
    writer.is_shown("")
    assert writer.text() == f"{DELETIONS[keys]}|"
    writer.settles()
    assert len(writer.asked()) == 1


@pytest.mark.parametrize("keys", ["dd", "x", "D", "p", "dwu", "<C-v>jx", ":d<CR>"])
def test_nothing_is_asked_in_normal_mode(writer, keys):
    writer.has("o|ne two", "three")
    writer.types(keys)
    writer.settles(150)
    assert writer.asked() == []


RIGHT = ["x = |1", "f|oo", "f(|a)", "|)x", "x| + 1"]


@pytest.mark.parametrize("place", RIGHT)
def test_nothing_is_asked_with_text_behind_the_cursor(writer, place):
    writer.types_behind(place, keys="x")
    writer.settles(150)
    assert writer.asked() == []


def test_nothing_is_asked_while_a_macro_is_recorded_or_replayed(writer):
    writer.has("x =|")
    writer.types("qqA y z")
    writer.settles(150)
    writer.types("<Esc>q")
    writer.types("2@q")
    writer.settles(150)
    assert writer.child.buffer() == ["x = y z y z y z"]
    assert writer.asked() == []
    writer.types("A ")
    assert writer.waits_for_question()["before"] == "x = y z y z y z "


def test_nothing_is_asked_while_a_change_is_repeated(writer):
    writer.types_behind("x =|", keys=" <Esc>")
    questions = len(writer.asked())
    writer.types("..")
    writer.settles(150)
    assert writer.child.buffer() == ["x =   "]
    assert len(writer.asked()) == questions


@pytest.mark.parametrize("filetype", ["gitcommit", "help", "gitrebase"])
def test_nothing_is_asked_in_some_filetypes(writer, filetype):
    writer.has("x =|", filetype=filetype)
    writer.types("A y")
    writer.settles(150)
    assert writer.asked() == []


RULES = {
    # complete.filetypes, filetype -> whether it is asked
    (("lua",), "lua"): False,
    (("lua",), "go"): True,
    (("!gitcommit",), "gitcommit"): True,
    (("*",), "go"): False,
    (("*", "!go"), "go"): True,
    (("*", "!go"), "lua"): False,
    (("*", "!go"), ""): False,
}


@pytest.mark.parametrize(("rules", "filetype"), RULES)
def test_the_option_names_filetypes_and_exceptions(writer, server, rules, filetype):
    writer.uses(server, filetypes=rules)
    writer.has("x =|", filetype=filetype)
    writer.types("A y")
    if RULES[rules, filetype]:
        writer.waits_for_question()
    else:
        writer.settles(150)
        assert writer.asked() == []


def test_nothing_is_asked_in_a_buffer_that_is_very_large(writer):
    writer.child.lua("vim.api.nvim_buf_set_lines(0, 0, -1, true, vim.split(..., '\\n'))", "x =")
    line = "y" * 99
    code = "vim.api.nvim_buf_set_lines(0, 0, 0, true, vim.fn['repeat']({ ... }, 84000))"
    writer.child.lua(code, line)
    writer.types("GA y")
    writer.settles(150)
    assert writer.asked() == []
    writer.types("<M-Bslash>")
    assert writer.told() == ["local-llm: no suggestions: the buffer is very large"]


def test_nothing_is_asked_in_a_buffer_that_is_read_only(writer):
    writer.has("x =|")
    writer.child.command("setlocal readonly")
    writer.types("A y")
    writer.settles(150)
    assert writer.asked() == []
    writer.types("<M-Bslash>")
    assert "local-llm: no suggestions: the buffer is read-only" in writer.told()


def test_nothing_is_asked_in_the_command_line_window(writer):
    writer.types("q:ilet x =")
    writer.settles(150)
    assert writer.asked() == []
    # By hand neither; Neovim 0.10 does not show the message there.
    writer.types("<M-Bslash>")
    writer.types("<Esc><C-c><C-c>")
    assert writer.asked() == []


@pytest.mark.parametrize("kind", ["prompt", "nofile", "nowrite"])
def test_nothing_is_asked_in_a_buffer_that_is_no_file(writer, kind):
    writer.child.command(f"setlocal buftype={kind}")
    writer.types("Ax = y")
    writer.settles(150)
    assert writer.asked() == []


def test_nothing_is_asked_in_a_terminal(writer):
    writer.child.command("terminal cat")
    writer.types("ix = ")
    writer.child.wait_screen("x =")
    writer.settles(150)
    assert writer.asked() == []


def test_a_command_that_is_typed_asks_nothing(writer):
    writer.has("x =|")
    writer.types(":s/x =/x = /<CR>")
    writer.types("R y")
    writer.settles(150)
    assert writer.text() == " y|= "
    assert writer.asked() == []


# The completion menu.


@pytest.fixture
def words(writer):
    """Two words that CTRL-N completes."""
    writer.child.command("set completeopt=menuone,noinsert")
    writer.has("x_one x_two", "|")
    return writer


def menu_is_open(writer):
    return writer.child.lua("return vim.fn.pumvisible()") == 1


def test_a_menu_keeps_suggestions_away(words):
    words.types("ix_<C-n>")
    assert menu_is_open(words)
    questions = len(words.asked())
    words.types("o")
    words.settles()
    assert menu_is_open(words)
    assert len(words.asked()) == questions


def test_a_menu_hides_the_suggestion(words, server):
    server.script = Script(continues="x_other", models=MODELS)
    words.types("ix")
    words.is_shown("_other")
    words.types("<C-n>")
    assert menu_is_open(words)
    words.is_shown("")
    words.settles()
    assert words.ghost() == ""
    # What the menu kept away comes once it has closed.
    words.types("<C-e>")
    words.is_shown("_other")


def test_what_is_taken_from_a_menu_asks(words, server):
    server.script = Script(continues="x_one = 1", models=MODELS)
    words.types("ix_<C-n>")
    words.types("<C-y>")
    assert words.text() == "x_one x_two\nx_one|"
    assert words.waits_for_question(len(words.asked()))["before"].endswith("x_one")
    words.is_shown(" = 1")


def test_the_option_shows_suggestions_with_a_menu(words, server):
    server.script = Script(continues="x_other", models=MODELS)
    words.uses(server, with_menu=True)
    words.types("ix<C-n>")
    assert menu_is_open(words)
    words.is_shown("_other")


@pytest.mark.parametrize(("key", "line"), [("<Tab>", "x"), ("<M-Right>", "x_other|")])
def test_beside_a_menu_the_accepting_key_is_the_menus_and_the_others_are_ours(
    words, server, key, line
):
    server.script = Script(continues="x_other and more", models=MODELS)
    words.uses(server, with_menu=True)
    words.types("ix<C-n>")
    words.is_shown("_other and more")
    words.types(key)
    words.settles()
    assert words.text().split("\n")[1].rstrip("\t |") == line.rstrip("|")


# Files that never go out.


def test_a_file_that_never_goes_out_is_never_sent(writer, server):
    writer.has("x =|", name=".env")
    writer.types("A top-secret ")
    assert writer.waits_for_question()["before"].startswith("x = ")
    writer.settles()
    # Whatever was sent for it has been answered before what comes now.
    writer.types("<Esc>")
    writer.child.command("enew!")
    writer.types_behind("x =|", keys=" ")
    writer.is_shown("foo(bar)")
    assert not [request for request in server.requests if b"secret" in request.body]
    assert writer.told() == []


def test_a_file_that_never_goes_out_is_named_when_asked_by_hand(writer, server):
    writer.has("top-secret =|", name="secrets.pem")
    writer.types("A<M-Bslash>")
    writer.reads("secrets.pem never goes out")
    writer.types("<M-Bslash>")
    writer.child.wait_until(lambda: len(writer.told()) == 2, what="the second message")
    assert all("never goes out" in line for line in writer.told())
    assert not [request for request in server.requests if b"secret" in request.body]


def test_what_python_refused_is_not_asked_again(writer):
    writer.has("x =|", name=".env.local")
    writer.types("A ")
    number = writer.waits_for_question()["id"]
    refused = "return require('local_llm.complete_rules').impossible()"
    writer.child.wait_until(lambda: writer.child.lua(refused), what="the refusal")
    writer.types("y = ")
    writer.settles()
    assert writer.asked()[-1]["id"] == number
    # By another name it may go out.
    writer.types("<Esc>")
    writer.child.command("silent file harmless.txt")
    writer.types("A ")
    assert writer.waits_for_question(2)["path"].endswith("harmless.txt")


def test_a_list_of_the_project_keeps_a_file_until_it_is_edited(writer, tmp_path):
    ours = tmp_path / ".local-llm-ignore"
    ours.write_text("notes.txt\n")
    writer.has("x =|", name=str(tmp_path / "notes.txt"))
    writer.types("A ")
    asked = len(writer.asked())
    refused = "return require('local_llm.complete_rules').impossible()"
    writer.child.wait_until(lambda: writer.child.lua(refused), what="the refusal")
    assert ".local-llm-ignore has notes.txt" in writer.child.lua(refused)
    writer.types("<Esc>")
    writer.child.command(f"split {ours} | %delete _ | silent write | bwipeout")
    assert writer.child.lua(refused) is None
    writer.types("A ")
    assert writer.waits_for_question(asked + 1)["path"].endswith("notes.txt")


def test_a_denied_filetype_is_never_sent(writer, server):
    writer.has("top-secret =|", name="notes.txt", filetype="netrc")
    writer.types("A<M-Bslash>")
    writer.reads("notes.txt never goes out")
    writer.reads("guard.deny_filetypes")
    assert not [request for request in server.requests if b"secret" in request.body]
