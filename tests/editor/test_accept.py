"""Accepting a suggestion: what is in the buffer, where the cursor is, and what `u` and `.` do."""

import pytest

PIECES = {
    # text, kind -> piece
    ("foo(bar)", "all"): "foo(bar)",
    ("foo(bar)", "word"): "foo",
    ("(bar)", "word"): "(",
    ("  += 1", "word"): "  +=",
    (" foo_bar2.baz", "word"): " foo_bar2",
    ("été = 1", "word"): "été",
    ("変数 = 1", "word"): "変数",
    ("、続き", "word"): "、",
    ("\n    return x", "word"): "\n    return",
    ("\n\n\tx", "word"): "\n\n\tx",
    ("\t)", "word"): "\t)",
    ("->next", "word"): "->",
    ("foo(bar)\nbaz", "line"): "foo(bar)",
    ("\n    return x\ny", "line"): "\n    return x",
    ("\n\n  x\ny", "line"): "\n\n  x",
    ("  \n  x\ny", "line"): "  \n  x",
    ("only", "line"): "only",
    ("日本\n語", "line"): "日本",
}
# buffer, options, suggestion, buffer afterwards
PLACES = {
    "in an empty buffer": ("|", "", "x = 1", "x = 1|"),
    "in column 0": ("|b", "", "a", "a|b"),
    "at the end of a line": ("a|\nc", "", "b", "ab|\nc"),
    "in the middle": ("f(|) + 1", "", "x, y", "f(x, y|) + 1"),
    "behind wide characters": ("名前|。", "", "は日本", "名前は日本|。"),
    "behind a tab": ("\t|x", "noexpandtab", "\ty\t", "\t\ty\t|x"),
    "with tabs expanded": ("\t|x", "expandtab", "\ty", "\t\ty|x"),
    "with indentation": ("  a|", "autoindent", "\n    b\n\n  c", "  a\n    b\n\n  c|"),
    "with C indentation": ("{|", "cindent", "\n x:\n}  {", "{\n x:\n}  {|"),
    "with smart indentation": ("{|", "smartindent sw=4", "\n# x\n}", "{\n# x\n}|"),
    "with an indentation function": ("a|", "indentexpr=7", "\nb\n c", "a\nb\n c|"),
    "with comment leaders": ("# a|", "comments=:# formatoptions=croql", "\nb", "# a\nb|"),
    "beyond 'textwidth'": ("a|", "textwidth=5 formatoptions=t", " b" * 9, "a" + " b" * 9 + "|"),
    "with virtual editing": ("ab|c", "virtualedit=all", "X\nY", "abX\nY|c"),
    "parting a line": ("a|b", "", "1\n2\n3", "a1\n2\n3|b"),
    "in the last line": ("a\nb|", "", "\nc", "a\nb\nc|"),
    "with special keys in it": ("|", "", "<Esc><CR>\\<C-r>%s", "<Esc><CR>\\<C-r>%s|"),
    "with control characters": ("a|b", "", "\x1b\x16\x12=1\x01", "a\x1b\x16\x12=1\x01|b"),
    "ending with 0 and ^": ("a|b", "", "10\n^0", "a10\n^0|b"),
}


@pytest.mark.parametrize(("text", "kind"), PIECES)
def test_a_key_accepts_a_piece_that_can_be_seen(typist, text, kind):
    code = "return require('local_llm.suggestion_text').piece(...)"
    assert typist.child.lua(code, text, kind) == PIECES[text, kind]


@pytest.mark.parametrize("place", PLACES)
def test_the_text_goes_in_as_it_is(typist, place):
    before, options, text, after = PLACES[place]
    typist.has(before, options=options)
    typist.is_offered(text)
    typist.types("<Tab>")
    assert typist.text() == after
    assert typist.used() == [["all", text]]
    assert typist.child.messages() == []


