"""What is captured when a command runs: exactly what a yank of the same selection would give."""

import pytest
from python_side import PythonSide

from child import Child

TEXT = [
    "plain ascii line, long enough",
    "日本語のテキスト and more",
    "",
    "\tone tab\tand another",
    "ünïcödé 🎉 emoji e\u0301 end",
    "short",
]


CLOSE_FLOATS = """
for _, win in ipairs(vim.api.nvim_list_wins()) do
  if vim.api.nvim_win_get_config(win).relative ~= "" then vim.api.nvim_win_close(win, true) end
end
"""


@pytest.fixture(scope="module")
def only_child(nvim, tmp_path_factory):
    """Give one editor to all tests: the commands leave nothing behind but their window."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        child = Child(nvim, setup={}, columns=120, lines=40)
        child.python = PythonSide(child)
        yield child
        child.close()


@pytest.fixture
def child(only_child):
    only_child.lua(CLOSE_FLOATS)
    only_child.command("silent! only! | enew! | set selection& | messages clear")
    only_child.lua("_G.sent = {}")
    only_child.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, ...)", TEXT)
    return only_child


@pytest.fixture
def python(child):
    return child.python


SELECTIONS = {
    "a word": ("gg0", "ve"),
    "wide characters": ("2G00l", "vll"),
    "over lines": ("1G03l", "v3jl"),
    "backwards": ("5G$", "v2k0"),
    "to the line's end": ("1G05l", "v$"),
    "an empty line": ("2G$", "vj"),
    "a composed character": ("5G0fe", "vf l"),
    "whole lines": ("2G", "Vj"),
    "a block": ("1G02l", "<C-V>5l4j"),
    "a block from its other corner": ("6G04l", "<C-V>5kh"),
    "a block through tabs and wide characters": ("1G03l", "<C-V>4j5l"),
    "a block to the lines' ends": ("1G04l", "<C-V>4j$"),
    "a block of one column": ("1G0", "<C-V>5j"),
}
WAYS = {
    "typed range": ":LocalExplain<CR>",
    "plug": "\\le",
    "mapping of one's own": "gX",
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", SELECTIONS)
def test_a_selection_is_what_a_yank_gives(child, python, case, way):
    child.command("xnoremap gX :LocalExplain<CR>")
    place, select = SELECTIONS[case]
    child.type(f"{place}{select}y")
    yanked = child.lua("return vim.fn.getreg('\"', 1, 1)")
    kind = child.lua("return vim.fn.getregtype('\"')")[0]
    snapshot = python.snapshot(f"{place}{select}{WAYS[way]}")
    assert snapshot["kind"] == {"v": "char", "V": "line", "\x16": "block"}[kind]
    assert snapshot["scope"] == "selection"
    lines = snapshot["lines"]
    if kind == "v" and yanked[-1] == "":
        yanked = yanked[:-1]  # the line break that `$` takes along is not a line
    if kind == "\x16":  # a yank drops or pads blanks at the ends of short lines
        lines, yanked = [x.rstrip() for x in lines], [x.rstrip() for x in yanked]
    assert lines == yanked


@pytest.mark.parametrize("select", ["vee", "<C-V>j5l", "v2jl"])
def test_an_exclusive_selection_leaves_out_its_end(child, python, select):
    child.command("set selection=exclusive")
    child.type(f"gg0{select}y")
    yanked = child.lua("return vim.fn.getreg('\"', 1, 1)")
    snapshot = python.snapshot(f"gg0{select}:LocalExplain<CR>")
    assert [x.rstrip() for x in snapshot["lines"]] == [x.rstrip() for x in yanked]


def test_a_typed_range_is_whole_lines_though_it_equals_the_marks(child, python):
    child.type("1G03lv1jl<Esc>")
    snapshot = python.snapshot(":1,2LocalExplain<CR>")
    assert (snapshot["kind"], snapshot["scope"]) == ("line", "range")
    assert snapshot["lines"] == TEXT[:2]


def test_a_range_elsewhere_does_not_become_the_old_selection(child, python):
    child.type("1G03lvl<Esc>")
    snapshot = python.snapshot(":4,5LocalExplain<CR>")
    assert (snapshot["first_row"], snapshot["last_row"]) == (3, 4)
    assert snapshot["lines"] == TEXT[3:5]


def test_the_marks_can_be_named_again_later(child, python):
    child.type("1G03lvl<Esc>G")
    snapshot = python.snapshot(":'<LT>,'>LocalExplain<CR>")
    assert (snapshot["kind"], snapshot["lines"]) == ("char", [TEXT[0][3:5]])


def test_type_ahead_changes_nothing(child, python):
    snapshot = python.snapshot("1GV:LocalExplain<CR>:bwipeout<CR>ggdG")
    assert snapshot["lines"] == TEXT[:1]


def test_place_and_file_are_told(editor, tmp_path):
    folder = tmp_path / "project" / "src"
    folder.mkdir(parents=True)
    (tmp_path / "project" / ".git").mkdir()
    file = folder / "a.py"
    file.write_text("x = 1\ny = 2\n")
    child = editor(setup={}, args=[file])
    child.lua(
        """vim.diagnostic.set(vim.api.nvim_create_namespace("t"), 0, {
          { lnum = 1, col = 0, severity = 2, message = "hm", source = "lint", code = 7 },
          { lnum = 0, col = 0, severity = 1, message = "elsewhere" } })"""
    )
    snapshot = PythonSide(child).snapshot(":2LocalExplain<CR>")
    assert snapshot["path"] == str(file)
    assert snapshot["root"] == str(tmp_path / "project")
    assert snapshot["filetype"] == "python"
    place = {"row": 1, "col": 0, "href": "", "related": []}
    assert snapshot["diagnostics"] == [
        {**place, "severity": "warning", "message": "hm", "source": "lint", "code": "7"}
    ]
    assert snapshot["tick"] == child.lua("return vim.b[...].changedtick", snapshot["buf"])
    assert not snapshot["binary"]


def test_a_huge_buffer_is_captured_in_part(child, python):
    child.lua(
        """local lines = {}
        for i = 1, 500000 do lines[i] = ("x"):rep(99) end
        vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)"""
    )
    snapshot = python.snapshot(":%LocalExplain<CR>")
    size = sum(len(line) + 1 for line in snapshot["lines"])
    assert (1 << 20) - 100 < size <= (1 << 20) + 1
    assert snapshot["omitted_lines"] == 500_000 - len(snapshot["lines"])


def test_one_endless_line_is_cut(child, python):
    child.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, { ('x'):rep(50e6) })")
    for keys in ("V:LocalExplain<CR>", ":LocalExplain<CR>"):
        snapshot = python.snapshot(keys)
        child.type("q")
        assert len(snapshot["lines"]) == 1
        assert len(snapshot["lines"][0]) == 1 << 20


def test_binary_text_is_marked(child, python):
    child.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'a\\0b' })")
    assert python.snapshot("V:LocalExplain<CR>")["binary"]


def test_text_that_is_not_utf8_is_cut_at_bytes(child, python):
    child.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'ab\\255\\254cd' })")
    child.lua("vim.api.nvim_win_set_cursor(0, { 1, 1 })")
    child.type("vll:LocalExplain<CR>")
    child.wait_until(lambda: child.lua("return #_G.sent") > 0, what="the snapshot")
    line = child.lua("return { _G.sent[1].snapshot.lines[1]:byte(1, -1) }")
    assert line == list(b"b\xff\xfe")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("ggdG:LocalExplain<CR>", "the buffer is empty"),
        ("3GV:LocalExplain<CR>", "the selection is empty"),
    ],
)
def test_nothing_to_explain_is_said_without_python(child, python, keys, message):
    child.type(keys)
    child.wait_until(lambda: message in "\n".join(child.messages()), what=message)
    assert python.sent("explain") == []
    assert child.lua("return #vim.api.nvim_list_wins()") == 1
