"""The diff view: nothing changes but by a key, and only where the text is what it was."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TEXT = [f"line {number}" for number in range(12)]
NEW = [*TEXT[:2], "two", *TEXT[3:6], "line six", "more", *TEXT[7:9], *TEXT[10:]]
EDITED = "the text of this change was edited: not applied"


@pytest.fixture
def reviewer(reviewer):
    """Someone whose screen is wide enough for every message."""
    reviewer.starts_over(columns=100)
    return reviewer


def tick(child):
    return child.lua("return vim.b.changedtick")


def waits_for_look(reviewer):
    """Wait until what the text's change has scheduled is done."""
    reviewer.child.lua("vim.wait(0)")


# -- opening ------------------------------------------------------------------------------------


def test_to_show_it_changes_nothing(reviewer):
    reviewer.has(*TEXT)
    before = tick(reviewer.child)
    undo = reviewer.child.lua("return vim.fn.undotree()")
    reviewer.is_shown(TEXT, NEW)
    assert reviewer.child.buffer() == TEXT
    assert tick(reviewer.child) == before
    assert reviewer.child.lua("return vim.fn.undotree()") == undo
    assert reviewer.is_open()


def test_it_says_how_many_hunks_there_are(reviewer):
    reviewer.has(*TEXT)
    reviewer.is_shown(TEXT, NEW, title="wtf fix")
    assert reviewer.told() == ["wtf fix: 3 hunks"]


@pytest.mark.parametrize(
    ("row", "old", "why"),
    [
        (0, ["line 1"], "the change does not fit the text"),
        (11, ["line 11", ""], "the change does not fit the text"),
        (40, [], "the change does not fit the text"),
        (-1, [], "the change does not fit the text"),
    ],
)
def test_a_change_that_does_not_fit_is_refused(reviewer, row, old, why):
    reviewer.has(*TEXT)
    assert reviewer.opens(old, ["x"], row) == (False, why)
    assert not reviewer.is_open()
    assert reviewer.done() == []


def test_a_change_to_a_text_edited_since_is_refused(reviewer):
    reviewer.has(*TEXT)
    before = tick(reviewer.child)
    reviewer.types("ix<Esc>")
    answer = reviewer.opens(TEXT, NEW, tick=before)
    assert answer == (False, "the text was edited since it was read")


def test_text_edited_elsewhere_since_does_not_matter(reviewer):
    reviewer.has(*TEXT)
    before = tick(reviewer.child)
    reviewer.types("Gox<Esc>")
    reviewer.is_shown(TEXT, NEW, tick=before)


@pytest.mark.parametrize(
    ("prepare", "why"),
    [
        ("setlocal nomodifiable", "the buffer cannot be changed ('modifiable' is off)"),
        ("enew! | bunload! #", "the buffer has been closed"),
        ("bwipeout!", "the buffer has been closed"),
    ],
)
def test_a_buffer_that_cannot_take_it_is_refused(reviewer, prepare, why):
    reviewer.has("a")
    buf = reviewer.child.lua("return vim.api.nvim_get_current_buf()")
    reviewer.child.command(prepare)
    assert reviewer.opens(["a"], ["b"], buf=buf, tick=0) == (False, why)


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (["a"], "the change changes nothing"),
        (["b\nc"], "a line of the change has a line end in it"),
    ],
)
def test_a_change_that_is_none_is_refused(reviewer, new, why):
    reviewer.has("a")
    assert reviewer.opens(["a"], new) == (False, why)


def test_a_read_only_file_is_said_and_may_be_changed(reviewer):
    reviewer.has("a", options="readonly")
    reviewer.is_shown(["a"], ["b"])
    assert reviewer.told() == ["proposal: 1 hunk (read-only file)"]
    reviewer.types("ga")
    assert reviewer.child.buffer() == ["b"]
    assert reviewer.child.mode()["blocking"] is False
    reviewer.child.command("set noreadonly")