@pytest.mark.parametrize("place", PLACES)
def test_u_takes_back_just_the_accepted_text(typist, place):
    before, options, text, _ = PLACES[place]
    typist.has(before, options=options)
    typist.types("q")
    typed = typist.child.buffer()
    typist.is_offered(text)
    typist.types("<Tab>z<Esc>")
    typist.types("u")
    assert typist.text().replace("|", "") == PLACES[place][3].replace("|", "").replace(
        text, f"q{text}"
    )
    typist.types("u")
    assert typist.child.buffer() == typed
    typist.types("u")
    assert "\n".join(typist.child.buffer()) == before.replace("|", "")


@pytest.mark.parametrize("place", PLACES)
def test_a_dot_repeats_typed_and_accepted_text(typist, place):
    _, options, text, _ = PLACES[place]
    # A key typed there breaks any long line.
    more, below = ("", "#") if "textwidth" in options else ("q", "\t    # x <- y")
    typist.has("{|", below, options=options)
    typist.types("p")
    typist.is_offered(text)
    typist.types(f"<Tab>{more}<Esc>")
    typed = "\n".join(typist.child.buffer())
    assert typed == f"{{p{text}{more}\n{below}"
    typist.types("G.")
    assert "\n".join(typist.child.buffer()) == f"{typed}p{text}{more}"
    assert typist.child.messages() == []
    typist.types("u")
    assert "\n".join(typist.child.buffer()) == typed


def test_a_dot_repeats_several_accepted_pieces(typist):
    typist.has("  |", "  two", options="autoindent")
    typist.is_offered("foo(bar)\n    baz\nlast")
    typist.types("<M-Right>(<S-Tab><S-Tab>")
    assert typist.text() == "  foo(bar)\n    baz|\n  two"
    typist.types("!<Esc>G.")
    assert typist.child.buffer() == ["  foo(bar)", "    baz!", "  twofoo(bar)", "    baz!"]
    typist.types("gg2.")
    assert typist.child.buffer()[:3] == ["  foo(bar)foo(bar)", "    baz!foo(bar)", "    baz!"]
    typist.types("ugg1..")  # a count stays
    assert typist.child.buffer()[:3] == ["  foo(bar)foo(bar)", "    baz!foo(bar)", "    baz!"]


def test_a_count_before_the_insertion_repeats_the_accepted_text(typist):
    typist.has("|")
    typist.types("<Esc>3i")
    typist.is_offered("ab\n  c")
    typist.types("<Tab>;<Esc>")
    assert typist.child.buffer() == ["ab", "  c;ab", "  c;ab", "  c;"]


def test_an_opened_line_is_repeated_with_what_was_accepted(typist):
    typist.has("    a|", "        b", options="autoindent expandtab")
    typist.types("<Esc>o")
    typist.is_offered("if x:\n        y()")
    typist.types("<Tab><Esc>G.")
    assert typist.child.buffer() == [
        *("    a", "    if x:", "        y()"),
        *("        b", "        if x:", "        y()"),
    ]


def test_a_change_is_repeated_with_what_was_accepted(typist):
    typist.has("|one two")
    typist.types("<Esc>cw")
    typist.is_offered("1\n2")
    typist.types("<Tab><Esc>w.")
    assert typist.child.buffer() == ["1", "2 1", "2"]


@pytest.mark.parametrize("accept", ["<Tab>", "<S-Tab>", "<M-Right>"])
def test_nothing_but_the_text_changes(typist, accept):
    child = typist.child
    child.lua(
        """vim.fn.setreg('"', "mine") vim.fn.setreg("a", "a") vim.fn.setreg("=", "1+1")
        vim.o.eventignore = "BufUnload" """
    )
    look = """
    local registers = {}
    for char in ('"a0123456789-/:=*'):gmatch(".") do
      registers[char] = { vim.fn.getreg(char, 1), vim.fn.getregtype(char) }
    end
    local marks = vim.tbl_filter(function(mark)
      return mark.mark:find("%l")
    end, vim.fn.getmarklist(vim.api.nvim_get_current_buf()))
    local options = vim.fn.execute("set all"):gsub("modified", "")
    return { registers, marks, options, vim.fn.histnr("="), vim.paste == _G.original_paste }
    """
    child.lua("_G.original_paste = vim.paste")
    typist.has("a|", "b")
    typist.types("<Esc>maA")
    before = child.lua(look)
    typist.is_offered("bc(\nd)")
    typist.types(accept)
    assert child.lua(look) == before
    child.lua("vim.o.eventignore = ''")


