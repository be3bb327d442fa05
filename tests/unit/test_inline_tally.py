"""What is counted when, for which model, and when it is written."""

from __future__ import annotations

import asyncio

import pytest

from fake_editor import desk
from local_llm.backends.base import Usage
from local_llm.errors import LocalLlmError
from local_llm.features.inline.ledger import Ledger
from local_llm.features.inline.run import Finding
from local_llm.features.inline.stats import Book, Counts
from local_llm.features.inline.stats_file import StatsFile
from local_llm.features.inline.tally import Tally
from waiting import wait_until

NOW = 1_750_000_000.0
HOUR_S = 3600.0
TICKET = {"id": 1, "buf": 1, "tick": 1, "row": 0, "col": 0, "first_row": 0}
TICKET |= {"before": "", "after": "", "path": "/p/.env"}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "local-llm" / "stats.json"


@pytest.fixture
def ledger(path):
    return Ledger(path, every_s=HOUR_S, now=lambda: NOW)


@pytest.fixture
def tally(ledger):
    return Tally(ledger)


def finding(prompt=None, cached=None, answer=None, *, first_ms=None, pieces=0, chars=0):
    usage = Usage(prompt_tokens=prompt, cached_tokens=cached, answer_tokens=answer)
    return Finding(usage=usage, first_token_ms=first_ms, pieces=pieces, chars=chars)


async def counted(ledger, model="m"):
    """Return what was counted for a model, without the times of counting."""
    counts = (await ledger.book()).models.get(model)
    if counts is not None:
        assert (counts.since, counts.last) == (NOW, NOW)
        counts.since = counts.last = 0.0
    return counts


def use(kind, ticket_id=1, chars=0, **more):
    return {"kind": kind, "id": ticket_id, "chars": chars, **more}


ANSWERS = [
    (finding(700, 690, 12, pieces=11, chars=40), False, (10, 0, 12, 40)),
    (finding(700, 690, 12, pieces=11, chars=40), True, (10, 10, 12, 40)),
    (finding(700, None, 12), False, (700, 0, 12, 0)),
    (finding(pieces=5, chars=21), False, (0, 0, 5, 21)),  # a server that tells nothing
    (finding(700, 690, 4, pieces=12), False, (10, 0, 12, 0)),  # told for the first of three
    (finding(10, 20, 1), False, (0, 0, 1, 0)),
]


@pytest.mark.parametrize(("found", "ahead", "wanted"), ANSWERS)
async def test_an_answer_counts(tally, ledger, found, ahead, wanted):
    tally.answered("m", found, ahead=ahead)
    evaluated, early, tokens, chars = wanted
    assert await counted(ledger) == Counts(
        requests=0 if ahead else 1,
        ahead=1 if ahead else 0,
        prompt_tokens=evaluated,
        early_tokens=early,
        answer_tokens=tokens,
        answer_chars=chars,
    )


async def test_an_answer_that_was_cut_short_counts_as_far_as_it_came(tally, ledger):
    tally.cut_short("m", finding(pieces=3, chars=9))
    tally.cut_short("m", finding(pieces=2, chars=5), ahead=True)
    wanted = Counts(requests=1, ahead=1, cut_short=2, answer_tokens=5, answer_chars=14)
    assert await counted(ledger) == wanted


async def test_reading_ahead_counts_as_tokens_of_nobody_s_key(tally, ledger):
    tally.warmed("m", finding(2000, 500, 1, pieces=1, chars=2))
    wanted = Counts(warmed=1, prompt_tokens=1500, early_tokens=1500)
    wanted.answer_tokens, wanted.answer_chars = 1, 2
    assert await counted(ledger) == wanted


async def test_the_time_to_first_token_is_that_of_requests_for_a_key(tally, ledger):
    tally.answered("m", finding(first_ms=20.0))
    tally.cut_short("m", finding(first_ms=20.0))
    tally.cut_short("m", finding())
    tally.answered("m", finding(first_ms=900.0), ahead=True)
    counts = await counted(ledger)
    assert sum(counts.first_token.counts.values()) == 2
    assert counts.first_token.percentile(95) == pytest.approx(20, rel=0.025)


async def test_uses_count(tally, ledger):
    tally.asked(1, "m")
    uses = [use("shown", screen_ms=4.0), use("typed", chars=3), use("word", chars=6)]
    uses += [use("line", chars=10), use("all", chars=30), use("dismissed", 2, 12)]
    tally.used({"name": "complete_used", "used": uses})
    counts = await counted(ledger)
    assert counts.screen.percentile(50) == pytest.approx(4, rel=0.025)
    counts.screen.counts.clear()
    wanted = Counts(keys=1, shown=1, taken=1, word=1, line=1, all=1, dismissed=1)
    wanted.accepted_chars, wanted.typed_chars = 46, 3
    assert counts == wanted


async def test_a_suggestion_accepted_piece_by_piece_is_one(tally, ledger):
    tally.asked(1, "m")
    tally.used({"used": [use("word", 1, 4), use("word", 1, 4), use("word", 2, 4)]})
    counts = await counted(ledger)
    assert (counts.taken, counts.word) == (2, 3)


async def test_a_use_counts_for_the_model_that_made_it(tally, ledger):
    tally.asked(1, "old")
    tally.asked(2, "m")
    tally.used({"used": [use("all", 1, 10), use("all", 2, 5), use("all", 77, 1)]})
    assert (await counted(ledger, "old")).accepted_chars == 10
    assert (await counted(ledger)).accepted_chars == 6  # of a ticket unknown: the latest model