def test_a_hidden_buffer_is_said_and_shown_when_it_is_entered(reviewer):
    reviewer.has("a", "b")
    reviewer.child.command("file hidden.txt")
    buf = reviewer.child.lua("return vim.api.nvim_get_current_buf()")
    reviewer.child.command("enew")
    reviewer.is_shown(["a"], ["x"], buf=buf)
    assert reviewer.told() == ["proposal: 1 hunk in hidden.txt, which is hidden"]
    reviewer.child.command(f"buffer {buf}")
    reviewer.types("ga")
    assert reviewer.child.buffer() == ["x", "b"]


def test_another_window_keeps_the_focus(reviewer):
    reviewer.has(*TEXT)
    buf = reviewer.child.lua("return vim.api.nvim_get_current_buf()")
    reviewer.child.command("new")
    here = reviewer.child.lua("return vim.api.nvim_get_current_win()")
    reviewer.is_shown(TEXT, NEW, buf=buf)
    assert reviewer.child.lua("return vim.api.nvim_get_current_win()") == here
    reviewer.child.command("wincmd p")
    reviewer.types("ga")
    assert reviewer.child.buffer()[2] == "two"


def test_someone_who_types_is_left_where_he_types(reviewer):
    reviewer.has(*TEXT, at=12)
    reviewer.types("Ax")
    reviewer.is_shown(TEXT[:3], ["x", "y", "z"])
    reviewer.types("y<Esc>")
    assert reviewer.child.buffer() == [*TEXT[:-1], "line 11xy"]
    reviewer.types("]cgA")
    assert reviewer.child.buffer() == ["x", "y", "z", *TEXT[3:-1], "line 11xy"]


def test_the_cursor_goes_to_the_first_hunk_and_back_by_the_jumplist(reviewer):
    reviewer.has(*TEXT, at=9)
    reviewer.is_shown(TEXT, NEW)
    assert reviewer.child.api("win_get_cursor", 0)[0] == 3
    reviewer.types("<C-O>")
    assert reviewer.child.api("win_get_cursor", 0)[0] == 9


def test_a_cursor_on_a_hunk_stays(reviewer):
    reviewer.has(*TEXT, at=7)
    reviewer.is_shown(TEXT, NEW)
    assert reviewer.child.api("win_get_cursor", 0)[0] == 7


# -- how it ends --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "accepted", "rejected", "state"),
    [
        ("ga]cgx]cga", 2, 1, "applied"),
        ("gxgxgxgxgx", 0, 3, "rejected"),
        ("gagagagaga", 3, 0, "applied"),
        ("gagX", 1, 2, "applied"),
        ("gxgA", 2, 1, "applied"),
    ],
)
def test_who_opened_it_is_told_once(reviewer, keys, accepted, rejected, state):
    reviewer.has("above", *TEXT)
    reviewer.is_shown(TEXT, NEW, row=1)
    reviewer.types(keys)
    (result,) = reviewer.done()
    assert (result["accepted"], result["rejected"], result["state"]) == (accepted, rejected, state)
    length = len(reviewer.child.buffer())
    assert result["rows"] == {"first": 1, "last": length - 1}
    assert not reviewer.is_open()


def test_closing_it_leaves_what_was_accepted(reviewer):
    reviewer.has(*TEXT)
    reviewer.is_shown(TEXT, NEW)
    reviewer.types("ga")
    reviewer.child.lua("require('local_llm.diff').close(vim.api.nvim_get_current_buf())")
    assert reviewer.child.buffer() == [*TEXT[:2], "two", *TEXT[3:]]
    assert [(r["state"], r["accepted"]) for r in reviewer.done()] == [("closed", 1)]
    reviewer.child.lua("require('local_llm.diff').close(vim.api.nvim_get_current_buf())")
    assert len(reviewer.done()) == 1


def test_a_second_one_takes_the_place_of_the_first(reviewer):
    reviewer.has(*TEXT)
    reviewer.is_shown(TEXT, NEW, name="first")
    reviewer.is_shown(["line 0"], ["nil"], name="second")
    assert [(r["name"], r["state"]) for r in reviewer.done()] == [("first", "closed")]
    reviewer.types("gA")
    assert reviewer.child.buffer() == ["nil", *TEXT[1:]]
    assert [r["name"] for r in reviewer.done()] == ["first", "second"]


