"""Ghost text as a person sees it."""

import pytest


def test_the_first_line_stands_behind_the_cursor(typist, golden):
    typist.has("def add(a, b):", "    return |", "", "add(1, 2)")
    typist.is_offered("a + b")
    golden.check(typist.picture())


def test_further_lines_stand_below(typist, golden):
    typist.has("def add(a, b):|", "", "add(1, 2)")
    typist.is_offered("\n    total = a + b\n    return total")
    golden.check(typist.picture())


def test_text_right_of_the_cursor_is_moved_aside_and_not_drawn_over(typist, golden):
    typist.has("print(|) # done", "x")
    typist.is_offered('"hello"')
    golden.check(typist.picture())


def test_accepted_text_stands_where_the_ghost_text_stood(typist, golden):
    typist.has("print(|) # done", "x")
    typist.is_offered('"hello"')
    typist.types("<Tab>")
    golden.check(typist.picture())


def test_a_blank_line_keeps_its_indentation(typist, golden):
    typist.has("def f():", "    |", "x", options="expandtab shiftwidth=4 autoindent")
    typist.is_offered("if x:\n        return 1\n    return 2")
    golden.check(typist.picture())


def test_a_fresh_line_gets_a_suggestion_at_its_indentation(typist, golden):
    typist.has("def f():|", "x", options="expandtab autoindent smartindent shiftwidth=4")
    typist.types("<CR>    ")
    typist.is_offered("return 1")
    golden.check(typist.picture())


@pytest.mark.parametrize("stops", ["tabstop=4", "tabstop=3", "vartabstop=2,6,4"])
def test_tabs_reach_to_the_columns_they_will_have(typist, golden, stops):
    typist.has("if x {", "\tab\tc|", "}", options=f"noexpandtab {stops}")
    typist.is_offered("\td\te\n\tf\tg\n}\th")
    seen = typist.picture()
    golden.check(seen)
    typist.types("<Tab>")
    assert typist.picture()[:6] == seen[:6]


def test_tabs_in_a_buffer_indented_with_spaces_are_drawn_as_tabs(typist, golden):
    typist.has("if x:", "    |", options="expandtab tabstop=8")
    typist.is_offered("y = 1\n\tz = 2")
    golden.check(typist.picture())


def test_wide_characters_are_as_wide_as_in_the_text(typist, golden):
    typist.has("名前 = |)")
    typist.is_offered("「日本語」\té 👍🏽 e\u0301\n\t漢字\tx")
    golden.check(typist.picture())


def test_control_characters_are_written_out(typist, golden):
    typist.has("x = |", "y")
    typist.is_offered("a\x1b[31mb\x07\x7f\u202ec\r\n\x01d\x9b")
    golden.check(typist.picture())


def test_a_long_first_line_wraps_with_its_line(typist, golden):
    typist.has("x = [|]", "y = 2")
    typist.is_offered("1, " * 15 + "1")
    golden.check(typist.picture())


def test_long_lines_below_wrap_as_they_will(typist, golden):
    typist.has("x = [|", "y = 2")
    typist.is_offered("\nx" + "日本語 " * 7 + "x\n]")
    seen = typist.picture()
    golden.check(seen)
    typist.types("<Tab>")
    assert typist.picture()[:5] == seen[:5]


def test_without_wrapping_long_lines_end_before_the_edge(typist, golden):
    typist.has("x = [|", "y = 2", options="nowrap")
    typist.is_offered("1, " * 15 + "\n" + "2, " * 15)
    golden.check(typist.picture())


def test_a_window_scrolled_sideways_shows_the_same_columns_of_all_lines(typist, golden):
    typist.has("0123456789" * 5 + "|", "ab" * 30, options="nowrap")
    typist.is_offered(" end\n" + "a日" * 20 + "\n\tx" + "yz" * 16)
    golden.check(typist.picture())


def test_a_closed_fold_stays_closed_and_shows_nothing(typist, golden):
    typist.has("a|", "b", "c")
    typist.child.command("1,2fold")
    typist.is_offered("nything\nat all")
    golden.check(typist.picture())
    assert typist.calls("visible") is False


def test_the_lines_stand_before_those_of_other_plugins(typist, golden):
    typist.has("abc|", "x")
    for column in (0, 3):
        typist.child.lua(
            """vim.api.nvim_buf_set_extmark(0, vim.api.nvim_create_namespace("aaa"), 0, ...,
            { virt_lines = { { { "of another plugin", "WarningMsg" } } } })""",
            column,
        )
    typist.is_offered("d\nsecond")
    golden.check(typist.picture())


def test_a_diagnostic_at_the_end_of_the_line_stays_there(typist, golden):
    typist.has("abc|", "x")
    typist.child.lua(
        """vim.diagnostic.config({ virtual_text = true, signs = true, update_in_insert = true })
        vim.diagnostic.set(vim.api.nvim_create_namespace("d"), 0, {
          { lnum = 0, col = 0, message = "undefined", severity = vim.diagnostic.severity.ERROR },
        })"""
    )
    typist.is_offered("def\nsecond", info="12 ms")
    golden.check(typist.picture())


def test_a_hint_of_the_language_server_moves_tabs_as_it_moves_text(typist, golden):
    typist.has("f(1|", "x", options="tabstop=8")
    typist.child.lua(
        """vim.api.nvim_buf_set_extmark(0, vim.api.nvim_create_namespace("hint"), 0, 2,
        { virt_text = { { "number:", "Special" } }, virt_text_pos = "inline" })"""
    )
    typist.is_offered("\t2")
    seen = typist.picture()
    golden.check(seen)
    typist.types("<Tab>")
    assert typist.picture()[:3] == seen[:3]


