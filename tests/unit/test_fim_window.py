from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_llm.fim.window import GRID, cut_prefix, cut_suffix, cut_window


def words(text):
    return len(text.split())


def lines(first, last):
    """Lines of three words each, numbered."""
    return "".join(f"line number {n}\n" for n in range(first, last))


def test_what_fits_goes_whole():
    assert cut_window(lines(0, 5), "\nend\n", 0, 1000, words).prefix == lines(0, 5)
    assert cut_window(lines(0, 5), "\nend\n", 0, 1000, words).suffix == "\nend\n"


def test_the_prefix_starts_on_the_grid():
    text, row = cut_prefix(lines(0, 100), 0, 3 * 40, words)
    assert row % GRID == 0
    assert text == lines(row, 100)
    assert 100 - 40 <= row < 100


def test_the_grid_counts_from_the_start_of_the_file_not_of_the_text():
    text, row = cut_prefix(lines(70, 170), 70, 3 * 40, words)
    assert row % GRID == 0
    assert text == lines(row, 170)


def test_moving_down_a_few_lines_keeps_the_start():
    starts = {cut_prefix(lines(0, end), 0, 3 * 40, words)[1] for end in range(96, 104)}
    assert len(starts) == 1


def test_a_window_smaller_than_a_block_of_the_grid_has_single_lines():
    assert cut_prefix(lines(0, 32), 0, 7, words) == (lines(30, 32), 30)


def test_of_a_line_larger_than_the_window_the_end_is_kept():
    text, _ = cut_prefix("a " * 500, 0, 10, words)
    assert 0 < len(text) <= 40
    assert ("a " * 500).endswith(text)


def test_the_suffix_is_whole_lines():
    assert cut_suffix("rest\n" + lines(0, 50), 8, words) == "rest\n" + lines(0, 2)


def test_room_that_the_suffix_leaves_is_the_prefix_s():
    window = cut_window(lines(0, 100), "", 0, 3 * 80, words)
    assert words(window.prefix) > 3 * 60


def test_room_that_the_prefix_leaves_is_the_suffix_s():
    window = cut_window("", lines(0, 100), 0, 3 * 80, words)
    assert words(window.suffix) > 3 * 60


@pytest.mark.parametrize("text", ["", "\n", "no newline", "\n\n\n", "a\r\nb\r\n", "\x0c\x1c"])
def test_odd_text_stays_itself(text):
    window = cut_window(text, text, 3, 1000, len)
    assert (window.prefix, window.suffix, window.first_row) == (text, text, 3)


@given(st.text(), st.text(), st.integers(0, 200), st.integers(0, 100))
def test_the_window_is_a_part_of_the_text_and_fits(before, after, row, tokens):
    window = cut_window(before, after, row, tokens, len)
    assert before.endswith(window.prefix)
    assert after.startswith(window.suffix)
    assert len(window.suffix) <= tokens
    whole_lines = len(window.prefix) + len(window.suffix) <= tokens
    assert whole_lines or "\n" not in window.prefix.rstrip("\n")
