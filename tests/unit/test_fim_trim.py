"""What of an answer is shown at all: its end, its length, and nothing that is not text."""

from __future__ import annotations

import gc
import sys

import pytest

from fim_place import at, shown
from local_llm.fim.families import FAMILIES
from local_llm.fim.trim import Place, trim

# answer, what is shown at an empty line
ENDS = {
    "nothing": ("", ""),
    "blanks": ("  \t ", ""),
    "newlines": ("\n\n\n", ""),
    "blanks at the end": ("x = 1   ", "x = 1"),
    "blank lines at the end": ("x = 1\n\n   \n", "x = 1"),
    "blank lines between": ("a\n\nb", "a\n\nb"),
    "end marker": ("x = 1<|endoftext|>y", "x = 1"),
    "end marker first": ("<|endoftext|>x", ""),
    "end marker after a blank": ("x = 1 <EOT>", "x = 1"),
    "prompt marker": ("x = 1\n<fim_prefix>def f", "x = 1"),
    "marker of another family": ("x<\uff5cfim\u2581begin\uff5c>y", "x"),
    "marker of a chat template": ("x = 1<|eot_id|>", "x = 1"),
    "marker of a new family": ("x = 1<|my_new_marker|>y", "x = 1"),
    "most of a marker": ("x = 1<|fim_mid", "x = 1"),
    "most of a marker in the middle": ("x = 1<|fim_mid\ny", "x = 1"),
    "less than, pipe, at the end": ("a <|\n", "a <|"),
    "pipe at the end of a line": ("a <|\n  b", "a <|\n  b"),
    "comparison": ("a <", "a <"),
    "pipe operators": ("x <| f |> g", "x <| f |> g"),
    "html": ("<s>old</s> <filename>", "<s>old</s> <filename>"),
    "colours": ("\x1b[31mx = 1\x1b[0m", "x = 1"),
    "window title": ("x\x1b]0;owned\x07 = 1", "x = 1"),
    "controls": ("x\x00\x08 = 1\x7f", "x = 1"),
    "bidirectional controls": ("x\u202e = 1", "x = 1"),
    "carriage returns": ("a\r\nb\rc", "a\nb\nc"),
    "broken character in a single line": ("x = caf\ufffd + 1", "x ="),
    "broken character in a string": ('x = "na\ufffdve"', 'x = "'),
    "broken character in a later line": ("a = 1\nb = \ufffd2", "a = 1"),
    "broken character first": ("\ufffdx", ""),
    "lone surrogate": ("a = 1\nb\ud83d", "a = 1"),
    "wide characters": ("x = '\u6f22\u5b57\U0001f600'", "x = '\u6f22\u5b57\U0001f600'"),
    "line separator": ("a\u2028b", "a\u2028b"),
}

# answer that its length ended, what is shown
CUTS = {
    "in the second line": ("a = 1\nb = tw", "a = 1"),
    "at the end of a line": ("a = 1\n", "a = 1"),
    "in the only line, in a word": ("foo(bar, ba", "foo(bar,"),
    "in the only line, after a word": ("foo(bar, ", "foo(bar,"),
    "in the only word": ("compute_tot", "compute_tot"),
    "in a word after a blank": (" + tot", " +"),
    "in the only line with text": ("\n\nfoo(bar, ba", "\n\nfoo(bar,"),
    "in a text without spaces": ("\u6f22\u5b57\u6f22", "\u6f22\u5b57\u6f22"),
    "in a marker": ("a = 1<|fim", "a ="),
    "in the smallest part of a marker": ("a = f()<|", "a = f()"),
    "in the indentation": ("a = 1\n    ", "a = 1"),
    "after an end marker": ("a = one<|endoftext|>b", "a = one"),
}


@pytest.mark.parametrize(("answer", "expected"), ENDS.values(), ids=ENDS)
def test_what_is_no_answer_is_not_shown(answer, expected):
    assert shown(answer, "\u2038") == expected


@pytest.mark.parametrize(("answer", "expected"), CUTS.values(), ids=CUTS)
def test_the_last_line_of_an_answer_cut_off_is_dropped(answer, expected):
    assert shown(answer, "\u2038", cut=True) == expected


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_strings_of_the_models_family_end_an_answer(family):
    for text in family.reserved():
        assert shown(f"x = 1{text}y = 2", "\u2038", stops=family.reserved()) == "x = 1", text


ORDINARY = ("<filename>", "<reponame>", "<repo_name>", "</s>", "<eos>", "<PRE>")


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_strings_of_other_families_end_it_unless_a_text_may_have_them(family):
    for text in family.reserved():
        ordinary = text in ORDINARY or text.startswith("[")
        answer = f"x = 1 {text} y"
        assert shown(answer, "\u2038") == (answer if ordinary else "x = 1"), text


STOPS = {
    "the first in the text": ("a b c", ("c", "b"), "a"),
    "first of all": ("class A:", ("class",), ""),
    "none": ("a b c", (), "a b c"),
    "an empty one": ("a b c", ("",), "a b c"),
    "a newline": ("a\nb", ("\n",), "a"),
    "a blank line": ("a\n\nb", ("\n\n",), "a"),
    "over two lines": ("a\ndef f():", ("\ndef ",), "a"),
}


