"""The prompt again, lines from above, and answers that go round in circles."""

from __future__ import annotations

import pytest

from fim_place import at, shown
from local_llm.fim.trim import trim

# answer, text with the cursor, what is shown
ECHOES = {
    "the cursor's line twice": ("return a + b", "    return \u2038", "a + b"),
    "the line so far, indented": ("    return a + b", "    return \u2038", "a + b"),
    "the line so far, without a blank": ("return a + b", "return\u2038", " a + b"),
    "half a word": ("return a", "ret\u2038", "urn a"),
    "an assignment": ("total = sum(x)", "total = \u2038", "sum(x)"),
    "a call": ("print(x)", "print(\u2038", "x)"),
    "a call, its bracket on the right": ("print(x)", "print(\u2038)", "x"),
    "a call within the call": ("fn(x))", "fn(\u2038", "fn(x))"),
    "a call within the call, bracket on the right": ("fn(x))", "fn(\u2038)", "fn(x)"),
    "a comment's start": ("# say it", "# \u2038", "say it"),
    "a list item's start": ("- say it", "- \u2038", "say it"),
    "a tag": ("<td>x</td>", "<td>\u2038", "x</td>"),
    "a number twice": ("0, 0, 1]", "[0, 0, \u2038", "0, 0, 1]"),
    "a bracket twice": ("(a + b) * c)", "(\u2038", "(a + b) * c)"),
    "another line": ("returns = 1", "x = \u2038", "returns = 1"),
    "the line above, and the line": (
        "def add(a, b):\n    return a + b",
        "def add(a, b):\n    return \u2038",
        "a + b",
    ),
    "all lines above, and the line": (
        "import os\n\ndef add(a, b):\n    return a + b\n",
        "import os\n\ndef add(a, b):\n    return \u2038",
        "a + b",
    ),
    "the lines above without the line": (
        "import os\n\ndef add(a, b):",
        "import os\n\ndef add(a, b):\n    return \u2038",
        "",
    ),
    "a value that stands above, too": ("run(a)", "run(a)\nx = \u2038", "run(a)"),
}

ABOVE = "a = one()\nb = two()\nc = three()\n"
COPIES = {
    "three lines from above": ("a = one()\nb = two()\nc = three()", f"{ABOVE}\u2038", ""),
    "three lines from above, after one": (
        "x = 0\na = one()\nb = two()\nc = three()\ny = 1",
        f"{ABOVE}\u2038",
        "x = 0",
    ),
    "two lines from above": (
        "a = one()\nb = two()\nd = 4",
        f"{ABOVE}\u2038",
        "a = one()\nb = two()\nd = 4",
    ),
    "three lines in another order": (
        "c = three()\nb = two()\na = one()",
        f"{ABOVE}\u2038",
        "c = three()\nb = two()\na = one()",
    ),
    "go error block once more": (
        "b, err := g()\n\tif err != nil {\n\t\treturn err\n\t}",
        "\ta, err := f()\n\tif err != nil {\n\t\treturn err\n\t}\n\t\u2038",
        "b, err := g()\n\tif err != nil {\n\t\treturn err\n\t}",
    ),
    "brackets and common words": (
        "}\n\nelse {\n}",
        "x {\n}\n\nelse {\n}\ny {\n\u2038",
        "}\n\nelse {\n}",
    ),
    "the line over and over": ("x()\nx()\nx()\nx()", "\u2038", "x()"),
    "the line twice": ("x()\nx()\ny()", "\u2038", "x()\nx()\ny()"),
    "the line over and over, later": ("a()\nx()\nx()\nx()", "\u2038", "a()\nx()"),
    "the line above over and over": ("x()\nx()\nx()", "x()\n\u2038", ""),
    "two lines over and over": ("a()\nb()\na()\nb()\na()\nb()", "\u2038", "a()\nb()"),
    "a block over and over, with blank lines": (
        "a()\nb()\n\na()\nb()\n\na()\nb()\n\n",
        "\u2038",
        "a()\nb()",
    ),
    "a long block twice": (
        "one()\ntwo()\nthree()\none()\ntwo()\nthree()\nfour()",
        "\u2038",
        "one()\ntwo()\nthree()",
    ),
    "rest of the line over and over": ("= 1\nx = 1\nx = 1\nx = 1", "x \u2038", "= 1"),
    "table rows": ("| a | b |\n|---|---|\n| 1 | 2 |", "\u2038", "| a | b |\n|---|---|\n| 1 | 2 |"),
    "nested closing braces": ("{\n    {\n    }\n}", "\u2038", "{\n    {\n    }\n}"),
}


@pytest.mark.parametrize(("answer", "text", "expected"), ECHOES.values(), ids=ECHOES)
def test_the_prompt_is_not_said_again(answer, text, expected):
    assert shown(answer, text) == expected


@pytest.mark.parametrize(("answer", "text", "expected"), COPIES.values(), ids=COPIES)
def test_copies_and_loops_end(answer, text, expected):
    assert shown(answer, text) == expected


def test_a_copy_is_taken_back_when_it_shows_and_not_before():
    place = at(f"{ABOVE}\u2038")
    assert trim("a = one()\n", place, done=False) == "a = one()"
    assert trim("a = one()\nb = two()\n", place, done=False) == "a = one()\nb = two()"
    assert trim("a = one()\nb = two()\nc = three()\n", place, done=False) == ""


def test_a_copy_after_other_lines_is_kept_back_until_it_shows():
    place = at(f"{ABOVE}\u2038")
    assert trim("x = 0\na = one()\nb = two()\n", place, done=False) == "x = 0"
    assert trim("x = 0\na = one()\nb = two()\nz = 3\n", place, done=False).endswith("z = 3")


def test_a_loop_is_kept_back_until_it_is_none():
    place = at("\u2038")
    assert trim("x()\nx()\n", place, done=False) == "x()"
    assert trim("x()\nx()\ny()\n", place, done=False) == "x()\nx()\ny()"
    assert trim("x()\nx()\n", place, done=True) == "x()\nx()"
