"""Masking an answer as it comes: the same for every cut, and nothing of a secret ever shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_llm.guard.mask import Masker
from local_llm.guard.mask_stream import StreamMasker
from unit.test_guard_mask import MASKED, PEM, SECRET, STAYS, TEXTS

PROSE = (
    "The password is stored as a hash, and the token that you see here is the key to it; "
    "don't \"quote\" 'this' again. "
)
LONG = "\n".join(
    [PROSE * 3, *(text for text, _ in MASKED.values()), PROSE, *STAYS[:12], PEM, PROSE]
)


def streamed(masker, pieces):
    stream = StreamMasker(masker)
    return "".join(map(stream.feed, pieces)) + stream.finish()


@pytest.mark.parametrize(
    "text", [*(text for text, _ in MASKED.values()), PROSE], ids=[*MASKED, "prose"]
)
def test_every_cut_in_two_gives_the_masked_whole(text):
    masker = Masker()
    whole = masker.mask(text).text
    for cut in range(len(text) + 1):
        assert streamed(masker, (text[:cut], text[cut:])) == whole


def test_every_cut_of_a_long_answer():
    masker = Masker()
    whole = masker.mask(LONG).text
    for cut in range(0, len(LONG) + 1, 15):  # those of one case each have every cut
        assert streamed(masker, (LONG[:cut], LONG[cut:])) == whole


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_pieces_of_any_size(size):
    masker = Masker()
    pieces = [LONG[at : at + size] for at in range(0, len(LONG), size)]
    assert streamed(masker, pieces) == masker.mask(LONG).text


@given(TEXTS, st.lists(st.integers(1, 30), max_size=20))
def test_any_text_in_any_pieces(text, sizes):
    masker = Masker()
    pieces, at = [], 0
    for size in sizes:
        pieces.append(text[at : at + size])
        at += size
    assert streamed(masker, (*pieces, text[at:])) == masker.mask(text).text


def test_prose_is_shown_word_by_word():
    stream = StreamMasker(Masker())
    shown = ""
    for at, char in enumerate(PROSE * 5):
        shown += stream.feed(char)
        assert at - len(shown) < 40, "a word, or some behind a name"


def test_an_answer_that_stops_in_a_secret_shows_none_of_it():
    for cut in range(len(SECRET)):
        stream = StreamMasker(Masker())
        shown = stream.feed(f'password = "{SECRET[:cut]}')
        assert not any(SECRET[at : at + 8] in shown for at in range(len(SECRET) - 8))