def test_concealed_text_does_not_shift_it(typist, golden):
    typist.has("*bold* and|", "x", options="conceallevel=2 concealcursor=i")
    typist.child.lua("vim.fn.matchadd('Conceal', '\\\\*')")
    typist.is_offered(" more\n\tbelow")
    golden.check(typist.picture())


def test_a_window_from_right_to_left_shows_nothing(typist, golden):
    typist.has("abc|", "x", options="rightleft")
    typist.is_offered("def\nsecond")
    golden.check(typist.picture())
    assert typist.calls("visible") is False


def test_list_mode_does_not_make_it_narrower(typist, golden):
    typist.has("a|", "b\tc", options="list tabstop=4")
    typist.child.command("set listchars=tab:>-,trail:.,eol:$")
    typist.is_offered("\tb \n\tc ")
    golden.check(typist.picture())


def test_numbers_and_signs_have_their_columns(typist, golden):
    typist.has("a|", "b", options="number signcolumn=yes:2 foldcolumn=1 cursorline colorcolumn=12")
    typist.is_offered("b = 1\nc = 2")
    golden.check(typist.picture())


def test_at_the_bottom_the_window_scrolls_until_all_is_seen(typist, golden):
    typist.has(*map(str, range(1, 12)), "last|")
    typist.is_offered(" line\nsecond\nthird")
    golden.check(typist.picture())


def test_a_low_window_scrolls_by_half_of_it_and_no_further(typist, golden):
    typist.has(*map(str, range(1, 12)), "last|")
    typist.is_offered(" line\n" + "\n".join(f"more {n}" for n in range(12)))
    golden.check(typist.picture())


def test_it_does_not_scroll_against_scrolloff(typist, golden):
    typist.has(*map(str, range(1, 12)), "last|", options="scrolloff=5")
    typist.is_offered(" line\nsecond\nthird")
    golden.check(typist.picture())


def test_every_window_of_the_buffer_shows_it(typist, golden):
    typist.child.command("vsplit")
    typist.has("abc|", "x")
    typist.is_offered("def\nsecond")
    golden.check(typist.picture())


def test_timings_stand_at_the_end_of_the_line(typist, golden):
    typist.has("x = |)", "y")
    typist.is_offered("f(y", info="23 ms, 4 tokens")
    golden.check(typist.picture())


def test_typing_the_suggested_text_shortens_it(typist, golden):
    typist.has("x = |", "y")
    typist.is_offered("foo(bar)\nz = 1")
    typist.writes("foo(b")
    golden.check(typist.picture())


def test_typing_over_the_end_of_the_line_goes_on_below(typist, golden):
    typist.has("    if x:|", "y", options="expandtab autoindent shiftwidth=4")
    typist.is_offered("\n    foo()\n    bar()")
    typist.writes("\nfo")
    golden.check(typist.picture())


def test_after_a_word_the_rest_stays(typist, golden):
    typist.has("x = |", "y")
    typist.is_offered("foo(bar)\nz = 1")
    typist.types("<M-Right>")
    golden.check(typist.picture())


def test_after_a_line_the_rest_stays(typist, golden):
    typist.has("x = |", "y")
    typist.is_offered("foo(bar)\nz = 1\nw = 2")
    typist.types("<S-Tab>")
    golden.check(typist.picture())


def test_the_second_line_is_accepted_with_its_line_end(typist, golden):
    typist.has("x = |", "y")
    typist.is_offered("foo(bar)\n    z = 1\nw = 2")
    typist.types("<S-Tab><S-Tab>")
    golden.check(typist.picture())


def test_another_alternative_takes_its_place(typist, golden):
    typist.has("x = |)", "y")
    typist.is_offered("one\nmore", "two", "three")
    typist.types("<M-]>")
    golden.check(typist.picture())


def test_a_closer_put_there_by_a_plugin_is_shown_once(typist, golden):
    typist.has("x = |", "y")
    typist.child.command("inoremap <buffer> ( ()<C-G>U<Left>")
    typist.is_offered("foo(a, b)")
    typist.writes("foo(")
    golden.check(typist.picture())


def test_the_menu_and_the_suggestion_stand_together(typist, golden):
    typist.has("alpha", "alphabet", "|", "y")
    typist.types("al")
    typist.is_offered("together")
    typist.types("<C-N><C-P>")
    golden.check(typist.picture())


def test_a_dismissed_one_leaves_nothing_behind(typist, golden):
    typist.has("x = |)", "y")
    typist.is_offered("foo(bar\nz = 1", info="12 ms")
    typist.types("<C-]>")
    golden.check(typist.picture())


def test_with_nothing_shown_tab_is_a_tab(typist, golden):
    typist.has("x|", "y")
    typist.is_offered("y")
    typist.types("y<Tab>z")
    golden.check(typist.picture())


def test_with_its_default_colours_it_looks_like_a_comment(typist, golden):
    typist.child.command("highlight clear LocalLlmGhost | highlight clear LocalLlmGhostInfo")
    typist.child.command("colorscheme default")
    typist.has("x = |", "y")
    typist.is_offered("1", info="12 ms")
    golden.check(typist.picture())
