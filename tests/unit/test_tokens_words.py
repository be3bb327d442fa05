"""Where the last word begins: the same whether all of the text is read or only its end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_llm.tokens.pre import PRES
from local_llm.tokens.words import Words

# One label of each pattern.
LABELS = list({pre.pattern: label for label, pre in PRES.items()}.values())
WORDS = {label: Words(label) for label in LABELS}
PIECES = [
    *("a", "foo", "return ", " bar", "'s", "don't", "x_1", "12", "3", ".", "()", ");", "==", "!"),
    *(" ", "  ", "\t", "\n", "\r\n", "\n\n    ", " \n"),
    *("é", "日本", "\u00a0", "\u3000", "\u200b", "🙂"),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=80).map("".join)


def read_whole(words: Words, text: str) -> int:
    at = len(text)
    for word in reversed(words.split(text)):
        if not word.isspace():
            return at if at < len(text) else at - len(word)
        at -= len(word)
    return at


@pytest.mark.parametrize("label", LABELS)
@given(text=TEXTS)
def test_the_end_of_a_text_tells(label, text):
    assert WORDS[label].last(text) == read_whole(WORDS[label], text)
