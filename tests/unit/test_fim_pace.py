"""What is asked for follows the measured speed: answers, windows, the wait after a key."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_llm.fim.pace import Pace

NAMES = ("first_token_ms", "prompt_tokens_per_s", "answer_tokens_per_s")
speeds = st.floats(0.1, 100_000)
intervals = st.none() | st.floats()
SLOW_LAPTOP = {"first_token_ms": 900.0, "prompt_tokens_per_s": 60.0, "answer_tokens_per_s": 7.0}
GRAPHICS_CARD = {"first_token_ms": 18.0, "prompt_tokens_per_s": 4e3, "answer_tokens_per_s": 150.0}


@pytest.mark.parametrize(
    ("speed", "max_lines", "one_line", "first", "tokens"),
    [
        (None, 12, True, True, 48),
        (None, 12, False, True, 128),
        (None, 12, True, False, 64),
        (None, 12, False, False, 256),
        (None, 1, False, True, 64),
        (None, 2, False, True, 88),
        (100.0, 12, True, True, 35),
        (100.0, 12, False, True, 100),
        (100.0, 12, False, False, 200),
        (7.0, 12, True, True, 8),  # a slow machine still says a word or two
        (20.0, 12, False, True, 20),
        (1000.0, 12, True, True, 64),  # no line is longer
        (1000.0, 12, False, True, 256),
        (1000.0, 3, False, True, 112),
        (1000.0, 0, False, True, 64),
    ],
)
def test_an_answer_takes_about_its_time(speed, max_lines, one_line, first, tokens):
    pace = Pace({"answer_tokens_per_s": speed} if speed else None)
    assert pace.answer_tokens(max_lines, one_line=one_line, first=first) == tokens


@pytest.mark.parametrize(
    ("speed", "room", "windows"),
    [
        (None, 100_000, (704, 1024)),
        (None, 600, (600, 600)),
        (60.0, 100_000, (192, 512)),
        (1000.0, 100_000, (192, 1472)),
        (2000.0, 100_000, (448, 2944)),
        (4000.0, 100_000, (704, 4096)),
        (4000.0, 1500, (704, 1500)),
        (4000.0, 100, (100, 100)),
        (4000.0, 0, (0, 0)),
        (4000.0, -5, (0, 0)),
    ],
)
def test_a_window_is_read_in_its_time(speed, room, windows):
    assert Pace({"prompt_tokens_per_s": speed} if speed else None).window_tokens(room) == windows


@pytest.mark.parametrize(
    ("first_token_ms", "interval", "wait"),
    [
        (None, None, 30),
        (None, 150.0, 30),
        (0.01, 150.0, 5),
        (18.0, 150.0, 6),
        (52.5, 150.0, 10),
        (104.0, 150.0, 14),
        (106.0, 150.0, 195),
        (900.0, 150.0, 195),
        (900.0, 20.0, 60),
        (900.0, 1000.0, 400),
        (900.0, 2000.0, 11),
        (900.0, None, 234),
        (18.0, None, 6),
        (900.0, 0.0, 234),
        (900.0, -3.0, 234),
        (900.0, math.nan, 234),
        (900.0, math.inf, 234),
        (900.0, 3_600_000.0, 234),
    ],
)
def test_the_wait_after_a_key(first_token_ms, interval, wait):
    pace = Pace({"first_token_ms": first_token_ms})
    assert pace.debounce_ms(interval) == wait


@pytest.mark.parametrize(("window", "extra"), [(0, 0), (-8, 0), (3, 0), (192, 48), (4096, 1024)])
def test_other_files_get_a_quarter(window, extra):
    assert Pace().extra_tokens(window) == extra


def test_a_slow_laptop_is_asked_for_less_than_a_graphics_card():
    slow, fast = Pace(SLOW_LAPTOP), Pace(GRAPHICS_CARD)
    assert slow.answer_tokens(12, one_line=False, first=True) == 8
    assert fast.answer_tokens(12, one_line=False, first=True) == 150
    assert slow.debounce_ms(150.0) > 150 > fast.debounce_ms(150.0)


def test_the_first_request_sets_the_speeds():
    pace = Pace()
    assert (pace.first_token_ms, pace.prompt_tokens_per_s, pace.answer_tokens_per_s) == (None,) * 3
    pace.note(
        first_token_ms=40.0, prompt_tokens=500, prompt_ms=250.0, answer_tokens=20, answer_ms=400.0
    )
    assert pace.first_token_ms == 40.0
    assert pace.prompt_tokens_per_s == 2000.0
    assert pace.answer_tokens_per_s == 50.0


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"first_token_ms": None},
        {"first_token_ms": -1.0},
        {"first_token_ms": 0.0},
        {"first_token_ms": math.nan},
        {"first_token_ms": math.inf},
        {"first_token_ms": 3_600_000.0},
        {"prompt_tokens": 500},
        {"prompt_ms": 20.0},
        {"prompt_tokens": 500, "prompt_ms": 0.0},
        {"prompt_tokens": 500, "prompt_ms": -3.0},
        {"prompt_tokens": 500, "prompt_ms": math.nan},
        {"prompt_tokens": -500, "prompt_ms": 10.0},
        {"prompt_tokens": 500, "prompt_ms": 1e-9},
        {"answer_tokens": 0, "answer_ms": 10.0},
        {"answer_tokens": 20, "answer_ms": 0.0},
        {"answer_tokens": 20, "answer_ms": None},
    ],
)
def test_what_is_unknown_or_cannot_be_teaches_nothing(told):
    pace = Pace(GRAPHICS_CARD)
    pace.note(**told)
    assert pace.state() == GRAPHICS_CARD


def test_a_few_tokens_tell_no_speed():
    pace = Pace(GRAPHICS_CARD)
    pace.note(prompt_tokens=2, prompt_ms=8.0, answer_tokens=1, answer_ms=30.0)
    assert pace.state() == GRAPHICS_CARD


def test_one_busy_moment_does_not_count_for_much():
    pace = Pace(GRAPHICS_CARD)
    pace.note(first_token_ms=180.0)
    assert pace.first_token_ms < 40


def test_a_model_that_had_to_load_first_is_soon_forgotten():
    pace = Pace()
    pace.note(first_token_ms=20_000.0)
    for _ in range(8):
        pace.note(first_token_ms=40.0)
    assert pace.first_token_ms < 80


def test_a_machine_that_is_slower_now_is_believed_after_a_few_requests():
    pace = Pace(GRAPHICS_CARD)
    for _ in range(10):
        pace.note(prompt_tokens=300, prompt_ms=1000.0, answer_tokens=30, answer_ms=3000.0)
    assert pace.window_tokens(10_000) == (192, 512)
    assert pace.answer_tokens(12, one_line=False, first=True) < 15


def test_windows_stay_while_the_speed_changes_little():
    pace = Pace({"prompt_tokens_per_s": 1500.0})
    windows = pace.window_tokens(10_000)
    for speed in (1300, 1700, 1450, 1600, 1350):
        pace.note(prompt_tokens=speed, prompt_ms=1000.0)
        assert pace.window_tokens(10_000) == windows
    for _ in range(5):
        pace.note(prompt_tokens=2500, prompt_ms=1000.0)
    assert pace.window_tokens(10_000) > windows


BAD = [math.nan, math.inf, -1.0, 0.0, 1e12, 10**400, "12", None, True, [1.0], {}]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", BAD, ids=[str(bad)[:8] for bad in BAD])
def test_what_cannot_be_true_is_not_taken_from_an_earlier_session(name, value):
    assert Pace({**GRAPHICS_CARD, name: value, "other": 1.0}).state() == {
        other: speed for other, speed in GRAPHICS_CARD.items() if other != name
    }


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, st.floats() | st.integers())))
def test_a_session_goes_on_where_the_last_one_ended(state):
    pace = Pace(state)
    again = Pace(pace.state())
    for name, value in again.state().items():
        assert value == pytest.approx(pace.state()[name])
    assert set(again.state()) <= set(pace.state())


numbers = st.none() | st.floats() | st.integers(-5, 10**7)
counts = st.none() | st.integers(-5, 10**7)


@given(
    st.lists(st.tuples(numbers, counts, numbers, counts, numbers), max_size=20),
    st.integers(-10, 200_000),
    st.integers(-1, 40),
    intervals,
)
def test_bounds_hold_whatever_was_measured(notes, room, max_lines, interval):
    pace = Pace()
    for first, prompt, prompt_ms, answer, answer_ms in notes:
        pace.note(
            first_token_ms=first,
            prompt_tokens=prompt,
            prompt_ms=prompt_ms,
            answer_tokens=answer,
            answer_ms=answer_ms,
        )
    quick, full = pace.window_tokens(room)
    assert 0 <= quick <= full <= max(0, room)
    assert quick <= 704
    assert full <= 4096
    if room >= 512:
        assert quick >= 192
        assert full >= 512
    for one_line in (True, False):
        for first_ask in (True, False):
            tokens = pace.answer_tokens(max_lines, one_line=one_line, first=first_ask)
            assert 8 <= tokens <= 256
    wait = pace.debounce_ms(interval)
    assert 5 <= wait <= 15 or wait == 30 or 60 <= wait <= 400
    assert all(math.isfinite(value) and value > 0 for value in pace.state().values())


@given(speeds, speeds, st.integers(0, 10_000), st.integers(1, 40), st.tuples(*[st.booleans()] * 2))
def test_a_faster_machine_is_asked_for_no_less(one, other, room, lines, flags):
    slow, fast = sorted((one, other))
    one_line, first = flags
    slower = Pace({"prompt_tokens_per_s": slow, "answer_tokens_per_s": slow})
    faster = Pace({"prompt_tokens_per_s": fast, "answer_tokens_per_s": fast})
    for low, high in zip(slower.window_tokens(room), faster.window_tokens(room), strict=True):
        assert low <= high
    low, high = (
        pace.answer_tokens(lines, one_line=one_line, first=first) for pace in (slower, faster)
    )
    assert low <= high


@given(st.none() | speeds, st.integers(1, 40), st.integers(1, 40))
def test_more_lines_get_no_fewer_tokens(speed, one, other):
    few, many = sorted((one, other))
    pace = Pace({"answer_tokens_per_s": speed})
    first = pace.answer_tokens(few, one_line=False, first=True)
    assert pace.answer_tokens(few, one_line=True, first=True) <= first
    assert first <= pace.answer_tokens(many, one_line=False, first=True)
    assert first <= pace.answer_tokens(few, one_line=False, first=False)


@given(st.floats(0.01, 60_000), st.floats(0.01, 60_000), intervals)
def test_a_slower_first_token_never_shortens_the_wait(one, other, interval):
    fast, slow = sorted((one, other))
    waits = [Pace({"first_token_ms": ms}).debounce_ms(interval) for ms in (fast, slow)]
    assert waits == sorted(waits)


@given(st.none() | speeds, st.integers(0, 10_000), st.integers(0, 10_000))
def test_more_room_never_makes_a_window_smaller(speed, one, other):
    small, large = sorted((one, other))
    pace = Pace({"prompt_tokens_per_s": speed})
    pairs = zip(pace.window_tokens(small), pace.window_tokens(large), strict=True)
    assert all(low <= high for low, high in pairs)
