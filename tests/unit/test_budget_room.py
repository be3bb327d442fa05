"""How the context is shared, for tiny, usual and unknown windows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_llm.errors import BudgetError
from local_llm.tokens.room import ASSUMED_CONTEXT, MARGIN, limits, template_tokens


@pytest.mark.parametrize(
    ("context", "asked", "answer", "prompt"),
    [
        (512, 1024, 128, 376),
        (2048, 1024, 512, 1528),
        (8192, 1024, 1024, 7160),
        (None, 1024, 1024, 3064),
        (512, 8, 32, 472),
    ],
)
def test_the_answer_takes_at_most_a_quarter(context, asked, answer, prompt):
    room = limits(context, asked)
    assert (room.answer, room.prompt) == (answer, prompt)
    assert room.assumed == (context is None)


def test_an_unknown_context_is_assumed_to_be_the_smallest_usual_one():
    assert limits(None, 100).context == ASSUMED_CONTEXT == 4096


@pytest.mark.parametrize("context", [0, 1, 64, 100])
def test_a_window_too_small_for_anything_is_an_error_that_says_its_size(context):
    with pytest.raises(BudgetError, match=f"context of {context} tokens") as failure:
        limits(context, 100)
    assert "backend.context_tokens" in failure.value.hint


@given(st.integers(0, 200_000), st.integers(0, 100_000), st.integers(0, 40))
def test_the_shares_never_exceed_the_context(context, asked, messages):
    try:
        room = limits(context, asked, template_tokens(messages))
    except BudgetError:
        assert context < 512 + template_tokens(messages) * 2
        return
    assert room.prompt + room.answer + room.template + MARGIN <= room.context == context
