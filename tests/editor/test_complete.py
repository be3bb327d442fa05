"""When a suggestion is asked for, when not, and what becomes of it: the whole way to the model.

One editor and one host process serve all tests of this module.
"""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path

import pytest
from writer import MODELS, Writer

import isolation
from child import PATIENCE_S, Child
from fakes import ClosedPort, FakeLlamaCpp, Script
from person import wait_closed
from waiting import wait_until

LINE = "x = foo(bar)"
KNOWS = Script(continues=LINE, models=MODELS)
STALLED = Script(stall_after=0, models=MODELS)


@pytest.fixture(scope="module")
def start(nvim, tmp_path_factory):
    """Start editors of this module's own; they are ended after it."""
    children = []

    def start(**options):
        home = tmp_path_factory.mktemp("home")
        run = Path(tempfile.mkdtemp(prefix="r-", dir=os.environ["XDG_RUNTIME_DIR"]))
        env = isolation.private_folders(home, run)
        child = Child(nvim, setup={}, env=env, cwd=home, lines=16, columns=100, **options)
        children.append(child)
        writer = Writer(child, home)
        writer.starts_over()
        return writer

    yield start
    for child in children:
        child.close()


@pytest.fixture(scope="module")
def server():
    with FakeLlamaCpp(KNOWS) as server:
        yield server


@pytest.fixture(scope="module")
def shared(start):
    return start()


@pytest.fixture
def writer(shared, server):
    """Someone at an empty buffer; the model knows how to go on with `x`."""
    shared.starts_over()
    wait_closed(server)
    server.script = KNOWS
    server.requests.clear()
    server.most_open = 0
    shared.uses(server)
    yield shared
    assert shared.child.mode()["blocking"] is False
    assert "fault" not in shared.logged()
    assert not [line for line in shared.child.messages() if "Error" in line]


def waits_for_request(server):
    """Wait until a request is under way, and so what it is answered with settled."""
    wait_until(lambda: server.most_open, PATIENCE_S, "a request under way")


def completions(server):
    return [request for request in server.requests if request.path == "/completion"]


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


def test_the_very_first_insert_mode_asks_too(start, server):
    writer = start()
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


# Asked by hand, and switched.


@pytest.fixture
def own_server():
    """A server that no other editor knows, whose rest could come in late."""
    with FakeLlamaCpp(KNOWS) as server:
        yield server


def test_with_the_option_off_nothing_starts_until_asked_by_hand(start, own_server):
    writer, server = start(), own_server
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
    assert last.finished


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


# The ends: of the host, of the server.


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


def test_an_interpreter_that_lacks_packages_is_tried_no_more(start, tmp_path):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'local-llm: missing: httpx' >&2; exit 78")
    python.chmod(0o755)
    writer = start()
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
