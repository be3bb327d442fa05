"""The lines below the cursor are not said again, and blocks end where they end in the file."""

from __future__ import annotations

import pytest

from fim_place import at, shown
from local_llm.fim.trim import trim

# answer, text with the cursor, what is shown
REPEATS = {
    "the next line": ("return x", "def f():\n    \u2038\n    return x", ""),
    "the next line, started by hand": ("urn x", "def f():\n    ret\u2038\n    return x", ""),
    "the following line again, after the answer": (
        "y = 1\n    return x",
        "    \u2038\n    return x",
        "y = 1",
    ),
    "the next line beyond blank ones": (
        "return 1\n\n\ndef g():\n    pass",
        "def f():\n    \u2038\n\n\ndef g():\n    pass",
        "return 1",
    ),
    "a newline and the next line": ("\n    return x", "x = 1\u2038\n    return x", ""),
    "blanks apart": ("foo( a,b )", "\u2038\nfoo(a, b)", ""),
    "indentation apart, at the end": ("return None", "        \u2038\n    return None", ""),
    "indentation apart, with the line after it": (
        "return None\nx = 2",
        "        \u2038\n    return None\nx = 2",
        "",
    ),
    "the next line in a guard of its own": (
        "if x:\n        return None\n    y = 1",
        "    \u2038\n    return None\n    z = 1",
        "if x:\n        return None\n    y = 1",
    ),
    "the next line stuck to this one": ("return x", "y = 1;\u2038\nreturn x", ""),
    "a value that the next line is, too": ("compute(a)", "x = \u2038\ncompute(a)", "compute(a)"),
    "a line that stands everywhere": (
        "#\n# More.",
        "# Text.\n\u2038\n#\n# End.",
        "#\n# More.",
    ),
    "a word before another block": (
        "pass\n\nclass B:",
        "class A:\n    \u2038\n    pass\n\nclass C:",
        "",
    ),
    "a word that stands everywhere, alone": ("pass", "class A:\n    \u2038\n    pass", ""),
    "three lines from further below": (
        "a = 1\nfour = 4\nfive = 5\nsix = 6",
        "\u2038\ntwo = 2\nthree = 3\nfour = 4\nfive = 5\nsix = 6",
        "a = 1",
    ),
    "list item": ("b\n- c", "- a\n- \u2038\n- c", "b"),
    "yaml key": ("host: x\n  port: 1", "db:\n  \u2038\n  port: 1", "host: x"),
    "markdown heading": ("Text.\n\n## Next", "\u2038\n\n## Next\nMore.", "Text."),
    "markdown fence": ("x = 1\n```", "```python\n\u2038\n```", "x = 1"),
    "a fence of its own": (
        "Text.\n```sh\nls\n```\nMore.",
        "\u2038\n```\nout\n```",
        "Text.\n```sh\nls\n```\nMore.",
    ),
    "end of a docstring": (
        'Say it.\n    """',
        'def f():\n    """\u2038\n    """\n    return 1',
        "Say it.",
    ),
    "a docstring of its own": (
        'def g():\n    """Say\n    it.\n    """',
        '\u2038\n    """\n',
        'def g():\n    """Say\n    it.\n    """',
    ),
    "end of a comment": ("one\n */", "/*\n * \u2038\n */", "one"),
}