async def test_a_key_may_ask_for_what_is_under_way(tally, ledger):
    tally.asked(1)  # nobody knows the model yet
    assert await counted(ledger) is None
    tally.asked(2, "m")
    tally.asked(3)
    tally.used({"used": [use("shown", 3)]})
    assert await counted(ledger) == Counts(keys=2, shown=1)


async def test_what_is_remembered_of_tickets_is_bounded(tally):
    for number in range(5000):
        tally.asked(number, "m")
    assert len(tally._models) == 512
    assert 4999 in tally._models


UNUSABLE = [
    {},
    {"used": None},
    {"used": []},
    {"used": 7},
    {"used": "shown"},
    {"used": [7]},
    {"used": [{}]},
    {"used": [{"kind": "eaten", "id": 1, "chars": 1}]},
    {"used": [{"kind": "all", "id": "1", "chars": 1}]},
    {"used": [{"kind": "all", "id": 1, "chars": -1}]},
    {"used": [{"kind": "all", "id": 1, "chars": 2**60}]},
    {"used": [{"kind": "shown", "id": 1, "screen_ms": "soon"}]},
]


@pytest.mark.parametrize("message", UNUSABLE, ids=range(len(UNUSABLE)))
async def test_what_makes_no_sense_counts_nothing(tally, ledger, message):
    tally.asked(1, "m")
    tally.used(message)
    assert await counted(ledger) == Counts(keys=1)


async def test_uses_before_any_question_are_nobody_s(tally, ledger):
    tally.used({"used": [use("all", 1, 5)]})
    assert await ledger.book() == Book()


# -- writing -----------------------------------------------------------------------------------


async def test_counting_writes_nothing_by_itself(tally, ledger, path):
    tally.asked(1, "m")
    assert not path.exists()
    await ledger.aclose()


async def test_the_end_writes_everything(tally, path):
    tally.asked(1, "m")
    await tally.aclose()
    assert StatsFile(path).load().models["m"].keys == 1


async def test_with_nothing_counted_nothing_is_written(tally, path):
    await tally.aclose()
    assert not path.parent.exists()


async def test_counts_are_written_after_a_while_and_only_once(path):
    tally = Tally(Ledger(path, every_s=0.0))
    for number in range(100):
        tally.asked(number, "m")
    file = StatsFile(path)
    await asyncio.to_thread(wait_until, lambda: file.load().models, 20, "the file")
    assert file.load().models["m"].keys == 100
    await tally.aclose()
    assert file.load().models["m"].keys == 100


async def test_two_editors_add_up(path):
    one, other = Tally(Ledger(path)), Tally(Ledger(path))
    one.asked(1, "m")
    other.asked(1, "m")
    other.asked(2, "m")
    await asyncio.gather(one.aclose(), other.aclose())
    assert StatsFile(path).load().models["m"].keys == 3


async def test_what_cannot_be_written_stays_and_is_shown(tally, ledger, path):
    path.mkdir(parents=True)
    tally.asked(1, "m")
    assert (await counted(ledger)).keys == 1
    tally.asked(2, "m")
    assert "- keys that asked: 2" in await tally.lines()
    path.rmdir()
    await tally.aclose()
    assert StatsFile(path).load().models["m"].keys == 2


async def test_the_lines_name_the_file(tally, path):
    assert any(str(path) in line for line in await tally.lines())


async def test_resetting_forgets_what_was_written_and_what_was_not(tally, ledger, path):
    tally.asked(1, "m")
    await ledger.book()
    tally.asked(2, "m")
    await tally.reset()
    assert "Nothing was counted yet." in await tally.lines()
    tally.asked(3, "m")
    assert (await counted(ledger)).keys == 1
    await tally.aclose()


async def test_resetting_what_cannot_be_written_is_told(tally, path):
    path.mkdir(parents=True)
    with pytest.raises(LocalLlmError) as told:
        await tally.reset()
    assert told.value.where == str(path)
    assert "still there" in str(told.value)


# -- the application ---------------------------------------------------------------------------


async def test_the_window_is_a_request_like_any_other(home):
    async with desk() as at:
        reply = await at.editor.wait("stats", at.ask("stats"))
        assert "Nothing was counted yet." in reply["lines"]


async def test_uses_are_taken_from_both_messages_and_kept_for_the_next_editor(home):
    file = StatsFile(home / "state" / "local-llm" / "stats.json")
    async with desk() as at:
        at.app._tally.asked(1, "m")
        at.app.receive({"name": "complete_used", "used": [use("shown"), use("word", 1, 4)]})
        used = [use("all", 1, 9)]
        at.app.receive({"name": "complete", "ticket": TICKET, "used": used})
        await at.editor.wait("ghost", 1)
    counts = file.load().models["m"]
    assert (counts.shown, counts.accepted_chars) == (1, 13)
    async with desk() as at:
        reply = await at.editor.wait("stats", at.ask("stats"))
        assert "- accepted by kind: 1 whole, 0 by line, 1 by word" in reply["lines"]
        reply = await at.editor.wait("stats", at.ask("stats", reset=True))
        assert "Nothing was counted yet." in reply["lines"]
    assert file.load() == Book()
