"""What holds for every answer at every place: it is stable while it arrives, and made of itself."""

from __future__ import annotations

from itertools import pairwise

import pytest
import test_fim_trim
import test_fim_trim_below
import test_fim_trim_indent
import test_fim_trim_repeats
import test_fim_trim_right
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fim_place import at
from local_llm.fim.trim import Place, trim
from local_llm.guard.defuse import clean

CODE = (
    *("    ", "  ", "\t", "\n", "\n\n", " ", ";", ",", "x = 1", "return x", "foo(bar)", "a, b)"),
    *("if a {", "}", "end", "else:", "if a:", "then", "pass", "case 1:", "def f():", "- a", "# c"),
    *("(", ")", "[", "]", "{", "'", '"', '"""', "```", "*/", "\u6f22\u5b57", "STOP\nX"),
)
BAD = ("<|endoftext|>", "<|fim", "</s>", "\ufffd", "\x1b[31m", "\r\n", "\r", "\x00", "\ud800")
STOPS = ((), ("STOP\nX",), ("\n\n",), ("x",), ("", "end"))


def texts(parts, size):
    return st.lists(st.sampled_from(parts), max_size=size).map("".join)


def places(left=True, right=True):
    line = texts([part for part in CODE if "\n" not in part], 6)
    lines = st.lists(line, max_size=6).map(tuple)
    nothing, widths = st.just(""), st.sampled_from([0, 2, 4, 8])
    return st.builds(
        Place,
        left=line if left else nothing,
        right=nothing | line if right else nothing,
        above=lines,
        below=lines,
        expandtab=st.booleans(),
        shiftwidth=widths,
        tabstop=widths,
    )


answers = texts(CODE + BAD, 25) | st.text(max_size=60)


def without_blanks(text):
    return "".join(text.split())


def arriving(answer, place, **options):
    """Yield what is shown after each character, and check that nothing shown is changed."""
    before = ""
    for end in range(len(answer) + 1):
        now = trim(answer[:end], place, done=False, **options)
        assert now.startswith(before) or now == "", (end, before, now)
        yield now
        before = now


@settings(deadline=None, max_examples=300)
@given(answers, places(), st.integers(0, 5), st.sampled_from(STOPS), st.booleans())
@example("a = 1\nb = 2\nc = 3\n", Place(above=("c = 3", "b = 2", "a = 1")), 5, (), False)
def test_what_was_shown_stays_or_is_taken_back_as_a_whole(answer, place, lines, stops, cut):
    options = {"max_lines": lines, "stops": stops}
    shown = list(arriving(answer, place, **options))
    last = trim(answer, place, done=True, cut=cut, **options)
    assert last.startswith(shown[-1]) or last == ""
    gone = [at for at, (old, new) in enumerate(pairwise(shown), 1) if old and not new]
    assert not gone or not any(shown[gone[0] :])


@settings(deadline=None, max_examples=300)
@given(answers, places(), st.integers(0, 5), st.sampled_from(STOPS), st.booleans())
def test_it_is_part_of_the_answer(answer, place, lines, stops, cut):
    got = trim(answer, place, done=True, cut=cut, max_lines=lines, stops=stops)
    assert without_blanks(got) in without_blanks(clean(answer))
    assert got == "" or got.strip()
    assert got == "" or got.count("\n") < lines
    assert got == got.rstrip() or place.right.strip()
    assert not any(stop in got for stop in stops if stop)
    assert not place.right.strip() or "\n" not in got


@settings(deadline=None, max_examples=300)
@given(answers, places())
def test_nothing_dangerous_is_shown(answer, place):
    for done in (True, False):
        got = trim(answer, place, done=done)
        assert not set(got) & set("\x1b\x00\r\ufffd\ud800")
        assert "<|endoftext|>" not in got


@settings(deadline=None, max_examples=300)
@given(texts(CODE, 25), places(left=False, right=False))
def test_trimming_again_changes_nothing_at_the_start_of_a_line(answer, place):
    once = trim(answer, place, done=True)
    assert trim(once, place, done=True) in (once, "")


TABLES = {
    **test_fim_trim_below.REPEATS,
    **test_fim_trim_below.CLOSERS,
    **test_fim_trim_below.BLOCKS,
    **test_fim_trim_indent.CASES,
    **test_fim_trim_indent.TABS,
    **test_fim_trim_repeats.ECHOES,
    **test_fim_trim_repeats.COPIES,
    **test_fim_trim_right.CASES,
    **{name: (answer, "\u2038", shown) for name, (answer, shown) in test_fim_trim.ENDS.items()},
}


@pytest.mark.parametrize(("answer", "text", "expected"), TABLES.values(), ids=TABLES)
def test_every_case_of_the_tables_arrives_without_a_change(answer, text, expected):
    place = at(text, shiftwidth=4, tabstop=4)
    for now in arriving(answer, place):
        assert expected.startswith(now) or not expected
    for now in arriving(f"{answer}\n", place):
        assert expected.startswith(now) or not expected
