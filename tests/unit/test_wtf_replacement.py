"""From what models answer to the lines that stand in place of a region."""

from __future__ import annotations

import json

import pytest

from local_llm.features.wtf.replacement import lines_of

REGION = ("    a = 1", "    return a")
WANTED = ("    a = 2", "    return a")
PLAIN = "\n".join(WANTED)
ANSWERS = {
    "as asked": json.dumps({"lines": WANTED}),
    "in a fence": f"```json\n{json.dumps({'lines': WANTED})}\n```",
    "one string": json.dumps({"code": PLAIN}),
    "one string with its last line end": json.dumps({"code": f"{PLAIN}\n"}),
    "several lines in one item": json.dumps({"lines": [PLAIN]}),
    "a block": f"```python\n{PLAIN}\n```",
    "a block with talk": f"Here it is:\n\n```python\n{PLAIN}\n```\nThat mends it.",
    "a block without an end": f"```python\n{PLAIN}",
    "tildes": f"~~~\n{PLAIN}\n~~~",
    "numbered": "```\n 7 |     a = 2\n 8 |     return a\n```",
    "numbered in JSON": json.dumps({"lines": ["7 |     a = 2", "8 |     return a"]}),
    "without the indentation": json.dumps({"lines": ["a = 2", "return a"]}),
    "other line ends": json.dumps({"lines": ["    a = 2\r", "    return a\r"]}),
    "more than asked": json.dumps({"why": "a typo", "lines": WANTED}),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_gives_its_lines(answer):
    assert lines_of(answer, REGION) == WANTED


@pytest.mark.parametrize(
    "answer",
    ["", "I cannot do that.", "{}", '{"lines": 3}', '{"lines": [1, 2]}', "[" * 5000, "null"],
)
def test_no_lines_are_told_apart_from_none(answer):
    assert lines_of(answer, REGION) is None


def test_lines_may_be_taken_away():
    assert lines_of('{"lines": []}', REGION) == ()


def test_an_indentation_of_its_own_stays():
    answer = json.dumps({"lines": ["  a = 2", "  return a"]})
    assert lines_of(answer, REGION) == ("  a = 2", "  return a")


def test_where_the_region_has_none_nothing_is_indented():
    assert lines_of('{"lines": ["a", "", "  b"]}', ("x", "  y")) == ("a", "", "  b")


def test_a_line_that_only_looks_numbered_stays():
    answer = json.dumps({"lines": ["1 | 2", "x = 3"]})
    assert lines_of(answer, ("x",)) == ("1 | 2", "x = 3")