def test_one_that_is_refused_leaves_the_first_open(reviewer):
    reviewer.has(*TEXT)
    reviewer.is_shown(TEXT, NEW)
    assert reviewer.opens(["nonsense"], [])[0] is False
    assert reviewer.is_open()
    assert reviewer.done() == []


def test_who_is_told_may_open_the_next(reviewer):
    reviewer.has("a")
    reviewer.child.lua(
        """local diff, buf = require("local_llm.diff"), vim.api.nvim_get_current_buf()
        local function proposal(old, new)
          return { buf = buf, tick = 0, first_row = 0, old = { old }, new = { new } }
        end
        diff.open(proposal("a", "b"), { on_done = function(result)
          table.insert(_G.done, result)
          _G.reopened = diff.open(proposal("b", "c"))
        end })"""
    )
    reviewer.types("gaga")
    assert reviewer.child.buffer() == ["c"]
    assert len(reviewer.done()) == 1


@pytest.mark.parametrize(
    "leave", ["bdelete!", "bwipeout!", "set nohidden | enew!", "enew! | bunload! #"]
)
def test_a_buffer_that_is_closed_takes_it_along(reviewer, leave):
    reviewer.has(*TEXT)
    reviewer.child.command("file gone.txt")
    reviewer.is_shown(TEXT, NEW)
    reviewer.child.command(leave)
    reviewer.child.wait_until(lambda: reviewer.states() == ["closed"], what="the end")
    assert reviewer.done()[0].get("rows") is None
    assert "gone.txt was closed with 3 hunks open" in reviewer.told()
    assert not [line for line in reviewer.child.messages() if "Error" in line]


def test_a_buffer_that_is_left_keeps_it(reviewer):
    reviewer.has(*TEXT)
    buf = reviewer.child.lua("return vim.api.nvim_get_current_buf()")
    reviewer.is_shown(TEXT, NEW)
    reviewer.child.command("enew")
    assert reviewer.done() == []
    reviewer.child.command(f"buffer {buf}")
    reviewer.types("gA")
    assert reviewer.child.buffer() == NEW


def test_a_buffer_that_may_not_be_changed_any_more_stays_as_it_is(reviewer):
    reviewer.has(*TEXT)
    reviewer.is_shown(TEXT, NEW)
    reviewer.child.command("setlocal nomodifiable")
    reviewer.types("gagA")
    assert reviewer.child.buffer() == TEXT
    assert reviewer.told()[-1] == "not applied: the buffer cannot be changed"
    assert reviewer.is_open()
    reviewer.child.command("setlocal modifiable")
    reviewer.types("gA")
    assert reviewer.child.buffer() == NEW