@pytest.mark.parametrize(("answer", "stops", "expected"), STOPS.values(), ids=STOPS)
def test_an_answer_ends_at_the_first_stop(answer, stops, expected):
    assert shown(answer, "\u2038", stops=stops) == expected


def test_half_a_stop_of_several_lines_is_kept_back():
    place = at("\u2038")
    assert trim("a\nb\n", place, done=False, stops=("b\nc",)) == "a"
    assert trim("a\nb\nd\n", place, done=False, stops=("b\nc",)) == "a\nb\nd"


def test_half_a_stop_after_a_line_does_not_delay_the_line():
    assert trim("a\n", at("\u2038"), done=False, stops=("\n\n", "\ndef ")) == "a"


LENGTHS = {
    "all": ("a\nb\nc", 3, "a\nb\nc"),
    "one too many": ("a\nb\nc", 2, "a\nb"),
    "one line": ("a\nb", 1, "a"),
    "none": ("a", 0, ""),
    "not after a line that opens a block": ("a()\nif b:\n    c()", 2, "a()"),
    "not after an open bracket": ("a()\nb(\n    c,\n)", 2, "a()"),
    "not after a blank line": ("a()\n\nb()\n", 2, "a()"),
    "not after nested openings": ("a()\nif b:\n    if c:\n        d()", 3, "a()"),
    "but for the first line": ("if b:\n    c()", 1, "if b:"),
    "a block that ends there": ("if b {\n  c();\n}\nd();", 3, "if b {\n  c();\n}"),
}


@pytest.mark.parametrize(("answer", "lines", "expected"), LENGTHS.values(), ids=LENGTHS)
def test_an_answer_too_long_ends_at_a_line_that_makes_sense(answer, lines, expected):
    assert shown(answer, "\u2038", max_lines=lines) == expected


def test_a_line_that_opens_a_block_may_end_a_whole_answer():
    assert shown("a()\nif b:", "\u2038", max_lines=2) == "a()\nif b:"


def test_the_first_line_is_shown_as_soon_as_it_is_complete():
    place = at("def f():\n    \u2038")
    assert trim("return 1", place, done=False) == ""
    assert trim("return 1\n", place, done=False) == "return 1"
    assert trim("if x:\n        y", place, done=False) == "if x:"
    assert trim("if x:\n        y()\n", place, done=False) == "if x:\n        y()"


def test_a_later_line_that_opens_a_block_waits_for_the_block():
    place = at("\u2038")
    assert trim("a()\nif b:\n", place, done=False) == "a()"
    assert trim("a()\nif b:\n    c()\n", place, done=False) == "a()\nif b:\n    c()"


def test_one_line_before_text_on_the_right_is_final_with_its_newline():
    place = at("print(\u2038)")
    assert trim("x)", place, done=False) == ""
    assert trim("x)\n", place, done=False) == "x"


def test_a_place_does_not_show_its_text():
    place = Place(left="secret", right="word", above=("of", "mine"), below=("x",))
    assert repr(place) == "Place(6+4 characters, 2 lines above, 1 below)"
    assert "secret" not in f"{place} {place!r}"


def calls_of(answer: str, place: Place, **options) -> int:
    """Count every call that trimming makes, those of built-in functions too."""
    counted = 0

    def count(_frame, event, _arg):
        nonlocal counted
        counted += event in ("call", "c_call")

    gc.disable()  # what others hook into it is not our work
    sys.setprofile(count)
    try:
        trim(answer, place, **options)
    finally:
        sys.setprofile(None)
        gc.enable()
    return counted


LONG = {
    "lines": "x = {}\n",
    "blank lines": "\n",
    "openings": "if x {{\n",
    "closings": "}}\n",
    "one line": "word {} ",
    "one word": "w",
    "brackets": "(",
    "half markers": "<|",
    "escapes": "\x1b[31mx",
    "carriage returns": "a\r\n",
}


@pytest.mark.parametrize("unit", LONG.values(), ids=LONG)
@pytest.mark.parametrize("done", [True, False])
@pytest.mark.parametrize("text", ["f(\u2038)", "def f():\n    \u2038\n}"])
def test_the_work_does_not_grow_with_the_answer(unit, done, text):
    def work(size):
        answer = "".join(unit.format(number) for number in range(size // len(unit)))
        return calls_of(answer, at(text), done=done)

    work(1000)  # what is computed once
    assert work(1_000_000) == work(40_000) < 100_000


def test_the_first_lines_of_ten_thousand_are_shown():
    answer = "".join(f"x{number} = {number}\n" for number in range(10_000))
    assert shown(answer, "\u2038") == "\n".join(answer.split("\n")[:12])


def test_of_a_line_without_end_the_beginning_is_shown():
    got = shown("word " * 200_000, "\u2038")
    assert got == ("word " * 200)[: len(got)]
    assert 900 < len(got) <= 1000