CLOSERS = {
    # the block is closed below
    "brace": ("bar();\n}", "f() {\n  \u2038\n}", "bar();"),
    "brace and semicolon": ("x: 1,\n};", "const a = {\n  \u2038\n}", "x: 1,"),
    "brace, then more": (
        "bar();\n}\n\nvoid g() {\n  x();\n}",
        "void f() {\n  \u2038\n}\n",
        "bar();",
    ),
    "brace of a line typed just now": (
        "\n  return 1;\n}",
        "function f() {\u2038\n}",
        "\n  return 1;",
    ),
    "brace of a method, not of the class": (
        "\n    return 1;\n  }",
        "class A {\n  f() {\u2038\n}",
        "\n    return 1;\n  }",
    ),
    "brace of the method and of the class": (
        "\n    return 1;\n  }\n}",
        "class A {\n  f() {\u2038\n}",
        "\n    return 1;\n  }",
    ),
    "the inner of two blocks": ("x();\n  }", "f() {\n  if (a) {\n    \u2038\n}", "x();\n  }"),
    "only the brace of the inner one": ("}", "f() {\n  if (a) {\n    x();\n  \u2038\n}", "}"),
    "only the brace that is below": ("}", "f() {\n  x();\n\u2038\n}", ""),
    "brace at the end of the file": ("return 1;\n}", "f() {\n  \u2038", "return 1;\n}"),
    "one brace too many there": ("return 1;\n}\n}", "f() {\n  \u2038", "return 1;\n}"),
    "block of its own": (
        "if (a) {\n    b();\n  }",
        "f() {\n  \u2038\n}",
        "if (a) {\n    b();\n  }",
    ),
    "block of its own, and the brace below": (
        "if (a) {\n    b();\n  }\n}",
        "f() {\n  \u2038\n}",
        "if (a) {\n    b();\n  }",
    ),
    "else of the block": (
        "a();\n} else {\n  b();",
        "if (x) {\n  \u2038\n}",
        "a();\n} else {\n  b();",
    ),
    "else of the block, and its brace": (
        "a();\n} else {\n  b();\n}",
        "if (x) {\n  \u2038\n}",
        "a();\n} else {\n  b();",
    ),
    "brace before the rest of the block": (
        "b();\n}",
        "f() {\n  a();\n  \u2038\n  c();\n}",
        "b();",
    ),
    "go error block": (
        "if err != nil {\n\t\treturn err\n\t}\n}",
        "func f() error {\n\t\u2038\n}",
        "if err != nil {\n\t\treturn err\n\t}",
    ),
    "c do while": ("x++;\n} while (x < 3);", "do {\n  \u2038", "x++;\n} while (x < 3);"),
    "parenthesis of a call": ("b)", "foo(\n    a,\n    \u2038\n)", "b"),
    "parenthesis on a line of its own": ("b\n)", "foo(\n    a,\n    \u2038\n)", "b"),
    "parenthesis before other arguments": ("b)", "foo(\n    a,\n    \u2038\n    c,\n)", "b"),
    "parenthesis of a call typed just now": ("a, b)", "x = foo(\u2038\ny = 1", "a, b)"),
    "parenthesis of a condition before its body": (
        "b):",
        "if foo(a,\n       \u2038\n    bar()",
        "b):",
    ),
    "callback": ("x();\n});", "it('x', () => {\n  \u2038\n});", "x();"),
    "callback not closed below": ("x();\n});", "it('x', () => {\n  \u2038", "x();\n});"),
    "bracket of a list": ("2,\n]", "a = [\n    1,\n    \u2038\n]", "2,"),
    "json object": ('"b": 2\n}', '{\n  "a": 1,\n  \u2038\n}', '"b": 2'),
    "rust match arm": (
        "None => 0,\n    }",
        "fn f() {\n    match x {\n        \u2038\n    }\n}",
        "None => 0,",
    ),
    "lua end": ("x()\nend", "function f()\n  \u2038\nend", "x()"),
    "lua end of a line typed just now": ("\n  x()\nend", "function f()\u2038\nend", "\n  x()"),
    "lua inner end": (
        "\n    x()\n  end",
        "function f()\n  if a then\u2038\nend",
        "\n    x()\n  end",
    ),
    "lua inner end, and the outer": (
        "\n    x()\n  end\nend",
        "function f()\n  if a then\u2038\nend",
        "\n    x()\n  end",
    ),
    "lua end of its own": (
        "if a then\n    b()\n  end",
        "function f()\n  \u2038\nend",
        "if a then\n    b()\n  end",
    ),
    "lua end that the inner block needs": (
        "end",
        "function f()\n  if a then\n    b()\n  \u2038\nend",
        "end",
    ),
    "lua end that is below": ("end", "function f()\n  b()\n  \u2038\nend", ""),
    "lua function of its own, equal end": (
        "x()\nend\n\nfunction g()\n  y()\nend",
        "function f()\n  \u2038\nend",
        "x()",
    ),
    "lua end with a parenthesis": ("x()\nend)", "foo(function()\n  \u2038\nend)", "x()"),
    "shell fi": ("echo\nfi", "if a; then\n  \u2038\nfi", "echo"),
    "shell done": ("echo\ndone", "for i in a; do\n  \u2038\ndone", "echo"),
    "python else": ("x()\nelse:\n    y()", "if a:\n    \u2038\nelse:\n    z()", "x()"),
    # nothing opened it
    "one too many": ("x))", "print(\u2038", "x)"),
    "one too many in the middle of a file": (
        "x))",
        "def f():\n    print(\u2038\n\ndef g():\n    pass",
        "x)",
    ),
    "one too many in a list": (", 3]]", "x = [1, 2\u2038", ", 3]"),
    "one that nothing opened": ("a + b)", "return \u2038", "a + b"),
    "one too many on a later line": ("foo(a,\n    b))", "\u2038", "foo(a,\n    b)"),
    "one that a line above opened": ("b)", "foo(\n    a,\n    \u2038", "b)"),
    "shell pattern": ("start)\n  run", 'case "$1" in\n\u2038', "start)\n  run"),
    "shell patterns": ("-h | --help)\n  run", "case $1 in\n\u2038", "-h | --help)\n  run"),
    "list item": ("1) first\n2) second", "\u2038", "1) first\n2) second"),
    "smiley": ("hello :)", "-- \u2038", "hello :)"),
    "half-open interval": ("[0, 1)", "# in \u2038", "[0, 1)"),
    "bracket in a string": ('print(")")', "\u2038", 'print(")")'),
    "regular expression": ("re.match(r'\\)', x)", "\u2038", "re.match(r'\\)', x)"),
    "apostrophe": ("# don't (really)\nx)", "f(\u2038", "# don't (really)\nx)"),
    "lisp": ("(+ a b))", "(defun f (a b)\n  \u2038", "(+ a b))"),
    "lisp, one too many": ("(+ a b)))", "(defun f (a b)\n  \u2038", "(+ a b))"),
    "bracket in a comment above": ("x)", "-- :-(\nprint(\u2038", "x)"),
    "list in a comment below": ("x)", "print(\u2038\n# a) one\n# b) two (or so))", "x)"),
}