def test_the_file_is_never_written(reviewer, tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("a\nb\n")
    reviewer.child.command(f"edit {file}")
    reviewer.is_shown(["a", "b"], ["x", "b", "y"])
    reviewer.types("gA")
    assert reviewer.child.buffer() == ["x", "b", "y"]
    assert reviewer.child.lua("return vim.bo.modified") is True
    assert file.read_text() == "a\nb\n"


# -- one step of undo ---------------------------------------------------------------------------


def test_what_was_changed_before_is_a_step_of_its_own(reviewer):
    reviewer.has(*TEXT)
    reviewer.is_shown(TEXT, NEW)
    reviewer.child.lua(
        """vim.api.nvim_buf_set_lines(0, -1, -1, false, { "by another plugin" })
        require("local_llm.diff").act("accept")
        require("local_llm.diff").act("accept_all")
        vim.api.nvim_buf_set_lines(0, -1, -1, false, { "and again" })"""
    )
    seen = [reviewer.child.buffer()]
    for _ in range(4):
        reviewer.types("u")
        seen.append(reviewer.child.buffer())
    one = [*TEXT[:2], "two", *TEXT[3:], "by another plugin"]
    all_in = [*NEW, "by another plugin"]
    assert seen == [[*all_in, "and again"], all_in, one, [*TEXT, "by another plugin"], TEXT]


def test_after_undo_the_other_hunks_are_still_right(reviewer):
    reviewer.has(*TEXT)
    reviewer.is_shown(TEXT, NEW)
    reviewer.types("ga]cgau")
    assert reviewer.child.buffer() == [*TEXT[:2], "two", *TEXT[3:]]
    reviewer.types("ugA")
    assert reviewer.child.buffer() == [*TEXT[:9], *TEXT[10:]]
    assert reviewer.states() == ["applied"]


def test_marks_and_folds_stay(reviewer):
    reviewer.has(*TEXT)
    reviewer.child.command("3mark a | 7mark b | 12mark c | 10mark d | 4mark A | 11,12fold")
    reviewer.is_shown(TEXT, NEW)
    reviewer.types("gA")
    where = [reviewer.child.lua('return vim.fn.line("\'" .. ...)', name) for name in "abcdA"]
    assert where == [3, 7, 12, 0, 4]
    assert reviewer.child.lua("return { vim.fn.foldclosed(11), vim.fn.foldclosedend(11) }") == [
        11,
        12,
    ]


@pytest.mark.parametrize("other", [False, True])
def test_the_cursor_stays_in_its_line(reviewer, other):
    reviewer.has(*TEXT)
    reviewer.is_shown(TEXT, NEW)
    if other:
        reviewer.child.command("split")
    reviewer.child.api("win_set_cursor", 0, [12, 3])
    if other:
        reviewer.child.command("wincmd p")
    reviewer.types("gA")
    if other:
        reviewer.child.command("wincmd p")
    assert reviewer.child.api("win_get_cursor", 0) == [12, 3]
    assert reviewer.child.lua("return vim.fn.getline('.')") == "line 11"


def test_what_others_have_marked_in_a_line_stays_at_its_text(reviewer):
    reviewer.has("if self.valve > 1 then")
    place = reviewer.child.lua(
        """_G.space = vim.api.nvim_create_namespace("of another plugin")
        return vim.api.nvim_buf_set_extmark(0, _G.space, 0, 18, {})"""
    )
    reviewer.is_shown(["if self.valve > 1 then"], ["if self.value > 1 then"])
    reviewer.types("ga")
    get = "return vim.api.nvim_buf_get_extmark_by_id(0, _G.space, ..., {})"
    assert reviewer.child.lua(get, place) == [0, 18]


# -- text that changes meanwhile ----------------------------------------------------------------


def test_hunks_follow_what_is_typed_above(reviewer):
    reviewer.has(*TEXT)
    reviewer.is_shown(TEXT, NEW)
    reviewer.types("ggOfirst<CR>second<Esc>")
    reviewer.types("gA")
    assert reviewer.child.buffer() == ["first", "second", *NEW]


def test_a_hunk_follows_its_lines_where_they_are_moved(reviewer):
    reviewer.has(*TEXT)
    reviewer.is_shown(TEXT, NEW)
    reviewer.types(":3move 8<CR>gA")
    assert reviewer.child.buffer() == [*TEXT[:2], *NEW[3:9], "two", *NEW[9:]]


@pytest.mark.parametrize("keys", ["3Gx", "3Gdd", "3Gcxx<Esc>", "2GJ"])
def test_a_hunk_whose_text_is_edited_is_taken_off_and_said_once(reviewer, keys):
    reviewer.has(*TEXT)
    reviewer.is_shown(TEXT, NEW)
    reviewer.types(keys)
    waits_for_look(reviewer)
    reviewer.types("ggG")
    edited = reviewer.child.buffer()
    assert [line for line in reviewer.told() if "edited" in line] == [f"{EDITED} (2 left)"]
    reviewer.types("gA")
    assert reviewer.states() == ["applied"]
    assert reviewer.done()[0]["accepted"] == 2
    wanted = "\n".join(edited)
    wanted = wanted.replace("\nline 6\n", "\nline six\nmore\n").replace("\nline 9\n", "\n")
    assert "\n".join(reviewer.child.buffer()) == wanted


def test_several_at_once_are_one_message(reviewer):
    reviewer.has(*TEXT)
    reviewer.is_shown(TEXT, NEW)
    reviewer.types(":3,7s/line/x/<CR>")
    waits_for_look(reviewer)
    assert reviewer.told()[-1] == "the text of 2 changes was edited: not applied (1 left)"


def test_when_all_were_edited_it_ends(reviewer):
    reviewer.has(*TEXT)
    reviewer.is_shown(TEXT, NEW)
    reviewer.types(":%s/line/x/<CR>")
    waits_for_look(reviewer)
    assert reviewer.states() == ["stale"]
    assert not reviewer.is_open()
    assert reviewer.told()[-1] == "the text of 3 changes was edited: not applied"


def test_a_place_between_lines_is_gone_when_they_are_parted(reviewer):
    reviewer.has("a", "b", "c")
    reviewer.is_shown(["a", "b"], ["a", "x", "b"])
    reviewer.types("ggoin between<Esc>")
    waits_for_look(reviewer)
    assert reviewer.states() == ["stale"]
    assert reviewer.child.buffer() == ["a", "in between", "b", "c"]


@pytest.mark.parametrize(("keys", "left"), [("gg2dd", ["x", "z"]), ("2G2dd", ["x", "z"])])
def test_of_like_lines_none_is_taken_for_two_hunks(reviewer, keys, left):
    reviewer.has("x", "y", "x", "z")
    reviewer.is_shown(["x", "y", "x", "z"], ["a", "y", "b", "z"])
    reviewer.types(keys)
    waits_for_look(reviewer)
    assert reviewer.child.buffer() == left
    reviewer.types("gA")
    assert reviewer.child.buffer() == ["b" if keys == "gg2dd" else "a", "z"]
    assert reviewer.done()[0]["accepted"] == 1


def test_keys_typed_at_once_find_the_text_edited(reviewer):
    reviewer.has(*TEXT)
    reviewer.is_shown(TEXT, NEW)
    reviewer.types("3GAx<Esc>ga")
    assert reviewer.child.buffer() == [*TEXT[:2], "line 2x", *TEXT[3:]]


@pytest.mark.parametrize(
    "how",
    [
        "vim.api.nvim_buf_set_lines(0, 0, -1, false, ...)",
        "vim.fn.deletebufline('%', 1, '$') vim.fn.setline(1, ...)",
        "vim.cmd('silent %!cat') vim.api.nvim_buf_set_lines(0, 0, -1, false, ...)",
    ],
)
def test_a_formatter_that_writes_the_whole_text_anew(reviewer, how):
    reviewer.has(*TEXT)
    reviewer.is_shown(TEXT, NEW)
    formatted = ["# head", *TEXT]
    formatted[6] = "    line 5"
    reviewer.child.lua(how, formatted)
    waits_for_look(reviewer)
    assert reviewer.is_open()
    reviewer.types("gA")
    wanted = ["# head", *NEW]
    wanted[6] = "    line 5"
    assert reviewer.child.buffer() == wanted


def test_a_file_that_is_read_again(reviewer, tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("\n".join(["x", "x", *TEXT]) + "\n")
    reviewer.child.command(f"edit {file}")
    reviewer.is_shown(TEXT, NEW, row=2)
    file.write_text("\n".join(["x", "y", "x", *TEXT, "z"]) + "\n")
    reviewer.child.command("edit!")
    waits_for_look(reviewer)
    assert reviewer.is_open()
    reviewer.types("]cgA")
    assert reviewer.child.buffer() == ["x", "y", "x", *NEW, "z"]
    assert reviewer.states() == ["applied"]


def test_a_file_that_was_changed_by_another_program(reviewer, tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("\n".join(TEXT) + "\n")
    reviewer.child.command(f"edit {file}")
    reviewer.is_shown(TEXT, NEW)
    changed = ["head", *TEXT]
    changed[3] = "other"
    file.write_text("\n".join(changed) + "\n")
    reviewer.child.command("set autoread | silent! checktime")
    waits_for_look(reviewer)
    assert f"{EDITED} (2 left)" in reviewer.told()
    reviewer.types("gA")
    assert reviewer.child.buffer() == ["head", *TEXT[:2], "other", *NEW[3:]]


def test_what_two_windows_do_is_the_same(reviewer):
    reviewer.has(*TEXT)
    reviewer.is_shown(TEXT, NEW)
    reviewer.child.command("split")
    reviewer.types("ga<C-W>w]cga<C-W>wgA")
    assert reviewer.child.buffer() == NEW


# -- any edits meanwhile ------------------------------------------------------------------------

EDITS = """
local old, new, edits, whole = ...
local diff, buf = require("local_llm.diff"), vim.api.nvim_get_current_buf()
vim.api.nvim_buf_set_lines(buf, 0, -1, false, old)
_G.done = {}
diff.open({ buf = buf, tick = 0, first_row = 0, old = old, new = new }, {
  on_done = function(result) table.insert(_G.done, result) end,
})
for _, edit in ipairs(edits) do
  local row, count, lines = unpack(edit)
  if whole then
    local text = vim.api.nvim_buf_get_lines(buf, 0, -1, false)
    local after = vim.list_slice(text, row + count + 1)
    text = vim.list_extend(vim.list_extend(vim.list_slice(text, 1, row), lines), after)
    vim.api.nvim_buf_set_lines(buf, 0, -1, false, text)
  else
    vim.api.nvim_buf_set_lines(buf, row, row + count, false, lines)
  end
  vim.wait(0)
end
if diff.is_open(buf) then diff.act("accept_all") end
return { text = vim.api.nvim_buf_get_lines(buf, 0, -1, false), done = _G.done }
"""
LINES = [f"l{number}" for number in range(14)]
# Rows of LINES that another line replaces, that go, or that a line comes before.
HUNKS = {2: "replace", 5: "delete", 8: "insert", 11: "replace"}


def proposed():
    lines = []
    for row, line in enumerate(LINES):
        what = HUNKS.get(row)
        if what == "insert":
            lines += [f"new {row}", line]
        elif what != "delete":
            lines.append(f"new {row}" if what == "replace" else line)
    return lines


def wanted_after(edits):
    """Return the text that must come out: a hunk whose lines are as they were is in it."""
    text = list(LINES)
    open_rows = set(HUNKS)
    for row, count, lines in edits:
        text[row : row + count] = lines
        for hunk in list(open_rows):
            kept = [LINES[hunk - 1], LINES[hunk]] if HUNKS[hunk] == "insert" else [LINES[hunk]]
            pairs = list(itertools.pairwise(text))
            there = tuple(kept) in pairs if len(kept) > 1 else kept[0] in text
            if not there:
                open_rows.remove(hunk)
    lines = []
    for line in text:
        what = HUNKS.get(LINES.index(line)) if line in LINES else None
        what = what if line in LINES and LINES.index(line) in open_rows else None
        if what == "insert":
            lines += [f"new {line[1:]}", line]
        elif what != "delete":
            lines.append(f"new {line[1:]}" if what == "replace" else line)
    return lines, len(open_rows)


@pytest.fixture(scope="module")
def editing(shared_reviewer):
    shared_reviewer.starts_over()
    return shared_reviewer.child


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), whole=st.booleans())
def test_whatever_is_edited_meanwhile(editing, data, whole):
    edits, length = [], len(LINES)
    for number in range(data.draw(st.integers(1, 4))):
        row = data.draw(st.integers(0, length))
        count = data.draw(st.integers(0, min(2, length - row)))
        lines = [f"edit {number}.{n}" for n in range(data.draw(st.integers(0, 2)))]
        edits.append([row, count, lines])
        length += len(lines) - count
    wanted, accepted = wanted_after(edits)
    seen = editing.lua(EDITS, LINES, proposed(), edits, whole)
    assert seen["text"] == wanted
    (result,) = seen["done"]
    assert result["accepted"] == accepted
    assert result["state"] == ("applied" if accepted else "stale")
