"""A proposed change as a person sees it."""

import pytest
from diff_pairs import CODE, MENDED

MANY = [f"line {number}" for number in range(1, 31)]


def replaced(row, *lines, count=1, text=MANY):
    """Return the text with other lines in the place of some."""
    return [*text[:row], *lines, *text[row + count :]]


def test_every_hunk_stands_below_what_it_replaces(reviewer, golden):
    reviewer.starts_over(lines=22)
    reviewer.has(*CODE)
    reviewer.is_shown(CODE, MENDED, title="wtf fix")
    golden.check(reviewer.picture())


def test_the_hint_goes_with_the_cursor(reviewer, golden):
    reviewer.has(*CODE[:7])
    reviewer.is_shown(CODE[:7], MENDED[:8])
    reviewer.types("]c")
    golden.check(reviewer.picture())


def test_an_accepted_hunk_is_text_and_the_others_stay(reviewer, golden):
    reviewer.has(*CODE[:7])
    reviewer.is_shown(CODE[:7], MENDED[:8])
    reviewer.types("]cga")
    golden.check(reviewer.picture())


def test_a_rejected_hunk_leaves_nothing_behind(reviewer, golden):
    reviewer.has(*CODE[:7])
    reviewer.is_shown(CODE[:7], MENDED[:8])
    reviewer.types("gx]cgx")
    golden.check(reviewer.picture())


def test_when_all_is_decided_it_is_gone(reviewer, golden):
    reviewer.has(*CODE[:7])
    reviewer.is_shown(CODE[:7], MENDED[:8])
    reviewer.types("gA")
    golden.check(reviewer.picture())


def test_lines_above_the_first_are_scrolled_to(reviewer, golden):
    reviewer.has("a", "b")
    reviewer.is_shown([], ["#!/bin/sh", ""])
    golden.check(reviewer.picture())


def test_coming_back_to_the_top_shows_them_again(reviewer, golden):
    reviewer.has(*MANY)
    reviewer.is_shown([], ["#!/bin/sh", ""])
    reviewer.types("Ggg")
    golden.check(reviewer.picture())


def test_lines_below_the_last_are_scrolled_to(reviewer, golden):
    reviewer.has(*MANY)
    reviewer.is_shown([], ["one more", "and another"], row=30)
    golden.check(reviewer.picture())


def test_all_of_the_text_goes(reviewer, golden):
    reviewer.has("a", "", "b")
    reviewer.is_shown(["a", "", "b"], [])
    golden.check(reviewer.picture())


def test_empty_lines_come_and_go(reviewer, golden):
    reviewer.has("a", "", "b", "c")
    reviewer.is_shown(["a", "", "b", "c"], ["a", "b", "", "c"])
    golden.check(reviewer.picture())


@pytest.mark.parametrize("stops", ["tabstop=4", "vartabstop=2,6,4"])
def test_tabs_reach_to_the_columns_they_will_have(reviewer, golden, stops):
    reviewer.has("if x {", "\tab\tc", "}", options=f"noexpandtab {stops}")
    reviewer.is_shown(["\tab\tc"], ["\tab\td", "\t\te\tf"], row=1)
    golden.check(reviewer.picture())
    reviewer.types("ga")
    golden.check(reviewer.picture())


def test_wide_characters_are_as_wide_as_in_the_text(reviewer, golden):
    reviewer.has("名前 = 「日本」", "é 👍🏽 x")
    reviewer.is_shown(["名前 = 「日本」", "é 👍🏽 x"], ["名字 = 「日本語」", "e\u0301 👍🏽 y"])
    golden.check(reviewer.picture())


def test_control_characters_are_written_out(reviewer, golden):
    reviewer.has("x = 1", "y")
    reviewer.is_shown(["x = 1"], ["x = a\x1b[31mb\x07\x7f\u202ec\r", "\x01d\x9b"])
    golden.check(reviewer.picture())


def test_long_lines_wrap_as_they_will(reviewer, golden):
    reviewer.starts_over(columns=40)
    reviewer.has("x = [1]", "y = 2")
    reviewer.is_shown(["x = [1]"], ["x = [" + "1, 日" * 12 + "1]", "z"])
    seen = reviewer.picture()
    golden.check(seen)
    reviewer.types("ga")
    assert reviewer.picture()[:3] == seen[2:5]


def test_without_wrapping_they_scroll_with_the_text(reviewer, golden):
    reviewer.starts_over(columns=40)
    reviewer.has("0123456789" * 6, "y", options="nowrap")
    reviewer.is_shown(["0123456789" * 6], ["0123456789" * 5 + "\tnew", "short"])
    golden.check(reviewer.picture())
    reviewer.types("$")
    golden.check(reviewer.picture())


