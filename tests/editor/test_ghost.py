"""A suggestion as it arrives: what is shown when, and what is counted of it."""

import pytest
from typist import Frames

# -- arriving ---------------------------------------------------------------------------------


def test_what_is_typed_while_it_comes_is_not_shown_again(typist):
    typist.has("x = |")
    ticket = typist.asks()
    typist.types("foo")
    typist.is_offered("foo(bar)", ticket=ticket)
    assert typist.rest() == "(bar)"


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ("z", "other text was typed"),
        ("<BS>", "text was deleted"),
        ("<Left>", "the cursor went left"),
        ("<Up>", "the cursor went up"),
        ("<Esc>", "insert mode was left"),
        ("<C-O>v", "insert mode was left for a command"),
        ("<Esc>:new<CR>i", "another window is current"),
        ("<Esc>ggOnew<Esc>jA", "a line above came"),
        ("<Esc>0ixx<Esc>lA", "the line changed left of the place"),
        ("yy<Left><Left><Del>", "the line changed right of the place"),
    ],
)
def test_it_is_not_drawn_where_it_no_longer_belongs(typist, keys, why):
    typist.has("above", "ab = |x")
    ticket = typist.asks()
    typist.types(keys)
    typist.is_offered("foo", ticket=ticket)
    assert typist.rest() is None, why
    assert "foo" not in "\n".join(typist.picture())


def test_behind_the_end_of_a_line_there_is_no_place_for_it(typist):
    typist.has("ab|", options="virtualedit=all")
    typist.types("<Right><Right>")
    typist.is_offered("foo")
    assert typist.rest() is None


def test_a_ticket_without_text_counts_where_it_was_taken(typist):
    typist.has("x = |)")
    ticket = typist.asks()
    bare = {name: ticket[name] for name in ("id", "buf", "tick", "row", "col")}
    typist.is_offered("foo(bar", ticket=bare)
    assert typist.rest() == "foo(bar"
    typist.types("foo")
    assert typist.rest() == "(bar"
    typist.types("<Right>")
    assert typist.rest() is None


def test_a_deleted_buffer_is_nothing_to_draw_in(typist):
    typist.has("x = |")
    ticket = typist.asks()
    typist.is_offered("foo", ticket=ticket)
    typist.child.command("enew! | bwipeout! #")
    typist.is_offered("foo(bar)", ticket=ticket)
    typist.is_offered(ticket=ticket)
    typist.calls("hide")
    assert typist.calls("follow") is False
    assert typist.child.messages() == []


def test_a_formatter_that_changes_the_line_ends_it(typist):
    typist.has("x=|")
    ticket = typist.is_offered("foo", done=False)
    typist.child.api("buf_set_lines", 0, 0, 1, False, ["x = "])
    typist.is_offered("foo(bar)", ticket=ticket)
    assert typist.rest() is None


def test_it_grows_as_it_streams(typist):
    typist.has("x = |")
    ticket = typist.is_offered("foo", done=False)
    typist.is_offered("foo(bar)\n", ticket=ticket, done=False)
    assert typist.rest() == "foo(bar)"
    typist.is_offered("foo(bar)\n  baz", ticket=ticket)
    assert typist.rest() == "foo(bar)\n  baz"


def test_what_was_typed_to_its_end_grows_on(typist):
    typist.has("x = |")
    ticket = typist.is_offered("foo", done=False)
    typist.types("foo")
    assert typist.rest() is None
    typist.is_offered("foo(bar)", ticket=ticket)
    assert typist.rest() == "(bar)"


def test_the_old_one_stays_while_the_new_one_begins_alike(typist):
    typist.has("x = |")
    typist.is_offered("foo(bar)")
    typist.types("f")
    ticket = typist.asks()
    with Frames(typist.child) as frames:
        for piece in ("o", "oo", "oo(", "oo(bar)"):
            typist.is_offered(piece, ticket=ticket, done=False)
        typist.child.command("redraw")
        assert {frame.lines()[0] for frame in frames.seen} <= {"x = foo(bar)"}
        typist.is_offered("oo(baz)", ticket=ticket)
    assert typist.rest() == "oo(baz)"
    assert {frame.lines()[0] for frame in frames.seen} <= {"x = foo(bar)", "x = foo(baz)"}


