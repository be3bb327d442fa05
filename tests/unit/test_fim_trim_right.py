"""Text right of the cursor is not said again, and what the answer needs itself stays."""

from __future__ import annotations

import pytest

from fim_place import shown

# answer, line with the cursor, what is shown
CASES = {
    # the bracket is there already
    "closing parenthesis": ("x)", "print(\u2038)", "x"),
    "after several arguments": ("a, b)", "foo(\u2038)", "a, b"),
    "own call, and one too many": ("str(x))", "print(\u2038)", "str(x)"),
    "own call": ("str(x)", "print(\u2038)", "str(x)"),
    "own call in a line without another": ("foo(bar)", "x = \u2038", "foo(bar)"),
    "own call for a parenthesis from above": ("foo(bar)", "print(\n    \u2038)", "foo(bar)"),
    "only the bracket": (")", "print(\u2038)", ""),
    "bracket and colon": ("x > 1):", "if (\u2038):", "x > 1"),
    "bracket and block": ("x > 1) {", "if (\u2038) {", "x > 1"),
    "bracket and more": ("x) + y", "print(\u2038)", "x"),
    "second bracket of two": ("x)", "f(g(\u2038)", "x)"),
    "both brackets of two": ("x))", "f(g(\u2038))", "x"),
    "one bracket of two": ("x)", "f(g(\u2038))", "x"),
    "closes and opens again": ("x), g(y", "f(g(\u2038))", "x), g(y"),
    "closes, opens and closes once too often": ("x), g(y))", "f(g(\u2038))", "x), g(y"),
    "index": ("i]", "a[\u2038]", "i"),
    "index in an index": ("b[i]]", "a[\u2038]", "b[i]"),
    "dict": ('"a": 1}', "d = {\u2038}", '"a": 1'),
    "mixed brackets": ("[1, 2], {})", "f(\u2038)", "[1, 2], {}"),
    "bracket that only the answer opened": ("foo(bar):", "def \u2038):", "foo(bar"),
    "bracket in a string": ('")", x)', "f(\u2038)", '")", x'),
    "interpolation": ("name}", 'f"hello {\u2038}"', "name"),
    "template": ("user.name}", "`hello ${\u2038}`", "user.name"),
    "lua call": ('"x")', "require(\u2038)", '"x"'),
    "lua function": ("a, b)", "local function add(\u2038)", "a, b"),
    "c cast": ("int) x", "return (\u2038)x;", "int"),
    "go slice": ("1, 2, 3}", "xs := []int{\u2038}", "1, 2, 3"),
    "markdown link": ("https://example.org)", "see [this](\u2038)", "https://example.org"),
    # strings
    "closing quote": ('abc"', 'x = "\u2038"', "abc"),
    "closing single quote": ("abc'", "x = '\u2038'", "abc"),
    "quote and bracket": ('abc")', 'print("\u2038")', "abc"),
    "quote and end of statement": ('abc");', 'puts("\u2038");', "abc"),
    "strings put together": ('a" + b + "c', 'x = "\u2038"', 'a" + b + "c'),
    "strings put together, and a quote": ('a" + b + "c"', 'x = "\u2038"', 'a" + b + "c'),
    "escaped quote": ('say \\"hi\\""', 'x = "\u2038"', 'say \\"hi\\"'),
    "the other quote in a string": ("it's\"", 'x = "\u2038"', "it's"),
    "quote that nothing else closes": ('abc"', 'x = "\u2038', 'abc"'),
    "quote before a bracket": ('abc")', 'print("\u2038)', 'abc"'),
    "two strings on the right": ("abc'", "f('\u2038, 'x', 'y')", "abc'"),
    "docstring": ('Return x."""', '    """\u2038"""', "Return x."),
    "apostrophe of a word": ("stop (now)", "don't \u2038 (please)", "stop (now)"),
    "string of its own": ('"abc"', "x = \u2038", '"abc"'),
    "argument before a string": ('"a", ', 'f(\u2038"b")', '"a", '),
    # the rest of the line
    "the text after the cursor again": ("a + b", "x = \u2038 + b", "a"),
    "rest of a statement": ("foo();", "\u2038;", "foo()"),
    "rest of a list": ("1, 2,", "[\u2038, 3]", "1, 2"),
    "rest and more": ("a -> int: pass", "def f(\u2038) -> int:", "a -> int: pass"),
    "whole rest and more": ("a) -> int: pass", "def f(\u2038) -> int:", "a"),
    "tag": ("text</b>", "<b>\u2038</b>", "text"),
    "attribute": ('box">', '<div class="\u2038">', "box"),
    "nothing but the rest": (" + b", "x = a\u2038 + b", ""),
    "half a word is no repeat": ("lab", "x = \u2038b", "lab"),
    "word before a word": ("not ", "return \u2038x", "not "),
    "yaml comment": ("1  # one", "a: \u2038  # one", "1"),
    "blank before a bracket": ("x ", "print(\u2038)", "x"),
    "blank before a blank": ("x ", "a = \u2038 + 1", "x"),
    # one line only
    "second line": ("x)\nprint(y)", "print(\u2038)", "x"),
    "newline first": ("\nx", "print(\u2038)", ""),
    "blank line first": ("  \n  x", "print(\u2038)", ""),
    "blank rest of the line": ("x\ny", "\u2038  ", "x\ny"),
    "indentation before code": ("    if x: ", "    \u2038return", "if x: "),
    "full-width characters": ("\u6f22\u5b57\uff09", "x = \u300c\u2038\uff09", "\u6f22\u5b57"),
    "rust lifetime": ("x: &'a str)", "fn f<'a>(\u2038)", "x: &'a str"),
}


@pytest.mark.parametrize(("answer", "line", "expected"), CASES.values(), ids=CASES)
def test_an_answer_leads_up_to_the_text_right_of_the_cursor(answer, line, expected):
    assert shown(answer, line) == expected


@pytest.mark.parametrize("count", [300, 5000])
def test_a_line_of_brackets_is_no_trouble(count):
    assert shown("(" * count, "f(\u2038)")
    assert shown(")" * count, "f(\u2038)") == ""
    assert len(shown("x" * count, "f(" + "(" * count + "\u2038" + ")" * count)) <= count
