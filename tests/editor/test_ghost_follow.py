"""A suggestion under the typist's keys: typed through, left, taken back, changed for another."""

import pytest
from typist import Frames


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("|", "".join(f"word{n}, " for n in range(30))),
        ("f(|) + 1", "".join(f"word{n}, " for n in range(30))),
        ("\t日本|", "\t語, é (x)" * 25),
    ],
)
def test_typing_through_it_shows_key_and_shortened_text_in_one_frame(typist, line, text):
    typist.starts_over(lines=14, columns=60)
    typist.child.lua("_G.sent = 0 vim.rpcnotify = function() _G.sent = _G.sent + 1 end")
    typist.has(line, "below", options="noautoindent")
    typist.is_offered(text)
    typist.child.command("redraw")
    shown = typist.child.frame.lines()
    with Frames(typist.child) as frames:
        for char in text[:200]:
            typist.types("<C-V><Tab>" if char == "\t" else char)
    assert typist.rest() == text[200:]
    assert len({frame.cursor for frame in frames.seen}) > 150
    for frame in frames.seen:
        if "^" in frame.text():  # what <C-V> shows until its character is there
            continue
        assert frame.lines() == shown
        row, column = frame.cursor
        assert column in frames.ghost(frame, row), frame.text()
        assert column - 1 not in frames.ghost(frame, row)
    assert typist.child.lua("return _G.sent") == 0


@pytest.mark.parametrize(
    ("key", "cursor"), [("<Tab>", (2, 4)), ("<S-Tab>", (0, 12)), ("<M-Right>", (0, 7))]
)
def test_an_accepted_piece_changes_its_colour_and_nothing_moves(typist, key, cursor):
    typist.has("x = |", "below", options="showmode ruler laststatus=2")
    typist.is_offered("foo(bar)\nbaz\nlast")
    typist.child.command("redraw")
    before = typist.child.frame
    with Frames(typist.child) as frames:
        typist.types(key)
    assert {tuple(frame.lines()[:6]) for frame in frames.seen} == {tuple(before.lines()[:6])}
    assert {frame.lines()[-1] for frame in frames.seen} == {"-- INSERT --"}
    assert {frame.cursor for frame in frames.seen} <= {before.cursor, cursor}
    assert typist.child.frame.cursor == cursor


def test_typing_another_text_ends_it(typist):
    typist.has("x = |")
    typist.is_offered("foo(bar)")
    typist.types("fa")
    assert typist.rest() is None
    assert typist.child.lua("return _G.followed[#_G.followed]") is False
    assert typist.calls("exhausted") is False


@pytest.mark.parametrize("keys", ["<Left>", "<Up>", "<Esc>", "<C-O>:new<CR>", "<C-W>"])
def test_going_elsewhere_ends_it(typist, keys):
    typist.has("above", "x = |", "below")
    typist.is_offered("foo(bar)")
    typist.types(keys)
    assert typist.rest() is None
    assert typist.calls("visible") is False
    assert "LocalLlmGhost" not in "\n".join(typist.picture())


def test_backspacing_shows_more_again_up_to_its_place(typist):
    typist.has("x = |")
    typist.is_offered("foo(bar)\nbaz")
    typist.types("foo(")
    typist.types("<BS><BS>")
    assert typist.rest() == "o(bar)\nbaz"
    typist.types("<BS><BS>")
    assert typist.rest() == "foo(bar)\nbaz"
    typist.types("<BS>")
    assert typist.rest() is None


def test_backspacing_over_a_line_end_shows_it_again(typist):
    typist.has("x:|", options="autoindent expandtab")
    typist.is_offered("\n    foo\n    bar")
    typist.types("<CR>    fo")
    assert typist.rest() == "o\n    bar"
    typist.types("<BS><BS><BS><BS>")  # the indentation goes at one key
    assert typist.rest() == "\n    foo\n    bar"


def test_typed_to_its_end_it_is_used_up(typist):
    typist.has("x = |")
    typist.is_offered("foo")
    typist.types("fo")
    assert typist.calls("exhausted") is False
    typist.types("o")
    assert typist.rest() is None
    assert typist.child.lua("return _G.followed[#_G.followed]") is False
    assert typist.calls("exhausted") is True
    typist.types("x")
    assert typist.calls("exhausted") is False


def test_the_next_alternative_takes_over_where_the_first_ends(typist):
    typist.has("x = |")
    typist.is_offered("foo(a)", "bar", "foo(b)")
    typist.types("foo(b")
    assert typist.rest() == ")"
    typist.calls("cycle", 1)
    assert typist.rest() == ")"


@pytest.mark.parametrize(("steps", "shown"), [(1, "two"), (2, "three"), (3, "one"), (-1, "three")])
def test_the_alternatives_follow_each_other_in_a_ring(typist, steps, shown):
    typist.has("x = |")
    typist.is_offered("one", "two", "three")
    for _ in range(abs(steps)):
        typist.calls("cycle", 1 if steps > 0 else -1)
    current = typist.calls("current")
    assert current["text"] == shown
    assert current["count"] == 3
    assert ["one", "two", "three"][current["index"] - 1] == shown


def test_alternatives_that_come_later_leave_the_chosen_one(typist):
    typist.has("x = |")
    ticket = typist.is_offered("one", "two", done=False)
    typist.calls("cycle", 1)
    typist.is_offered("one", "two", "three", ticket=ticket)
    assert typist.calls("current")["text"] == "two"
    assert typist.calls("current")["count"] == 3