def test_the_fold_of_the_first_hunk_is_opened(reviewer, golden):
    reviewer.has(*MANY, at=20)
    reviewer.child.command("3,8fold | 10,15fold")
    reviewer.is_shown(MANY, replaced(11, "other", text=replaced(4, "another")))
    golden.check(reviewer.picture())


def test_the_window_scrolls_to_a_hunk_far_away(reviewer, golden):
    reviewer.has(*MANY)
    reviewer.is_shown([MANY[24]], ["other", "and more"], row=24)
    golden.check(reviewer.picture())


def test_at_the_bottom_it_scrolls_until_all_is_seen(reviewer, golden):
    reviewer.has(*MANY)
    reviewer.is_shown([MANY[11]], ["other", "and more", "and more"], row=11)
    golden.check(reviewer.picture())


def test_a_hunk_larger_than_the_window_begins_at_its_top(reviewer, golden):
    reviewer.has(*MANY, at=8)
    reviewer.is_shown(MANY[7:9], [f"new {number}" for number in range(20)], row=7)
    golden.check(reviewer.picture())


def test_it_does_not_scroll_against_scrolloff(reviewer, golden):
    reviewer.has(*MANY, options="scrolloff=3")
    reviewer.is_shown([MANY[11]], ["other", *["and more"] * 9], row=11)
    golden.check(reviewer.picture())


def test_every_window_of_the_buffer_shows_it(reviewer, golden):
    reviewer.has("a", "b", "c")
    reviewer.child.command("vsplit")
    reviewer.is_shown(["b"], ["x y z " * 6, "c"], row=1)
    golden.check(reviewer.picture())


def test_a_split_made_later_gets_rows_of_its_width(reviewer, golden):
    reviewer.has("a", "b", "c")
    reviewer.is_shown(["b"], ["x y z " * 6, "c"], row=1)
    reviewer.types(":vsplit<CR>")
    golden.check(reviewer.picture())


def test_beside_another_text_in_diff_mode(reviewer, golden):
    reviewer.has("a", "b", "c", "d")
    reviewer.child.command("diffthis | vnew | setlocal buftype=nofile")
    reviewer.child.api("buf_set_lines", 0, 0, -1, False, ["a", "c", "e"])
    reviewer.child.command("diffthis | wincmd p")
    reviewer.is_shown(["c", "d"], ["c", "e"], row=2)
    golden.check(reviewer.picture())


def test_numbers_and_signs_have_their_columns(reviewer, golden):
    reviewer.has("a", "b", options="number signcolumn=yes:2 foldcolumn=1 cursorline colorcolumn=12")
    reviewer.is_shown(["a"], ["a = 1", "x = 2"])
    golden.check(reviewer.picture())


def test_signs_that_come_later_make_it_narrower(reviewer, golden):
    reviewer.starts_over(columns=40)
    reviewer.has("a", "b")
    reviewer.is_shown(["a"], ["0123456789" * 4])
    reviewer.child.lua(
        """vim.diagnostic.config({ virtual_text = true, signs = true, underline = true })
        vim.diagnostic.set(vim.api.nvim_create_namespace("d"), 0, {
          { lnum = 0, col = 0, message = "undefined", severity = vim.diagnostic.severity.ERROR },
        })"""
    )
    golden.check(reviewer.picture())


def test_concealed_text_does_not_shift_it(reviewer, golden):
    reviewer.has("*bold* and", "x", options="conceallevel=2 concealcursor=n")
    reviewer.child.lua("vim.fn.matchadd('Conceal', '\\\\*')")
    reviewer.is_shown(["*bold* and"], ["*bold* or"])
    golden.check(reviewer.picture())
    reviewer.child.command("call clearmatches()")


def test_list_mode_shows_blanks_of_the_text_only(reviewer, golden):
    reviewer.has("a\tb ", options="list tabstop=4")
    reviewer.child.command("set listchars=tab:>-,trail:.,eol:$")
    reviewer.is_shown(["a\tb "], ["a\tb"])
    golden.check(reviewer.picture())


def test_with_its_default_colours_it_looks_like_a_diff(reviewer, golden):
    for group in ("Delete", "Add", "Text", "Hint"):
        reviewer.child.command(f"highlight clear LocalLlmDiff{group}")
    reviewer.child.command("colorscheme default")
    reviewer.has("x = 1", "y")
    reviewer.is_shown(["x = 1"], ["x = 2"])
    golden.check(reviewer.picture())
