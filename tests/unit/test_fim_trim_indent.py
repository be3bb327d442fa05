"""Indentation: what stands left of the cursor counts, and tabs stay tabs."""

from __future__ import annotations

import pytest

from fim_place import shown

# answer, text with the cursor, what is shown
CASES = {
    "wrong indentation on a blank line": ("    return 1", "def f():\n    \u2038", "return 1"),
    "no completion on a fresh python line": (
        "\n    return 1",
        "def f():\n    \u2038",
        "return 1",
    ),
    "several newlines on a fresh line": ("\n\n    return 1", "def f():\n    \u2038", "return 1"),
    "nothing around": ("    return 1", "    \u2038", "return 1"),
    "without its indentation": ("return 1\n    x", "    \u2038", "return 1\n    x"),
    "deeper than what is typed": ("        return x", "    \u2038", "    return x"),
    "less than what is typed": ("  x", "        \u2038", "x"),
    "rest of the indentation of a body": (
        "    return 1",
        "    if x:\n    \u2038",
        "    return 1",
    ),
    "whole indentation of a body": ("        return 1", "    if x:\n    \u2038", "    return 1"),
    "rest of the indentation of a sibling": (
        "  b()",
        "    a()\n  \u2038\n    c()",
        "  b()",
    ),
    "cursor at the margin of an indented block": (
        "return 1",
        "def f():\n    x = 1\n\u2038\n",
        "return 1",
    ),
    "cursor at the margin, indented answer": (
        "    return 1",
        "def f():\n    x = 1\n\u2038\n",
        "    return 1",
    ),
    "newline before a line of the outer block": (
        "\ndef g():",
        "def f():\n    x = 1\n    \u2038",
        "\ndef g():",
    ),
    "newline after a line that opens a block": ("\n    x", "def f():\u2038", "\n    x"),
    "blank lines after the end of a block": (
        "\n\n\ndef g():",
        "def f():\n    return 1\u2038",
        "\n\n\ndef g():",
    ),
    "blanks after text are not indentation": (" = 1", "x\u2038", " = 1"),
    "lines of blanks": ("a()\n    \n    b()", "    \u2038", "a()\n\n    b()"),
    "the block as if at the margin": (
        "if x:\n    a()\nelse:\n    b()",
        "        \u2038",
        "if x:\n            a()\n        else:\n            b()",
    ),
    "the body as if at the margin": (
        "\n    return 1\n    x",
        "    def f(self):\u2038",
        "\n        return 1\n        x",
    ),
    "lua block as if at the margin": (
        "if x then\n  a()\nend",
        "  \u2038",
        "if x then\n    a()\n  end",
    ),
    "list at the level of its key": ("\n  - a\n  - b", "  key:\u2038", "\n  - a\n  - b"),
    "case at the level of its switch": (
        "\n\tcase 1:\n\t\tx();",
        "\tswitch (y) {\u2038",
        "\n\tcase 1:\n\t\tx();",
    ),
    "prose after a colon": ("\n    More.", "    Note:\u2038", "\n    More."),
}

GO = "func f() {\n\tx()\n\t\u2038\n}"
TABS = {
    "spaces in a file of tabs, misaligned": (
        "if x {\n        y()\n    }",
        GO,
        "if x {\n\t\ty()\n\t}",
    ),
    "tabs in a file of tabs": ("if x {\n\t\ty()\n\t}", GO, "if x {\n\t\ty()\n\t}"),
    "spaces before the first line": ("    y()", GO, "y()"),
    "a newline and spaces": ("\n    y()\n    z()", GO, "y()\n\tz()"),
    "two spaces a level": ("if x {\n    y()\n  }", GO, "if x {\n\t\ty()\n\t}"),
    "eight spaces a level": (
        "if x {\n                y()\n        }",
        GO,
        "if x {\n\t\ty()\n\t}",
    ),
    "spaces after tabs": ("foo(a,\n\t    b)", GO, "foo(a,\n\t    b)"),
    "makefile": ("\n    cc -o $@ $<", "a: b\u2038\n\nc: d\n\tcc -c d\n", "\n\tcc -o $@ $<"),
    "tabs in a file of spaces": (
        "if x:\n\t\ty()\n\tz()",
        "def f():\n    \u2038",
        "if x:\n        y()\n    z()",
    ),
    "tab before the first line": ("\ty()", "def f():\n    \u2038", "y()"),
    "tabs in a file that has them, whatever the option": (
        "\n\tcc -o $@ $<",
        "a: b\u2038\n\nc: d\n\tcc -c d\n",
        "\n\tcc -o $@ $<",
    ),
}


@pytest.mark.parametrize(("answer", "text", "expected"), CASES.values(), ids=CASES)
def test_indentation_is_right(answer, text, expected):
    assert shown(answer, text) == expected


@pytest.mark.parametrize(("answer", "text", "expected"), TABS.values(), ids=TABS)
@pytest.mark.parametrize("width", [4, 8])
def test_an_answer_is_indented_as_the_file_is(answer, text, expected, width):
    if "    \u2038" in text:
        width = 4
    assert shown(answer, text, shiftwidth=width, tabstop=width) == expected


@pytest.mark.parametrize(
    ("expandtab", "expected"), [(True, "if x {\n    y()"), (False, "if x {\n\ty()")]
)
@pytest.mark.parametrize("answer", ["if x {\n    y()", "if x {\n\ty()"])
def test_where_no_line_tells_the_option_does(answer, expandtab, expected):
    options = {"expandtab": expandtab, "shiftwidth": 4, "tabstop": 4}
    assert shown(answer, "\u2038", **options) == expected


def test_levels_narrower_than_a_tab_are_spaces_until_they_fill_one():
    options = {"expandtab": False, "shiftwidth": 4, "tabstop": 8}
    got = shown("{\n    a\n        b\n            c", "\u2038", **options)
    assert got == "{\n    a\n\tb\n\t    c"


@pytest.mark.parametrize("width", [0, -1])
def test_widths_that_make_no_sense_do_no_harm(width):
    for expandtab in (True, False):
        options = {"expandtab": expandtab, "shiftwidth": width, "tabstop": width}
        assert shown("a {\n    b\n\tc", "\t\u2038", **options).startswith("a {\n")