def test_command_line_events_tell_nobody(typist):
    child = typist.child
    child.lua(
        """_G.heard = {}
        vim.api.nvim_create_autocmd({ "CmdlineEnter", "CmdlineChanged", "CmdlineLeave",
          "InsertCharPre", "InsertLeave", "OptionSet", "TextYankPost" }, {
          group = vim.api.nvim_create_augroup("heard", {}),
          callback = function(ev) table.insert(_G.heard, ev.event) end,
        })"""
    )
    typist.has("|")
    typist.is_offered("foo\nbar")
    typist.types("<Tab>")
    assert typist.text() == "foo\nbar|"
    assert set(child.lua("return _G.heard")) <= {"OptionSet"}
    child.lua("vim.api.nvim_del_augroup_by_name('heard')")


def test_no_abbreviation_and_no_plugin_changes_the_text(typist):
    typist.has("|")
    typist.child.command("iabbrev foo wrong")
    typist.child.lua(
        """vim.api.nvim_create_autocmd("InsertCharPre", {
          buffer = 0, callback = function() vim.v.char = vim.v.char .. "#" end })
        for _, pair in ipairs({ "()", "[]", '""' }) do
          vim.keymap.set("i", pair:sub(1, 1), pair .. "<C-G>U<Left>", { buffer = true })
        end"""
    )
    typist.is_offered('foo foo("[bar')
    typist.types("<Tab>")
    assert typist.text() == 'foo foo("[bar|'
    typist.types("<Esc>.")
    assert typist.child.buffer() == ['foo foo("[bar' * 2]


def test_a_buffer_that_cannot_be_changed_stays_as_it_is(typist):
    typist.has("a|")
    typist.is_offered("b")
    typist.child.command("set nomodifiable")
    assert typist.accepts() is False
    assert typist.text() == "a|"
    assert typist.child.messages() == []


def test_keys_typed_at_once_accept_what_is_left(typist):
    typist.has("x = |")
    typist.is_offered("foo(bar)")
    typist.types("fo<Tab>")
    assert typist.text() == "x = foo(bar)|"


def test_keys_typed_at_once_that_go_elsewhere_accept_nothing(typist):
    typist.has("x = |")
    typist.is_offered("foo(bar)")
    typist.types("fa<Tab>b")
    assert typist.text() == "x = fa\tb|"


def test_the_cursor_stays_left_of_closers(typist):
    typist.has("|")
    typist.child.command("inoremap <buffer> ( ()<C-G>U<Left>")
    typist.is_offered("foo(a, b)\nnext")
    typist.types("foo(")
    assert typist.rest() == "a, b"
    typist.types("<Tab>")
    assert typist.text() == "foo(a, b|)"
    typist.types("<Right>")
    assert typist.rest() == "\nnext"
    typist.types("<Tab>")
    assert typist.text() == "foo(a, b)\nnext|"


def test_text_typed_after_it_goes_on_in_the_same_insertion(typist):
    typist.has("a|")
    typist.is_offered("b\nc")
    typist.types("<Tab>de<BS>f<Esc>")
    assert typist.child.buffer() == ["ab", "cdf"]
    assert typist.child.lua("return vim.fn.mode()") == "n"


def test_what_was_accepted_can_be_deleted_again(typist):
    typist.has("a|")
    typist.is_offered("bc")
    typist.types("<Tab><BS><BS>")
    assert typist.text() == "a|"
    assert typist.rest() is None


def test_with_nothing_shown_nothing_is_accepted(typist):
    typist.has("a|")
    assert [typist.accepts(kind) for kind in ("all", "line", "word")] == [False] * 3
    assert typist.text() == "a|"
