from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_llm.fim.heal import Derailed, Healed, grammar, hand_back_word

WORDS = {
    "": ("", ""),
    "pri": ("", "pri"),
    "x = pri": ("x =", " pri"),
    "x = ": ("x =", " "),
    "    ": ("", "    "),
    "x\n": ("x", "\n"),
    "x\n    ": ("x\n", "    "),
    "foo.": ("foo", "."),
    "foo(": ("foo", "("),
    "if a ==": ("if a", " =="),
    "größe": ("", "größe"),
}


@pytest.mark.parametrize(("typed", "expected"), WORDS.items(), ids=map(repr, WORDS))
def test_without_tokens_a_word_is_handed_back(typed, expected):
    assert hand_back_word(typed) == expected


@given(st.text())
def test_what_is_handed_back_was_typed(typed):
    kept, letters = hand_back_word(typed)
    assert kept + letters == typed


@given(st.text(min_size=1), st.text(), st.data())
def test_the_letters_come_off_wherever_the_stream_is_cut(letters, rest, data):
    cut = data.draw(st.integers(0, len(letters + rest)))
    healed = Healed(letters)
    whole = letters + rest
    assert healed.feed(whole[:cut]) + healed.feed(whole[cut:]) == rest


def test_an_answer_that_begins_otherwise_is_off_the_rails():
    with pytest.raises(Derailed):
        Healed("pri").feed("pro")
    healed = Healed("pri")
    assert healed.feed("p") == ""
    with pytest.raises(Derailed):
        healed.feed("xt")


GRAMMARS = {
    "": "",
    "pri": 'root ::= "pri" [^\\x00]*',
    '"\\': 'root ::= "\\"\\\\" [^\\x00]*',
    "\n\t": 'root ::= "\\n\\t" [^\\x00]*',
    "\x07": 'root ::= "\\U00000007" [^\\x00]*',
}


@pytest.mark.parametrize(("letters", "expected"), GRAMMARS.items(), ids=map(repr, GRAMMARS))
def test_grammars(letters, expected):
    assert grammar(letters) == expected
