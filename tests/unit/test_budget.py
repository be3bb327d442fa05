"""The budgeter: what is kept, what is cut, and that the bill never exceeds the limit."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_llm.errors import BudgetError
from local_llm.tokens.budget import fit
from local_llm.tokens.pieces import SEPARATOR, Fitted, Piece


def words(text: str) -> int:
    """Count words and line ends: easy to predict, and merging at borders like a tokenizer."""
    return len(re.findall(r"\w+|\n+|[^\w\s]", text))


def bill(fitted: Fitted) -> int:
    runs: list[list[str]] = []
    role = None
    for piece in fitted.kept:
        if piece.role != role:
            runs.append([])
            role = piece.role
        runs[-1].append(piece.text)
    return sum(words(SEPARATOR.join(run)) for run in runs)


def numbered(count: int, start: int = 1) -> str:
    return "\n".join(f"line{n}" for n in range(start, start + count))


def test_everything_fits_and_nothing_is_cut():
    fitted = fit([Piece(name="a", text="one two", priority=0)], 10, words)
    assert [piece.text for piece in fitted.kept] == ["one two"]
    assert fitted.cut == ()
    assert fitted.tokens == 2


def test_the_least_important_goes_first_and_the_order_of_the_prompt_survives():
    pieces = [
        Piece(name="far", text="x x x x", priority=9),
        Piece(name="near", text="y y y", priority=1),
        Piece(name="task", text="z z", priority=0, required=True),
    ]
    fitted = fit(pieces, 7, words)
    assert [piece.name for piece in fitted.kept] == ["near", "task"]
    assert [(cut.name, cut.tokens) for cut in fitted.cut] == [("far", 4)]
    assert fitted.cut[0].reason == "needs 4 tokens, 1 were left"


def test_a_small_unimportant_piece_still_fits_where_a_large_important_one_did_not():
    pieces = [
        Piece(name="large", text="x " * 50, priority=1),
        Piece(name="small", text="y", priority=2),
    ]
    assert [piece.name for piece in fit(pieces, 5, words).kept] == ["small"]


def test_a_required_piece_is_placed_before_an_optional_one_of_higher_priority():
    pieces = [
        Piece(name="optional", text="x x x", priority=0),
        Piece(name="required", text="y y y", priority=5, required=True),
    ]
    assert [piece.name for piece in fit(pieces, 4, words).kept] == ["required"]


def test_required_pieces_that_do_not_fit_are_an_error_with_both_numbers():
    with pytest.raises(BudgetError, match=r"task .* need 9 tokens.* has 5 ") as failure:
        fit([Piece(name="task", text="x " * 9, priority=0, required=True)], 5, words)
    assert "context" in failure.value.hint


@pytest.mark.parametrize(
    ("end", "kept", "lines"),
    [
        ("lines-end", "line1\nline2\n[lines 103-110 cut]", (103, 110)),
        ("lines-start", "[lines 101-108 cut]\nline9\nline10", (101, 108)),
    ],
)
def test_a_shrunk_piece_loses_whole_lines_and_says_which(end, kept, lines):
    piece = Piece(
        name="code", text=numbered(10), priority=0, required=True, shrink=end, first_line=101
    )
    fitted = fit([piece], 11, words)
    assert fitted.kept[0].text == kept
    assert fitted.cut[0].lines == lines
    assert fitted.cut[0].reason == f"lines {lines[0]}-{lines[1]} did not fit"
    assert fitted.cut[0].tokens == 15


def test_one_lost_line_is_called_by_its_number():
    piece = Piece(name="code", text="a b c d e f\n" + "x " * 20, priority=0, shrink="lines-end")
    fitted = fit([piece], 13, words)
    assert fitted.cut[0].reason == "line 2 did not fit"
    assert fitted.kept[0].text.endswith("[line 2 cut]")


def test_head_and_tail_stay_around_what_is_left():
    piece = Piece(
        name="code", text=numbered(9), priority=0, shrink="lines-end", head="```\n", tail="\n```"
    )
    text = fit([piece], 18, words).kept[0].text
    assert text.startswith("```\nline1\n")
    assert text.endswith(" cut]\n```")


@pytest.mark.parametrize(
    ("end", "start", "finish"),
    [
        ("lines-end", "w0 w1", "[rest of line 7 cut]"),
        ("lines-start", "[start of line 7 cut]", "w98 w99"),
    ],
)
def test_a_single_line_longer_than_the_budget_is_cut_through_and_marked(end, start, finish):
    line = " ".join(f"w{n}" for n in range(100))
    piece = Piece(name="code", text=line, priority=0, required=True, shrink=end, first_line=7)
    fitted = fit([piece], 20, words)
    assert fitted.kept[0].text.startswith(start)
    assert fitted.kept[0].text.endswith(finish)
    assert fitted.cut[0].reason == "a part of line 7 did not fit"
    assert 80 < fitted.cut[0].tokens < 100


def test_a_line_is_cut_through_only_in_a_required_piece():
    piece = Piece(name="history", text="x " * 100, priority=0, shrink="lines-end")
    fitted = fit([piece], 20, words)
    assert fitted.kept == ()
    assert fitted.cut[0].name == "history"


def test_an_unrequired_shrinkable_piece_without_room_is_left_out_whole():
    pieces = [
        Piece(name="task", text="x " * 10, priority=0, required=True),
        Piece(name="history", text=numbered(5), priority=8, shrink="lines-start"),
    ]
    fitted = fit(pieces, 10, words)
    assert fitted.cut[0].lines is None
    assert fitted.cut[0].reason == "needs 9 tokens, 0 were left"


def test_a_required_piece_without_room_for_one_character_is_an_error():
    pieces = [
        Piece(name="task", text="x " * 10, priority=0, required=True),
        Piece(name="code", text="y", priority=1, required=True, shrink="lines-end"),
    ]
    with pytest.raises(BudgetError, match="the code "):
        fit(pieces, 10, words)


def test_neighbours_of_one_role_make_one_message():
    def fixed(text: str) -> int:
        return 100 + words(text)

    pieces = [
        Piece(name="system", text="s", priority=0, role="system"),
        Piece(name="a", text="a", priority=0),
        Piece(name="b", text="b", priority=0),
    ]
    assert fit(pieces, 1000, fixed).tokens == 2 * 100 + 1 + 3


def test_a_huge_buffer_is_measured_near_the_limit_only():
    seen = 0

    def count(text: str) -> int:
        nonlocal seen
        seen += len(text)
        return words(text)

    text = "some code here\n" * 500_000
    piece = Piece(name="code", text=text, priority=0, required=True, shrink="lines-end")
    fitted = fit([piece], 1000, count)
    assert fitted.tokens <= 1000
    assert seen < len(text) // 10
    assert fitted.cut[0].tokens == pytest.approx(words(text) - 1000, rel=0.02)


def test_nothing_shows_the_text_in_its_repr():
    piece = Piece(name="code", text="hunter2", priority=0, required=True, shrink="lines-end")
    fitted = fit([piece], 5, words)
    assert "hunter2" not in repr((piece, fitted))


pieces_of_any_kind = st.builds(
    Piece,
    name=st.sampled_from("abcdef"),
    text=st.text("ab .\n", max_size=120),
    priority=st.integers(0, 9),
    shrink=st.sampled_from([None, "lines-end", "lines-start"]),
    role=st.sampled_from(["system", "user"]),
    head=st.sampled_from(["", "# head\n"]),
    tail=st.sampled_from(["", "\n```"]),
)


@given(st.lists(pieces_of_any_kind, max_size=8), st.integers(1, 120))
def test_the_bill_never_exceeds_the_limit_and_nothing_vanishes_silently(pieces, limit):
    fitted = fit(pieces, limit, words)
    assert fitted.tokens == bill(fitted) <= limit
    gone = {cut.name for cut in fitted.cut if cut.lines is None}
    assert {piece.name for piece in pieces} == {piece.name for piece in fitted.kept} | gone
    for piece in fitted.kept:
        originals = {p.render(p.text) for p in pieces if p.name == piece.name}
        assert piece.text in originals or any(cut.lines for cut in fitted.cut)


@given(st.lists(pieces_of_any_kind, max_size=6), st.integers(1, 60))
def test_the_order_of_the_prompt_survives(pieces, limit):
    named = [
        Piece(**{f: getattr(p, f) for f in p.__struct_fields__ if f != "name"}, name=str(n))
        for n, p in enumerate(pieces)
    ]
    names = [int(piece.name) for piece in fit(named, limit, words).kept]
    assert names == sorted(names)


@given(
    st.lists(st.text("ab ", min_size=1, max_size=9), min_size=1, max_size=40),
    st.sampled_from(["lines-end", "lines-start"]),
    st.integers(12, 80),
)
def test_what_stays_of_a_shrunk_piece_is_whole_lines_of_it(lines, end, limit):
    fitted = fit([Piece(name="c", text="\n".join(lines), priority=0, shrink=end)], limit, words)
    for piece in fitted.kept:
        stayed = [line for line in piece.text.split("\n") if not line.startswith("[line")]
        edge = lines[: len(stayed)] if end == "lines-end" else lines[len(lines) - len(stayed) :]
        assert stayed == edge