def test_no_frame_lies_between_the_old_one_and_the_new_one(typist):
    typist.has("x = |")
    typist.is_offered("foo(bar)\nmore")
    with Frames(typist.child) as frames:
        typist.is_offered("something\nelse\nagain")
    shown = {
        tuple(line for line in frame.lines() if line not in {"", "~"}) for frame in frames.seen
    }
    assert shown <= {
        ("x = foo(bar)", "more"),
        ("x = something", "else", "again"),
    }


@pytest.mark.parametrize("newer", [True, False])
def test_an_empty_answer_leaves_what_still_fits(typist, newer):
    typist.has("x = |")
    ticket = typist.is_offered("foo", done=False)
    typist.types("f")
    typist.is_offered(ticket=typist.asks() if newer else ticket)
    assert typist.rest() == "oo"


def test_an_answer_of_an_older_ticket_changes_nothing(typist):
    typist.has("x = |")
    older, newer = typist.asks(), typist.asks()
    typist.is_offered("new", ticket=newer)
    typist.is_offered("old", ticket=older)
    typist.is_offered(ticket=older)
    assert typist.rest() == "new"


@pytest.mark.parametrize("text", ["", " ", "\n", "\n  \n"])
def test_a_blank_one_is_not_shown(typist, text):
    typist.has("x = |")
    typist.is_offered(text)
    assert typist.calls("visible") is False
    typist.types("<Tab>")
    assert typist.text() == "x = \t|"


@pytest.mark.parametrize("end", ["hide", "dismiss"])
def test_one_taken_away_does_not_come_back(typist, end):
    typist.has("x = |")
    ticket = typist.is_offered("foo", done=False)
    typist.calls(end)
    typist.is_offered("foo(bar)", ticket=ticket)
    assert typist.rest() is None
    typist.is_offered("foo(bar)")
    assert typist.rest() == "foo(bar)"


# -- counting ---------------------------------------------------------------------------------


def test_every_use_is_told_once(typist):
    typist.has("|")
    typist.is_offered("one two\nthree\nfour\nfive")
    typist.types("on")
    typist.types("<M-Right>")
    typist.types("<S-Tab>")
    typist.types("<S-Tab>")
    typist.types("<Tab>")
    assert typist.used() == [
        ["word", "e"],
        ["line", " two"],
        ["line", "\nthree"],
        ["all", "\nfour\nfive"],
    ]


def test_typing_to_the_end_is_told_as_typed(typist):
    typist.has("|")
    typist.is_offered("one two")
    typist.types("<M-Right>")
    typist.writes(" two")
    assert typist.used() == [["word", "one"], ["typed", " two"]]


def test_dismissing_is_told(typist):
    typist.has("|")
    typist.is_offered("one")
    typist.types("o")
    typist.types("<C-]>")
    assert typist.used() == [["typed", "o"], ["dismissed", "ne"]]


def test_what_is_shown_is_told_once_for_every_ticket(typist):
    typist.has("|")
    first = typist.is_offered("one", done=False)
    typist.is_offered("one two", ticket=first)
    typist.types("o")
    second = typist.is_offered("nly")
    typist.is_offered("", ticket=typist.asks())
    assert typist.child.lua("return _G.shown") == [[first["id"], "one"], [second["id"], "nly"]]


def test_what_came_too_late_to_be_seen_is_not_told(typist):
    typist.has("|")
    ticket = typist.asks()
    typist.types("one")
    typist.is_offered("one", ticket=ticket)
    assert typist.child.lua("return { #_G.shown, #_G.used }") == [0, 0]
