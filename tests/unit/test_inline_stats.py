"""The counts of suggestions: percentiles, sums, and what is shown of them."""

from __future__ import annotations

import itertools

import msgspec
import pytest

from local_llm.features.inline.stats import Book, Counts, Times
from local_llm.features.inline.stats_lines import stats_lines


def times(*all_ms):
    made = Times()
    for ms in all_ms:
        made.note(ms)
    return made


@pytest.mark.parametrize(
    ("all_ms", "percent", "wanted"),
    [
        ([7], 50, 7),
        ([7], 95, 7),
        ([1, 100], 50, 1),
        ([1, 100], 95, 100),
        ([10, 20, 30], 50, 20),
        (range(1, 101), 50, 50),
        (range(1, 101), 95, 95),
        (range(1, 101), 100, 100),
        (range(1, 101), 0, 1),
        ([5] * 95 + [900] * 5, 95, 5),
        ([5] * 94 + [900] * 6, 95, 900),
        ([0.25, 0.5, 1.0], 50, 0.5),
        ([30_000, 60_000], 95, 60_000),
    ],
)
def test_percentiles_are_right_to_two_and_a_half_percent(all_ms, percent, wanted):
    assert times(*all_ms).percentile(percent) == pytest.approx(wanted, rel=0.025)


def test_no_times_have_no_percentile():
    assert times().percentile(50) is None


@pytest.mark.parametrize("ms", [-1, float("nan"), float("inf"), -0.001])
def test_what_is_no_time_is_left_out(ms):
    assert times(ms).counts == {}


@pytest.mark.parametrize(("ms", "bound"), [(0, 0.1), (0.001, 0.1), (1e12, 600_000)])
def test_times_out_of_range_are_at_its_ends(ms, bound):
    assert times(ms).percentile(50) == pytest.approx(bound, rel=0.025)


def test_a_histogram_stays_small():
    made = times(*(1.001**n / 10 for n in range(20_000)))
    assert len(made.counts) < 330
    assert len(msgspec.json.encode(made)) < 5000


def test_times_of_two_editors_are_those_of_both():
    one, other, both = times(1, 2, 3), times(3, 400), times(1, 2, 3, 3, 400)
    one.add(other)
    assert one == both
    assert other == times(3, 400)


USES = [
    ("all", 20, {"all": 1, "accepted_chars": 20}, 19),
    ("line", 9, {"line": 1, "accepted_chars": 9}, 8),
    ("word", 1, {"word": 1, "accepted_chars": 1}, 0),
    ("word", 0, {"word": 1}, -1),
    ("typed", 5, {"typed_chars": 5}, 0),
    ("dismissed", 30, {"dismissed": 1}, 0),
    ("shown", 0, {"shown": 1}, 0),
]


@pytest.mark.parametrize(("kind", "chars", "wanted", "saved"), USES)
def test_each_use_counts(kind, chars, wanted, saved):
    counts = Counts()
    counts.use(kind, chars)
    assert counts == Counts(**wanted)
    assert counts.saved_chars == saved


@pytest.mark.parametrize(
    ("tokens", "chars", "accepted", "typed", "wasted"),
    [
        (0, 0, 0, 0, 0),
        (100, 400, 0, 0, 100),
        (100, 400, 400, 0, 0),
        (100, 400, 100, 0, 75),
        (100, 400, 100, 100, 50),
        (100, 400, 0, 400, 0),
        (100, 0, 0, 0, 100),  # an answer without a character
        (100, 400, 500, 0, 0),  # shown from memory and accepted twice
    ],
)
def test_wasted_tokens(tokens, chars, accepted, typed, wasted):
    counts = Counts(answer_tokens=tokens, answer_chars=chars)
    counts.accepted_chars, counts.typed_chars = accepted, typed
    assert counts.wasted_tokens == wasted


@pytest.mark.parametrize(
    ("tokens", "keys", "wanted"), [(0, 0, None), (30, 0, None), (30, 20, 1.5), (0, 4, 0)]
)
def test_prompt_tokens_for_each_key(tokens, keys, wanted):
    assert Counts(prompt_tokens=tokens, keys=keys).tokens_per_key == wanted


def some(step):
    """Return counts in which every number differs."""
    numbers = {
        name: at * step
        for at, name in enumerate(Counts.__struct_fields__, 1)
        if name not in ("since", "last", "first_token", "screen")
    }
    return Counts(since=50.0 + step, last=90.0 + step, first_token=times(step), **numbers)


def test_every_number_is_added():
    counts = some(1)
    counts.add(some(2))
    wanted = some(3)
    wanted.since, wanted.last, wanted.first_token = 51.0, 92.0, times(1, 2)
    assert counts == wanted


