"""Measuring a masker: what counts as found, what as a false alarm, and what the report tells."""

from __future__ import annotations

import sys

import pytest

from guard import report
from guard.corpus import Lookalike, Sample, Secret, build
from guard.draw import Draw
from guard.kinds import HELD_OUT
from guard.measure import measure


@pytest.fixture(scope="module")
def samples():
    return build()


def everything(samples):
    """Find what is labelled, as a perfect masker would."""
    known = {sample.text: sample for sample in samples}

    def find(text):
        return [(*place, one.kind) for one in known[text].secrets for place in one.parts]

    return find


def test_who_finds_everything_gets_all(samples):
    told = measure(samples, everything(samples))
    for score in (told.tuned, told.held_out, told.all):
        assert (score.recall, score.precision) == (1, 1)
    assert told.misses == told.false_alarms == []
    assert told.all.secrets == told.tuned.secrets + told.held_out.secrets


def test_who_finds_nothing_gets_nothing(samples):
    told = measure(samples, lambda text: [])
    assert told.all.recall == 0
    assert told.all.precision == 1
    assert len(told.misses) == told.all.secrets


def test_who_masks_whole_files_is_not_precise(samples):
    told = measure(samples, lambda text: [(0, len(text), "all")])
    assert told.all.recall == 1
    assert told.all.precision < 0.1


TEXT = "a = 'abcdefghijklmnop'\nb = 'commit 0123456789'\n"
SAMPLE = Sample(
    "x/one.py",
    "python",
    TEXT,
    (Secret("some", 5, 21, parts=((5, 21),), outer=(5, 21)),),
    (Lookalike("hash", 35, 45),),
)


def told_of(*ranges, sample=SAMPLE):
    return measure([sample], lambda text: [(start, end, "rule") for start, end in ranges])


@pytest.mark.parametrize(
    ("ranges", "found"),
    [
        ([(5, 21)], True),
        ([(0, 30)], True),
        ([(5, 14)], True),  # seven are left
        ([(5, 13)], False),  # eight are
        ([(12, 14)], True),  # seven before, seven behind
        ([(13, 14)], False),
        ([(5, 9), (16, 21)], True),
        ([(5, 9), (9, 14)], True),
        ([(5, 6), (20, 21)], False),
        ([(7, 7)], False),
        ([], False),
    ],
)
def test_eight_characters_must_not_be_left(ranges, found):
    assert told_of(*ranges).tuned.recall == found


def test_a_short_value_may_not_be_left_whole():
    short = Secret("some", 5, 9, parts=((5, 9),), outer=(5, 9))
    sample = Sample("x", "python", TEXT, (short,), ())
    assert told_of(sample=sample).tuned.recall == 0
    assert told_of((5, 6), sample=sample).tuned.recall == 1


def test_pieces_of_a_value_count_as_one_value():
    split = Secret("some", 5, 21, parts=((5, 10), (16, 21)), outer=(5, 21))
    sample = Sample("x", "python", TEXT, (split,), ())
    assert told_of((5, 7), sample=sample).tuned.recall == 0
    assert told_of((5, 10), sample=sample).tuned.recall == 1


def test_ranges_inside_one_secret_count_once():
    told = told_of((5, 9), (9, 12), (14, 21))
    assert (told.tuned.right, told.tuned.wrong) == (1, 0)


def test_a_masked_look_alike_is_named():
    told = told_of((5, 21), (36, 40))
    assert told.tuned.precision == 0.5
    (alarm,) = told.false_alarms
    assert (alarm.kind, alarm.line, alarm.sample) == ("hash", 2, "x/one.py")


def test_a_look_alike_counts_once():
    told = told_of((35, 37), (39, 41))
    assert (told.tuned.right, told.tuned.wrong) == (0, 1)


def test_a_look_alike_under_a_range_that_is_right_is_wrong_all_the_same():
    told = told_of((0, len(TEXT)))
    assert (told.tuned.right, told.tuned.wrong) == (1, 1)
    assert told.false_alarms[0].kind == "hash (masked with a secret)"


def test_what_no_label_knows_is_called_as_the_masker_calls_it():
    assert told_of((22, 25)).false_alarms[0].kind == "rule (in the rest of the file)"


def test_the_frame_of_a_key_may_be_masked():
    key = Secret("key", 10, 15, parts=((10, 15),), outer=(0, 21))
    sample = Sample("x", "python", TEXT, (key,), ())
    told = told_of((0, 4), (10, 15), sample=sample)
    assert (told.tuned.right, told.tuned.wrong) == (1, 0)


def test_a_finding_never_shows_the_value():
    (miss,) = told_of().misses
    assert str(miss) == "some: x/one.py:1  abcdef... (16 characters)"


def test_parts_are_scored_apart(samples):
    held = {sample.text for sample in samples if sample.held_out}
    find = everything(samples)
    told = measure(samples, lambda text: find(text) if text in held else [])
    assert (told.held_out.recall, told.tuned.recall) == (1, 0)


# The report


def reported(monkeypatch, capsys, samples, *args):
    monkeypatch.setattr(sys, "argv", ["report.py", "--no-peer", *args])
    monkeypatch.setattr(report, "build", lambda: samples)
    monkeypatch.setattr(report, "our_finder", lambda: lambda text: [(0, 1, "rule")])
    assert report.main() == 0
    return capsys.readouterr().out


def test_the_report_keeps_the_held_out_part_to_itself(monkeypatch, capsys, samples):
    told = reported(monkeypatch, capsys, samples)
    named = {sample.name for sample in samples if f" {sample.name}:" in told}
    assert named == {sample.name for sample in samples if not sample.held_out}
    assert not any(f"  {kind}:" in told for kind in HELD_OUT)
    assert "held out" in told


def test_the_report_tells_all_if_asked(monkeypatch, capsys, samples):
    told = reported(monkeypatch, capsys, samples, "--held-out")
    assert all(f" {sample.name}:" in told for sample in samples)


def test_the_report_shows_no_value(monkeypatch, capsys, samples):
    told = reported(monkeypatch, capsys, samples, "--held-out")
    values = {sample.value(one) for sample in samples for one in sample.secrets}
    assert not any(value in told for value in values)


def test_the_report_asks_the_masker():
    assert report.our_finder()("a\n-p=1\n") == []


def test_the_report_needs_no_peer(monkeypatch, capsys, samples):
    monkeypatch.setattr(report, "find_spec", lambda name: None)
    monkeypatch.setattr(report, "build", lambda: samples[:3])
    monkeypatch.setattr(sys, "argv", ["report.py"])
    assert report.main() == 0
    assert capsys.readouterr().out.count("not installed") == 1


def test_the_peer_is_read_right():
    pytest.importorskip("detect_secrets")
    from guard.peer import finder

    body = Draw(1).chars("ABCDEFGHIJ", 16)
    text = f"import os\n\nkey = 'AKIA{body}'\n"
    start = text.index("AKIA")
    assert (start, start + 20, "AWS Access Key") in finder({text: "0001/key.py"})(text)