BLOCKS = {
    "function after the block that goes on": (
        "b = 2\n\ndef g():\n    pass",
        "def f():\n    a = 1\n    \u2038\n    return a",
        "b = 2",
    ),
    "function after the block": (
        "return 2\n\ndef g():\n    pass",
        "def f():\n    \u2038\n\nx = 1",
        "return 2\n\ndef g():\n    pass",
    ),
    "else before the rest of its block": (
        "x()\n    else:\n        y()",
        "    if a:\n        \u2038\n        b()",
        "x()",
    ),
    "yaml key of the level above": ("d: 3\nfoo:\n  x: 1", "a:\n  b: 1\n  \u2038\n  c: 2", "d: 3"),
    "preprocessor": (
        "x = 1;\n#ifdef A\n  y = 1;\n#endif",
        "void f() {\n  \u2038\n  z = 1;\n}",
        "x = 1;\n#ifdef A\n  y = 1;\n#endif",
    ),
    "text at the margin in a string": (
        "SELECT *\nFROM t",
        '    x = """\n\u2038\n    """',
        "SELECT *\nFROM t",
    ),
}


@pytest.mark.parametrize(("answer", "text", "expected"), REPEATS.values(), ids=REPEATS)
def test_lines_below_are_not_said_again(answer, text, expected):
    assert shown(answer, text) == expected


@pytest.mark.parametrize(("answer", "text", "expected"), CLOSERS.values(), ids=CLOSERS)
def test_blocks_and_brackets_are_closed_once(answer, text, expected):
    assert shown(answer, text) == expected


@pytest.mark.parametrize(("answer", "text", "expected"), BLOCKS.values(), ids=BLOCKS)
def test_an_answer_stays_in_its_block(answer, text, expected):
    assert shown(answer, text) == expected


def test_in_a_long_file_a_block_may_have_begun_beyond_the_lines_we_know():
    above = "\n".join(["  x();"] * 64)
    assert shown("y();\n});", f"{above}\n  \u2038\n") == "y();\n});"
    assert shown("y();\n});", "  x();\n  \u2038\n") == "y();"


def test_half_of_the_next_line_is_a_repeat_when_the_answer_was_cut_off():
    place = at("def f():\n    \u2038\n    return compute(a, b)")
    assert trim("return comp", place, done=True, cut=True) == ""
    assert trim("return comp", place, done=True) == "return comp"