def test_the_order_of_adding_does_not_matter():
    sums = []
    for order in itertools.permutations((1, 2, 5)):
        book = Book()
        for step in order:
            book.add(Book(models={"m": some(step), f"only {step}": some(step)}))
        sums.append(book)
    assert all(book == sums[0] for book in sums)
    assert sums[0].models["m"].keys == 8 * Counts.__struct_fields__.index("keys") + 8


def test_adding_leaves_the_other_book_alone():
    fresh = Book(models={"m": some(1)})
    book = Book()
    book.add(fresh)
    book.add(Book(models={"m": some(1)}))
    assert fresh == Book(models={"m": some(1)})


def test_a_time_without_a_count_is_not_the_first():
    counts = Counts()
    counts.add(some(1))
    assert counts.since == 51.0


def test_of_very_many_models_those_used_last_are_kept():
    book = Book()
    for number in range(100):
        fresh = Book()
        fresh.of(f"model {number}").touch(1000.0 + (number * 37) % 100)
        book.add(fresh)
    moments = sorted(counts.last for counts in book.models.values())
    assert len(moments) == 32
    assert moments[-1] == 1099.0


def test_a_long_name_is_cut():
    book = Book()
    book.of("n" * 1000).keys += 1
    book.of("n" * 999).keys += 1
    assert [len(name) for name in book.models] == [200]
    assert msgspec.json.decode(msgspec.json.encode(book), type=Book) == book


# -- what is shown -----------------------------------------------------------------------------

FULL = Counts(
    since=1_749_985_200.0,
    last=1_750_000_100.0,
    keys=1200,
    requests=1000,
    ahead=150,
    warmed=12,
    cut_short=90,
    shown=600,
    taken=150,
    all=100,
    line=40,
    word=61,
    dismissed=3,
    accepted_chars=5201,
    typed_chars=700,
    prompt_tokens=2400,
    early_tokens=300,
    answer_tokens=4000,
    answer_chars=11802,
    first_token=times(*range(1, 101)),
    screen=times(4.2),
)
SHOWN = [
    "- since: 2025-06-15",
    "- keys that asked: 1,200",
    "- suggestions shown: 600 (50 % of these keys)",
    "- suggestions accepted: 150 (25 % of those shown)",
    "- accepted by kind: 100 whole, 40 by line, 61 by word",
    "- typed through: 700 characters",
    "- dismissed: 3",
    "- characters saved: 5,000 (5,201 accepted with 201 keys)",
    "- time to first token: p50 49 ms, p95 97 ms",
    "- time to screen: p50 4.3 ms, p95 4.3 ms",
    "- prompt tokens evaluated per key: 2.0 (2,400 in all, 300 of them ahead)",
    "- wasted tokens: 2,000 of 4,000 generated (50 %)",
    "- requests: 1,000 for a key, 150 for what may follow, 12 to warm the cache; 90 cut short",
]


def test_all_numbers_are_shown():
    lines = stats_lines(Book(models={"coder:7b": FULL}), "/state/stats.json")
    at = lines.index("## coder:7b")
    assert lines[at + 2 : at + 2 + len(SHOWN)] == SHOWN
    assert "Kept on this machine in /state/stats.json, and sent nowhere." in lines


def test_every_number_is_defined_in_the_window():
    lines = stats_lines(Book(), "/state/stats.json")
    text = " ".join(lines[lines.index("## What the numbers mean") :])
    for word in (
        *("keys that asked", "accepted", "characters saved", "time to first token"),
        *("Time to screen", "p50", "p95", "prompt tokens evaluated per key", "wasted tokens"),
        *("typed through", "what may follow", "cut short"),
    ):
        assert word in text, word


def test_nothing_counted_is_said():
    lines = stats_lines(Book(), "/state/stats.json")
    assert "Nothing was counted yet." in lines


def test_what_nobody_told_is_not_known():
    lines = stats_lines(Book(models={"m": Counts(keys=4, requests=4)}), "/s")
    assert "- time to first token: not known" in lines
    assert "- time to screen: not known" in lines
    assert "- prompt tokens evaluated per key: not known" in lines
    assert "- wasted tokens: 0 of 0 generated" in lines


def test_one_key_is_one_key():
    counts = Counts(all=1, accepted_chars=8)
    assert "- characters saved: 7 (8 accepted with 1 key)" in stats_lines(
        Book(models={"m": counts}), "/s"
    )


def test_the_model_used_last_comes_first():
    models = {"old": Counts(last=10.0), "new": Counts(last=30.0), "mid": Counts(last=20.0)}
    lines = stats_lines(Book(models=models), "/s")
    assert [line for line in lines if line.startswith("## ")][:3] == ["## new", "## mid", "## old"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a\nb", "## a?b"), ("\x1b[31mred", "## ?[31mred"), ("", "## a model without a name")],
)
def test_a_name_stays_on_its_line(name, shown):
    lines = stats_lines(Book(models={name: Counts()}), "/s")
    assert shown in lines
    assert all(line.isprintable() for line in lines)
