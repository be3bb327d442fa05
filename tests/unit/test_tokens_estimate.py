"""Estimates: where they start, and what they learn from servers."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_llm.tokens.estimate import HIGHEST, LOWEST, Estimator, bytes_over


def words_of(text: str) -> float:
    return float(len(text.split()))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("a", 1), ("abcde", 2), ("abcdef", 3), ("äöü", 3), ("\udcff" * 5, 6)],
)
def test_the_base_is_bytes_rounded_up(text, tokens):
    assert Estimator(bytes_over(2.5)).count(text) == tokens


def test_the_family_factor_multiplies_another_models_count():
    assert Estimator(words_of, factor=1.15).count("x " * 100) == 115
    assert Estimator(words_of, factor=1.15).describe() == "estimate x1.15"


def test_it_jumps_up_to_an_underestimate_at_once():
    estimator = Estimator(words_of)
    estimator.correct(1500, 1000)
    assert estimator.count("x " * 1000) == 1500


def test_it_sinks_slowly_after_an_overestimate():
    estimator = Estimator(words_of)
    estimator.correct(900, 1000)
    after_one = estimator.count("x " * 1000)
    assert 990 < after_one < 1000
    for _ in range(200):
        estimator.correct(900, estimator.count("x " * 1000))
    assert 900 <= estimator.count("x " * 1000) <= 905


def test_small_requests_teach_nothing():
    estimator = Estimator(words_of)
    estimator.correct(199, 150)
    estimator.correct(400, 199)
    assert estimator.count("x " * 1000) == 1000


@pytest.mark.parametrize(("reported", "ratio"), [(100_000, HIGHEST), (250, None)])
def test_absurd_reports_are_clamped(reported, ratio):
    estimator = Estimator(words_of)
    for _ in range(50):
        estimator.correct(reported, 1000)
    assert estimator.state()["ratio"] == pytest.approx(ratio or LOWEST, abs=0.01)


def test_what_was_learned_survives_as_plain_json():
    estimator = Estimator(words_of)
    estimator.correct(1300, 1000)
    again = Estimator(words_of, state=json.loads(json.dumps(estimator.state())))
    assert again.count("x " * 1000) == estimator.count("x " * 1000) == 1300


@pytest.mark.parametrize("state", [{}, {"ratio": float("nan")}, {"ratio": 99.0, "mean": -3.0}])
def test_a_damaged_state_cannot_lead_out_of_bounds(state):
    assert 80 <= Estimator(words_of, state=state).count("x " * 100) <= 200


@given(st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 9000)), max_size=30))
def test_the_correction_never_leaves_its_bounds(reports):
    estimator = Estimator(words_of)
    for server, estimate in reports:
        estimator.correct(server, estimate)
    assert LOWEST <= estimator.state()["ratio"] <= HIGHEST


@given(st.lists(st.floats(0.9, 1.6), min_size=1, max_size=30))
def test_it_leans_high(true_ratios):
    estimator = Estimator(words_of)
    for ratio in true_ratios:
        estimated = estimator.count("x " * 1000)
        estimator.correct(round(1000 * ratio), estimated)
        assert estimator.count("x " * 1000) >= round(1000 * ratio) - 1
